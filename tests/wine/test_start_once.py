# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work is started at most once, whoever starts it and wherever a starter dies: windows-tasks.md sections 0, 2.3, 8.2."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.wine.long_tasks import LongTasks
from tests.wine.wine_host import until


def _counting(tasks: LongTasks) -> str:
    return rf"[IO.File]::AppendAllText('{tasks.folder}\runs', 'x'); {tasks.waiting}"


def _runs(tasks: LongTasks) -> int:
    return len(tasks.host.path(rf"{tasks.folder}\runs").read_text())


def test_of_two_starters_at_once_one_starts_and_the_other_attaches(tasks: LongTasks) -> None:
    exe = tasks.actor(_counting(tasks))
    engines = [tasks.host.engine() for _unused in range(2)]
    together = threading.Barrier(2)
    for engine in engines:
        engine.hand("host_task", {"operation": "poll", "id": tasks.id})

    def start(number: int) -> dict:
        together.wait(60)
        return tasks.start(exe, engine=engines[number])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(start, range(2)))
    tasks.release()
    ended = tasks.wait()

    assert sorted(answer["changed"] for answer in answers) == [False, True]
    assert sorted(answer["attached"] for answer in answers) == [False, True]
    assert (ended["exit_code"], _runs(tasks)) == (0, 1)


@pytest.mark.parametrize("step", ["Write-StartFiles", "Register-Start", "Start-LongTaskInstance", "Wait-StartProof"])
def test_a_start_whose_starter_died_is_carried_on_by_the_next(tasks: LongTasks, tmp_path: Path, step: str) -> None:
    """The first starter dies just before the step, with its lock in hand."""
    exe = tasks.actor(_counting(tasks))
    first = tasks.host.engine()
    stuck = rf"function {step} {{ [IO.File]::WriteAllText('{tasks.folder}\stuck', ''); [Threading.Thread]::Sleep(-1) }}"
    with ThreadPoolExecutor(1) as pool:
        dying = pool.submit(tasks.start, exe, stand_ins=stuck, engine=first)
        until(tasks.host.path(rf"{tasks.folder}\stuck").exists)
        first.stop()
        assert isinstance(dying.exception(), AssertionError)

    answer = tasks.start(exe)
    until(tasks.host.path(rf"{tasks.folder}\runs").exists)
    tasks.release()
    ended = tasks.wait()

    assert answer["state"] == "running"
    assert answer["attached"] is (step == "Wait-StartProof")
    assert (ended["state"], ended["exit_code"], _runs(tasks)) == ("exited", 0, 1)
    assert ended["secret_present"] is False


def test_running_the_task_by_hand_only_leaves_a_note(tasks: LongTasks) -> None:
    exe = tasks.actor(_counting(tasks))
    run_by_hand = rf"""
        $scheduler = New-Object -ComObject Schedule.Service
        $scheduler.Connect()
        [void]$scheduler.GetFolder('\systemcenter.upgrade').GetTask('{tasks.id}').Run($null)
    """
    tasks.start(exe)
    tasks.release()
    tasks.wait()

    tasks.host.powershell(run_by_hand)
    until(lambda: list(tasks.kept.glob("refused-*.json")) or _runs(tasks) > 1)

    assert _runs(tasks) == 1
    (note,) = tasks.kept.glob("refused-*.json")
    assert "started before" in note.read_text()
    assert tasks.poll()["state"] == "exited"


def test_a_start_of_work_that_has_ended_attaches_to_its_result(tasks: LongTasks) -> None:
    exe = tasks.stub(exit=7)
    tasks.start(exe)
    tasks.wait()

    again = tasks.start(exe, spec_hash="another")

    assert (again["changed"], again["attached"], again["state"], again["exit_code"], again["spec_hash"]) == (
        False,
        True,
        "exited",
        7,
        "4711",
    )


def test_check_mode_starts_nothing_and_says_that_it_would(tasks: LongTasks) -> None:
    would = tasks.host.hand("host_task", tasks.order(tasks.stub(exit=0)), check_mode=True)

    assert (would["changed"], would["state"]) == (True, "absent")
    assert not tasks.kept.exists()
