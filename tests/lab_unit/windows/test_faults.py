"""Faults that a scenario declares for a host happen when they are due, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.windows.faults import ACTIONS
from tests.lab.windows.processes import Process
from tests.lab.world import World

from .builders import NAME, SETUP, a_host, asynchronous, hand


async def happened(host: Any) -> str:
    return str((await host.world.journal.wait_for("fault", NAME)).get("action"))


@asynchronous
async def test_an_event_of_the_host_is_a_trigger() -> None:
    host = a_host(
        services={"OMSDK": {"status": "running"}},
        faults=[{"at_event": "database.script", "where": {"phase": "start"}, "action": "service_stop", "service": "OMSDK"}],
    )
    host.write("database.script", phase="end")
    stopped = host.world.journal.wait_for("service.stop", NAME)
    host.write("database.script", phase="start")
    await stopped

    assert host.services["OMSDK"].status == "stopped"


@asynchronous
async def test_an_event_of_another_host_counts_only_when_asked_for() -> None:
    world = World()
    own = a_host(world, faults=[{"at_event": "setup.start", "action": "disk_full"}])
    other = a_host(world, "ms2.contoso.lab", faults=[{"at_event": "setup.start", "host": "any", "action": "disk_full"}])
    world.journal.write("ms3.contoso.lab", "setup.start")
    await world.journal.wait_for("fault", other.name)

    assert (own.disks["C:"].free > 0, other.disks["C:"].free) == (True, 0)


class Stepping:
    """Reports 20, 40, 60 per cent and so on, and ends."""

    async def run(self, process: Process) -> int:
        for percent in range(20, 101, 20):
            process.progress(percent)
            await process.host.world.sleep(0)
        return 0


@asynchronous
async def test_the_progress_of_a_program_is_a_trigger() -> None:
    host = a_host(faults=[{"at_percent": 50, "program": "setup.exe", "action": "clock_jump", "seconds": 3600}])
    due = happened(host)
    await host.processes.call(Stepping(), "setup.exe", user=SETUP)

    assert await due == "clock_jump"
    assert host.clock_skew == 3600


@asynchronous
async def test_requests_are_counted_by_module_or_all_together() -> None:
    host = a_host(
        faults=[
            {"after_requests": 2, "of": "host_task", "action": "account_lock", "account": SETUP},
            {"after_requests": 5, "action": "password_change", "account": SETUP, "password": "new"},
        ]
    )
    user = host.accounts.find(SETUP)
    assert user is not None
    for what in ("systemcenter.upgrade.host_probe", "systemcenter.upgrade.host_task", "put_file", "systemcenter.upgrade.host_task"):
        host.faults.request(what)
    await host.world.journal.wait_for("fault")
    assert (user.locked, user.password != "new") == (True, True)
    host.faults.request("raw")
    await host.world.journal.wait_for("fault", action="password_change")

    assert user.password == "new"


@asynchronous
async def test_a_fault_happens_once_unless_told_otherwise() -> None:
    host = a_host(
        faults=[
            {"at_event": "x", "action": "clock_jump", "seconds": 1},
            {"at_event": "x", "times": 2, "action": "clock_jump", "seconds": 100},
        ]
    )
    for _unused in range(4):
        host.write("x")
    await host.world.journal.wait_for("fault", count=3)
    host.write("done")

    assert host.clock_skew == 201


@asynchronous
async def test_restarting_winrm_leaves_processes_alone() -> None:
    host = a_host(faults=[{"at_event": "x", "action": "winrm_restart", "down_seconds": 0.01}])
    process = host.processes.spawn("mmc")
    changes: list[bool] = []
    host.power.watch(lambda: changes.append(False), lambda: (changes.append(True), host.write("again")))
    host.write("x")
    await host.world.journal.wait_for("again")

    assert changes == [False, True]
    assert host.processes.list() == [process]


@asynchronous
async def test_seconds_are_counted_from_when_the_world_is_served() -> None:
    host = a_host(faults=[{"after_seconds": 0.01, "action": "pending_reboot", "reason": "windows_update"}])
    assert host.pending_reboot.reasons() == []
    host.faults.begin()
    await happened(host)

    assert host.pending_reboot.reasons()[0]["reason"] == "windows_update"


@asynchronous
async def test_a_module_answers_wrongly_until_it_does_no_more() -> None:
    host = a_host(faults=[{"at_event": "x", "action": "answer_wrongly", "module": "host_task", "fields": {"state": "sideways"}}])
    poll = {"operation": "poll", "id": "one"}
    assert (await hand(host, "host_task", **poll))["state"] == "absent"
    due = happened(host)
    host.write("x")
    assert await due == "answer_wrongly"
    assert (await hand(host, "host_task", **poll))["state"] == "sideways"
    ACTIONS["answer_wrongly"](host, {"module": "host_task"})
    assert (await hand(host, "host_task", **poll))["state"] == "absent"


@pytest.mark.parametrize("fault", [{"at_event": "x", "action": "explode"}, {"action": "reboot"}])
def test_a_fault_that_nobody_understands_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"action|trigger"):
        a_host(faults=[fault])
