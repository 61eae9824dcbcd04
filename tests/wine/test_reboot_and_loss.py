# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is known of work whose host was restarted or whose watcher died: windows-tasks.md sections 2.4, 3.6, 8.1."""

from __future__ import annotations

import json
from pathlib import Path

from tests.wine.long_tasks import LongTasks
from tests.wine.wine_host import until


def _counting(tasks: LongTasks) -> str:
    return rf"[IO.File]::AppendAllText('{tasks.folder}\runs', 'x'); {tasks.waiting}"


def _end_process(tasks: LongTasks, note: str) -> None:
    """Ends the process that a note of the wrapper names, as an operator might."""
    process = json.loads((tasks.kept / note).read_text())["process_id"]
    tasks.host.powershell(f"[Diagnostics.Process]::GetProcessById({process}).Kill()")


def test_work_that_a_restart_of_the_host_ended_is_lost_and_nothing_starts_it_again(tasks: LongTasks) -> None:
    runs = tasks.host.path(rf"{tasks.folder}\runs")
    tasks.start(tasks.actor(_counting(tasks)), "{secret:pw}", secrets={"pw": "Canary-Reboot"})
    until(runs.exists)

    tasks.host.reboot()
    seen = tasks.poll()
    again = tasks.start(rf"{tasks.folder}\setup.exe")

    assert (seen["state"], seen["lost_reason"], seen["exit_code"]) == ("lost", "rebooted", None)
    assert seen["secret_present"] is False
    assert (again["state"], again["attached"], again["changed"]) == ("lost", True, False)
    assert runs.read_text() == "x"
    assert not _holding(tasks.kept, b"Canary-Reboot")


def test_lost_work_is_forgotten_only_by_force(tasks: LongTasks) -> None:
    tasks.start(tasks.actor(_counting(tasks)))
    until(tasks.host.path(rf"{tasks.folder}\runs").exists)
    tasks.host.reboot()

    refused = tasks.forget()
    forgotten = tasks.forget(force=True)

    assert (refused["failed"], refused["refusals"][0]["code"]) == (True, "lost")
    assert (forgotten["changed"], forgotten["state"]) == (True, "absent")


def test_work_without_its_watcher_still_runs_and_is_lost_when_it_ends(tasks: LongTasks) -> None:
    tasks.start(tasks.actor(_counting(tasks)))
    until(tasks.host.path(rf"{tasks.folder}\runs").exists)

    _end_process(tasks, "started.json")
    orphaned = until(lambda: _with(tasks.poll(), "orphaned"))
    refused = tasks.forget(force=True)
    _end_process(tasks, "child.json")
    lost = tasks.wait()

    assert (orphaned["state"], refused["refusals"][0]["code"]) == ("running", "still_running")
    assert (lost["state"], lost["lost_reason"], lost["exit_code"]) == ("lost", "wrapper_died", None)


def _with(answer: dict, key: str) -> dict | None:
    return answer if answer[key] else None


def _holding(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]
