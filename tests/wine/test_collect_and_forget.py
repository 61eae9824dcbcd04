# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evidence is gathered, then the task is forgotten: windows-tasks.md section 8.4."""

from __future__ import annotations

import base64

from tests.wine.long_tasks import LongTasks


def test_collect_brings_the_small_files_the_logs_and_what_the_scheduler_says(tasks: LongTasks) -> None:
    log = rf"{tasks.folder}\setup.log"
    tasks.start(tasks.stub(exit=3, print="out", error="err", log=log, lines=3), logs=[{"name": "setup", "pattern": log}])
    tasks.wait()

    collected = tasks.collect()
    files = collected["files"]

    assert {"claim.json", "spec.json", "started.json", "child.json", "result.json", "out.txt", "err.txt"} <= set(files)
    assert (_text(files["out.txt"]), _text(files["err.txt"])) == ("out", "err")
    assert (files[log]["log"], files[log]["length"] > 0) == ("setup", True)
    assert collected["task"]["state"] == 3
    assert collected["events"]
    assert collected["changed"] is False


def test_forget_removes_everything_and_the_second_time_changes_nothing(tasks: LongTasks) -> None:
    tasks.start(tasks.stub(exit=0))
    tasks.wait()

    would = tasks.forget(check_mode=True)
    assert (would["changed"], tasks.kept.exists()) == (True, True)
    first, second = tasks.forget(), tasks.forget()

    assert (first["changed"], first["state"], second["changed"]) == (True, "absent", False)
    assert not tasks.kept.exists()
    assert not tasks.kept.with_name(f"{tasks.id}.lock").exists()
    assert not list(tasks.host.path(r"C:\windows\system32\Tasks").rglob(f"*{tasks.id}*"))
    key = rf"HKLM:\SOFTWARE\systemcenter.upgrade\boot\{tasks.id}"
    assert tasks.host.powershell(f"Test-Path '{key}'").strip() == "False"


def test_running_work_is_never_forgotten(tasks: LongTasks) -> None:
    tasks.start(tasks.actor(tasks.waiting))

    refused = tasks.forget(force=True)
    tasks.release()

    assert (refused["failed"], refused["changed"]) == (True, False)
    assert refused["refusals"][0]["code"] == "still_running"
    assert tasks.wait()["exit_code"] == 0


def test_what_was_forgotten_can_be_started_anew(tasks: LongTasks) -> None:
    exe = tasks.stub(exit=1)
    tasks.start(exe)
    tasks.wait()
    tasks.forget()
    tasks.stub(exit=2)

    again = tasks.start(exe)

    assert (again["changed"], again["attached"]) == (True, False)
    assert tasks.wait()["exit_code"] == 2


def _text(file: dict) -> str:
    return base64.b64decode(file["bytes"]).decode()
