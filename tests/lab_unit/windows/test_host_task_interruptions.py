"""Long tasks that end otherwise than by themselves, and forgetting them."""

from __future__ import annotations

import asyncio

from tests.lab.windows import task_definition
from tests.lab_unit.windows.media_host import ID, a_media_host, ended, poll, start

from .builders import asynchronous, hand


@asynchronous
async def test_a_reboot_loses_the_task_and_nothing_starts_again() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    await host.reboot()
    result = await poll(host)

    assert (result["state"], result["lost_reason"], result["exit_code"]) == ("lost", "rebooted", None)
    assert program.was_killed and program.runs == 1
    assert (await start(host))["attached"] is True and program.runs == 1


@asynchronous
async def test_a_reboot_before_the_latch_leaves_a_task_that_may_start() -> None:
    host, program = a_media_host(times={"task_start_seconds": 30, "reboot_down_seconds": 0.01})
    starting = asyncio.ensure_future(start(host))
    await host.world.journal.wait_for("task.claim")
    await host.reboot()
    await starting
    young = await poll(host)
    host.clock.jump(301)
    old = await poll(host)
    host.times.task_start_seconds = 0
    again = await start(host)

    assert (young["state"], young["phase"]) == ("running", "starting")
    assert (old["state"], old["leftover"]) == ("absent", True)
    assert (again["changed"], again["attached"], program.runs) == (True, False, 1)


@asynchronous
async def test_a_finished_task_stays_finished_over_a_reboot() -> None:
    host, program = a_media_host()
    await start(host)
    program.end(3010)
    await ended(host)
    await host.reboot()
    result = await poll(host)

    assert (result["state"], result["exit_code"]) == ("exited", 3010)
    assert result["boot_time_utc"] >= result["ended_utc"]


@asynchronous
async def test_an_orphan_is_running_until_it_ends_and_then_lost() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    host.tasks.kill_wrapper(host.tasks.get(ID), with_program=False)
    orphan = await poll(host)
    program.end()
    await ended(host, "task.lost")
    lost = await poll(host)

    assert (orphan["state"], orphan["orphaned"]) == ("running", True)
    assert (lost["state"], lost["lost_reason"], lost["orphaned"]) == ("lost", "wrapper_died", False)


@asynchronous
async def test_a_program_killed_by_force_exits_with_1() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    host.processes.kill(program.process)
    await ended(host)

    assert (await poll(host))["exit_code"] == 1 and program.was_killed


@asynchronous
async def test_forget_refuses_what_runs_and_the_second_time_changes_nothing() -> None:
    host, program = a_media_host()
    await start(host)
    refused = await hand(host, "host_task", operation="forget", id=ID)
    program.end()
    await ended(host)
    folder = (await poll(host))["folder"]
    first = await hand(host, "host_task", operation="forget", id=ID)
    second = await hand(host, "host_task", operation="forget", id=ID)

    assert refused["failed"] is True and refused["state"] == "running"
    assert (first["changed"], second["changed"]) == (True, False)
    assert not host.files.exists(folder) and not host.files.exists(task_definition.path(ID))


@asynchronous
async def test_a_lost_task_is_forgotten_only_by_force() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    await host.reboot()

    assert (await hand(host, "host_task", operation="forget", id=ID))["failed"] is True
    assert (await hand(host, "host_task", operation="forget", id=ID, force=True))["changed"] is True
