"""Long tasks whose program leaves children behind."""

from __future__ import annotations

from tests.lab.windows.processes import Process
from tests.lab_unit.windows.media_host import a_media_host, ended, poll, start

from .builders import asynchronous


class Leaving:
    """Starts a child that stays, and ends."""

    def __init__(self) -> None:
        self.child: Process | None = None
        self.saw: dict[str, str] = {}

    async def run(self, process: Process) -> int:
        self.saw = dict(process.environment)
        self.child = process.host.processes.spawn("tray.exe", parent_id=process.id, title="Tray")
        return 0


@asynchronous
async def test_a_child_that_stays_is_told_but_not_waited_for() -> None:
    host, program = a_media_host(Leaving())
    await start(host)
    await ended(host)
    result = await poll(host)

    assert (result["state"], [one["name"] for one in result["left_running"]]) == ("exited", ["tray"])
    assert host.processes.get(program.child.id) is program.child


@asynchronous
async def test_waiting_for_the_tree_waits_for_the_child_too() -> None:
    host, program = a_media_host(Leaving())
    await start(host, wait={"policy": "tree", "settle_seconds": 0})
    waiting = await poll(host)
    host.processes.end(program.child)
    await ended(host)

    assert waiting["state"] == "running"
    assert (await poll(host))["left_running"] == []


@asynchronous
async def test_names_that_are_ignored_do_not_hold_up_the_tree() -> None:
    host, _unused = a_media_host(Leaving())
    await start(host, wait={"policy": "tree", "ignore_names": ["tray.exe"], "settle_seconds": 0})
    await ended(host)

    assert [one["name"] for one in (await poll(host))["left_running"]] == ["tray"]
