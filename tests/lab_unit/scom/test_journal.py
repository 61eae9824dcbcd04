"""The journal is written live, waited on without polling, and answers what tests ask of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.lab.history import History
from tests.lab.journal import Entry, Journal
from tests.lab.world import World


def test_a_line_is_in_the_file_as_soon_as_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("ms1", "setup.start", component="management_server")
    line = json.loads((tmp_path / "journal.jsonl").read_text(encoding="utf-8"))
    assert line["host"] == "ms1" and line["event"] == "setup.start" and line["component"] == "management_server" and line["t"] >= 0


def test_wait_for_finds_the_past_and_the_future() -> None:
    async def work() -> list[Entry]:
        journal = Journal()
        journal.write("ms1", "setup.start")
        past = await journal.wait_for("setup.start", "ms1")
        waiting = asyncio.create_task(journal.wait_for("setup.start", count=2))
        await asyncio.sleep(0)
        assert not waiting.done()
        journal.write("ms2", "setup.start")
        return [past, await waiting]

    assert [entry.host for entry in asyncio.run(work())] == ["ms1", "ms2"]


def test_wait_for_leaves_out_what_lies_before_a_position() -> None:
    async def work() -> Entry:
        journal = Journal()
        journal.write("ms1", "reboot.end", number=1)
        position = len(journal.entries)
        journal.write("ms1", "reboot.end", number=2)
        return await journal.wait_for("reboot.end", after=position)

    assert asyncio.run(work()).get("number") == 2


def test_a_line_that_is_still_being_written_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(Entry(1, "a", "setup.start").as_line() + '\n{"t": 2, "ho', encoding="utf-8")
    assert [entry.event for entry in History.read(path).entries] == ["setup.start"]


def setups(*spans: tuple[str, float, float | None]) -> History:
    entries = [Entry(start, host, "setup.start") for host, start, _unused in spans]
    entries += [Entry(end, host, "setup.end", {"exit_code": 0}) for host, _unused, end in spans if end is not None]
    return History(sorted(entries, key=lambda entry: entry.t))


def test_first_setup_ends_before_the_others() -> None:
    seen = setups(("ms1", 1, 5), ("ms2", 6, 8), ("ms3", 8.5, 9)).setups
    assert seen.first.ends_before(seen.others) and not seen.overlap and seen.hosts == ["ms1", "ms2", "ms3"]


@pytest.mark.parametrize("second", [("ms2", 4.0, 8.0), ("ms2", 1.0, 2.0)])
def test_overlapping_setups_are_seen(second: tuple[str, float, float]) -> None:
    seen = setups(("ms1", 1, 5), second).setups
    assert seen.overlap and not seen.first.ends_before(seen.others)


def test_a_setup_that_still_runs_ends_before_nothing() -> None:
    seen = setups(("ms1", 1, None), ("ms2", 6, 8)).setups
    assert seen.first.exit_code is None and not seen.first.ends_before(seen.others)


def test_two_runs_on_one_host_are_two_setups() -> None:
    assert [run.ended for run in setups(("ms1", 1, 2), ("ms1", 3, 4)).setups.of("ms1")] == [2, 4]


def test_requests_are_counted_by_host_and_module() -> None:
    wanted = [("ms1", "systemcenter.upgrade.host_probe"), ("ms2", "systemcenter.upgrade.host_probe"), ("ms1", "put_file")]
    seen = History(Entry(0, host, "request", {"what": what}) for host, what in wanted)
    assert (len(seen.requests("ms1")), len(seen.requests(what="host_probe")), len(seen.requests("ms1", "put_file"))) == (2, 2, 1)


def test_an_exception_in_a_task_of_the_world_is_a_defect() -> None:
    async def work() -> World:
        world = World()

        async def broken() -> None:
            raise ValueError("a bug of the lab")

        await asyncio.gather(world.task(broken(), "broken"), return_exceptions=True)
        await asyncio.sleep(0)
        return world

    assert History(asyncio.run(work()).journal.entries).defects[0].get("error") == "ValueError: a bug of the lab"
