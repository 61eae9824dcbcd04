# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Collecting and forgetting: windows-tasks.md section 8.4."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.powershell.task_host import CHILD, CLAIM, RESULT, STARTED, TaskHost

UNREGISTER = "function Unregister-LongTask {{ param($Id) {there} }}"


@pytest.fixture
def host(tmp_path: Path) -> TaskHost:
    host = TaskHost(tmp_path / "systemcenter.upgrade", boot_key=False)
    host.stand_ins = UNREGISTER.format(there="$true")
    return host


def test_what_has_ended_is_forgotten_whole(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.call("forget")

    assert (answer["changed"], answer["state"]) == (True, "absent")
    assert list((host.root / "tasks").iterdir()) == []


def test_forgetting_what_is_not_there_changes_nothing_and_makes_no_folder(host: TaskHost) -> None:
    answer = host.call("forget", UNREGISTER.format(there="$false"))

    assert (answer["changed"], answer["state"]) == (False, "absent")
    assert not host.root.exists()


def test_a_task_whose_files_are_gone_is_still_removed_from_the_scheduler(host: TaskHost) -> None:
    assert host.call("forget")["changed"] is True


@pytest.mark.parametrize("facts", [{"alive": True}, {"child_pid": CHILD["process_id"]}], ids=["running", "orphaned"])
def test_what_runs_is_not_forgotten_even_by_force(host: TaskHost, facts: dict) -> None:
    host.has(claim=CLAIM, latch={}, child=CHILD)
    for name, value in facts.items():
        setattr(host, name, value)

    answer = host.call("forget", force=True)

    assert (answer["failed"], answer["changed"], answer["refusals"][0]["code"]) == (True, False, "still_running")
    assert (host.folder / "latch").exists()


def test_what_was_lost_is_forgotten_by_force_only(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={})

    refused, forced = host.call("forget"), host.call("forget", force=True)

    assert (refused["failed"], refused["refusals"][0]["code"]) == (True, "lost")
    assert (forced["changed"], forced["state"]) == (True, "absent")


def test_check_mode_forgets_nothing(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    assert host.call("forget", check_mode=True)["changed"] is True
    assert (host.folder / "result.json").exists()


def test_a_file_in_use_leaves_a_renamed_folder_that_is_told(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)
    in_use = f"function Remove-TaskFolder {{ param($Folder) [IO.Directory]::Move($Folder, '{host.root}/dead'); '{host.root}/dead' }}"

    answer = host.call("forget", in_use)

    assert (answer["state"], answer["dead_folder"]) == ("absent", f"{host.root}/dead")


def test_collect_brings_small_files_whole_and_the_ends_of_long_ones(host: TaskHost, tmp_path: Path) -> None:
    log = tmp_path / "setup.log"
    log.write_bytes(b"a" * 300_000 + b"end")
    logs = [{"name": "setup", "pattern": str(log), "baseline": {}}]
    host.has(claim=CLAIM, latch={}, started={**STARTED, "logs": logs}, result=RESULT)
    host.put("out.txt", "printed")
    host.instance = "@{ state = 3; last_result = 0; enabled = $true; last_run_utc = '2026-01-31T10:00:00.000Z' }"
    told = """
        function Find-SchedulerEvents { param($Id, $Since)
            $time = ConvertFrom-UtcText '2026-01-31T10:00:00Z'
            New-Object PSObject -Property @{ Id = 201; TimeCreated = $time; Message = "completed $Id" }
        }
    """

    answer = host.call("collect", told)

    assert base64.b64decode(answer["files"]["out.txt"]["bytes"]) == b"printed"
    tail = answer["files"][str(log)]
    assert (tail["log"], tail["length"], len(base64.b64decode(tail["bytes"]))) == ("setup", 300_003, 262_144)
    assert base64.b64decode(tail["bytes"]).endswith(b"aend")
    assert answer["events"] == [{"id": 201, "utc": "2026-01-31T10:00:00.000Z", "message": "completed setup-ms1"}]
    assert (answer["task"]["state"], answer["changed"]) == (3, False)


def test_collect_without_a_scheduler_brings_the_files(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)
    host.instance = "throw 'RPC server unavailable'"

    answer = host.call("collect", "function Find-SchedulerEvents { throw 'the log is disabled' }")

    assert set(answer["files"]) == {"claim.json", "result.json"}
    assert (answer["events"], answer["task"]) == ([], None)


@pytest.mark.parametrize("task_id", ["", ".hidden", "Upper", "a/b", "a\\b", "x" * 61])
def test_an_id_that_is_no_name_of_a_folder_is_refused(host: TaskHost, task_id: str) -> None:
    answer = host.call("poll", id=task_id)

    assert (answer["failed"], "id:" in answer["msg"]) == (True, True)
