# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A program that returns early and leaves others to do its work: windows-tasks.md section 3.3."""

from __future__ import annotations

import pytest

from tests.wine.long_tasks import LongTasks
from tests.wine.wine_host import until

NO_COMPILER = "function Import-Launch { param($Folder) $false }"
"""Where application control forbids Add-Type; the wrapper is made of the module's functions, so it gets this one too."""
OFTEN = "function Get-BeatInterval { 500 }"


def _chainer(tasks: LongTasks, until_file: str = "works") -> str:
    """A program that starts another and returns with 3010 as soon as that works, or as soon as a file is there."""
    worker = tasks.host.actor(rf"{tasks.folder}\worker.exe", rf"[IO.File]::WriteAllText('{tasks.folder}\works', ''); {tasks.waiting}")
    return tasks.actor(rf"""
        $start = New-Object Diagnostics.ProcessStartInfo('{worker}')
        $start.UseShellExecute = $false
        [void][Diagnostics.Process]::Start($start)
        while (-not [IO.File]::Exists('{tasks.folder}\{until_file}')) {{ [Threading.Thread]::Sleep(50) }}
        exit 3010
    """)


def _names(processes: list[dict]) -> set[str]:
    return {process["name"] for process in processes}


def test_waiting_for_the_root_reports_what_it_left_running(tasks: LongTasks) -> None:
    tasks.start(_chainer(tasks))

    ended = tasks.wait()
    tasks.release()

    assert (ended["exit_code"], ended["tree"]) == (3010, "job")
    assert "worker" in _names(ended["left_running"])


def test_waiting_for_the_tree_ends_when_the_last_descendant_has(tasks: LongTasks) -> None:
    tasks.start(_chainer(tasks), stand_ins=OFTEN, wait={"policy": "tree", "settle_seconds": 1})
    until(tasks.host.path(rf"{tasks.folder}\works").exists)
    beat = until(lambda: _beat_without_root(tasks))

    tasks.release()
    ended = tasks.wait()

    assert "worker" in _names(beat["tree"])
    assert (ended["exit_code"], ended["left_running"]) == (3010, [])


def _beat_without_root(tasks: LongTasks) -> dict | None:
    beat = tasks.poll()["heartbeat"]
    return beat if beat and "setup" not in _names(beat["tree"]) else None


def test_descendants_that_stay_for_ever_can_be_ignored_by_name(tasks: LongTasks) -> None:
    tasks.start(_chainer(tasks), wait={"policy": "tree", "settle_seconds": 0, "ignore_names": ["worker.exe", "powershell", "conhost"]})

    ended = tasks.wait()
    tasks.release()

    assert ended["exit_code"] == 3010
    assert "worker" in _names(ended["left_running"])


@pytest.mark.parametrize("code", [-17, 3010])
def test_without_a_compiler_the_work_runs_all_the_same(tasks: LongTasks, code: int) -> None:
    tasks.start(tasks.stub(exit=code, sleep_ms=200), "/x {secret:pw}", NO_COMPILER, secrets={"pw": "Canary"})

    ended = tasks.wait()

    assert (ended["state"], ended["exit_code"], ended["tree"]) == ("exited", code, "polled")


def test_without_a_compiler_descendants_are_found_by_looking(tasks: LongTasks) -> None:
    """Who starts and loses its parent between two looks is missed, so the root stays until the other was seen."""
    tasks.start(_chainer(tasks, "seen"), "", f"{NO_COMPILER}\n{OFTEN}", wait={"policy": "tree", "settle_seconds": 1})
    until(lambda: "worker" in _names((tasks.poll()["heartbeat"] or {"tree": []})["tree"]))
    tasks.host.write(rf"{tasks.folder}\seen", "")
    until(lambda: _beat_without_root(tasks))

    tasks.release()
    ended = tasks.wait()

    assert (ended["exit_code"], ended["left_running"], ended["tree"]) == (3010, [], "polled")
