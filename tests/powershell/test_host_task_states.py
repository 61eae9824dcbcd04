# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What became of a task, from its files: the table of windows-tasks.md section 8.1, row by row."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.powershell.task_host import CHILD, CLAIM, RESULT, STARTED, TaskHost


@pytest.fixture
def host(tmp_path: Path) -> TaskHost:
    return TaskHost(tmp_path / "systemcenter.upgrade")


def test_without_a_folder_there_is_no_task(host: TaskHost) -> None:
    seen = host.call("poll")

    assert (seen["state"], seen["leftover"], seen["changed"], seen["logs"]) == ("absent", False, False, {})
    assert not host.root.exists()


def test_a_folder_without_a_claim_is_what_a_starter_left_before_it_began(host: TaskHost) -> None:
    host.folder.mkdir(parents=True)

    seen = host.call("poll")

    assert (seen["state"], seen["leftover"]) == ("absent", True)


def test_a_result_beats_everything_else(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, started=STARTED, child=CHILD, result=RESULT)
    host.alive, host.child_pid = True, CHILD["process_id"]

    seen = host.call("poll")

    assert (seen["state"], seen["phase"], seen["exit_code"], seen["exit_code_unsigned"]) == ("exited", None, -17, 4294967279)
    assert (seen["exit_code_hex"], seen["elapsed_seconds"]) == ("0xFFFFFFEF", 1800.5)
    assert (seen["started_utc"], seen["ended_utc"]) == ("2026-01-31T10:00:02.000Z", "2026-01-31T10:30:02.000Z")
    assert seen["left_running"] == RESULT["left_running"]
    assert (seen["spec_hash"], seen["requester"]) == ("abc", r"LAB\boss")


def test_a_program_that_could_not_be_started_is_an_end_without_an_exit_code(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result={**RESULT, "exit_code": None, "launch_error": {"native": 740, "message": "elevation"}})

    seen = host.call("poll")

    assert (seen["state"], seen["exit_code"]) == ("exited", None)
    assert seen["launch_error"] == {"native": 740, "message": "elevation"}


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_a_damaged_result_is_lost_and_never_absent(host: TaskHost, content: str) -> None:
    host.has(claim=CLAIM, latch={})
    host.put("result.json", content)

    seen = host.call("poll")

    assert (seen["state"], seen["damaged"], seen["exit_code"]) == ("lost", True, None)


def test_a_held_file_is_a_living_wrapper_before_and_behind_its_latch(host: TaskHost) -> None:
    host.alive = True
    host.has(claim=CLAIM)
    before = host.call("poll")
    host.has(latch={}, started=STARTED)
    behind = host.call("poll")

    assert (before["state"], before["phase"]) == ("running", "starting")
    assert (behind["state"], behind["phase"], behind["orphaned"]) == ("running", "working", False)
    assert behind["elapsed_seconds"] == 7198.0


def test_a_result_that_appears_between_two_looks_is_seen(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={})
    ended = '{"exit_code": 0, "exit_code_unsigned": 0, "exit_code_hex": "0x00000000"}'
    ends = f"function Test-FileHeld {{ param($Path) [IO.File]::WriteAllText('{host.folder}/result.json', '{ended}'); $false }}"
    assert host.call("poll", ends)["state"] == "exited"


def test_a_program_that_outlived_its_watcher_is_orphaned(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, child=CHILD)
    host.child_pid = CHILD["process_id"]

    seen = host.call("poll")

    assert (seen["state"], seen["phase"], seen["orphaned"]) == ("running", "working", True)


@pytest.mark.parametrize("changed", [{"start_ticks": CHILD["start_ticks"] + 10000001}, {"name": "svchost"}, {"start_ticks": 0}])
def test_a_process_number_used_again_is_not_the_program(host: TaskHost, changed: dict) -> None:
    host.has(claim=CLAIM, latch={}, child={**CHILD, **changed})
    host.child_pid = CHILD["process_id"]

    assert host.call("poll")["state"] == "lost"


@pytest.mark.parametrize(("boot_key", "reason"), [(False, "rebooted"), (True, "wrapper_died")])
def test_a_latch_without_anybody_alive_is_lost_and_the_volatile_key_says_why(host: TaskHost, boot_key: bool, reason: str) -> None:
    host.has(claim=CLAIM, latch={}, started=STARTED, child=CHILD)
    host.boot_key = boot_key

    seen = host.call("poll")

    assert (seen["state"], seen["lost_reason"]) == ("lost", reason)


def test_a_latch_is_not_forgotten_with_its_claim(host: TaskHost) -> None:
    host.has(latch={})

    assert host.call("poll")["state"] == "lost"


@pytest.mark.parametrize(("age", "state"), [("11:55:01", "running"), ("11:55:00", "absent")])
def test_a_claim_without_a_wrapper_is_starting_for_300_seconds(host: TaskHost, age: str, state: str) -> None:
    host.has(claim={**CLAIM, "utc": f"2026-01-31T{age}.000Z"})

    seen = host.call("poll")

    assert (seen["state"], seen["leftover"]) == (state, state == "absent")


@pytest.mark.parametrize(("number", "state"), [(2, "running"), (4, "running"), (1, "absent"), (3, "absent")])
def test_a_queued_or_running_task_is_starting_however_old_its_claim(host: TaskHost, number: int, state: str) -> None:
    host.has(claim=CLAIM)
    host.instance = f"@{{ state = {number}; last_result = 0 }}"

    assert host.call("poll")["state"] == state


def test_a_scheduler_that_does_not_answer_decides_nothing(host: TaskHost) -> None:
    host.has(claim=CLAIM)
    host.instance = "throw 'RPC server unavailable'"

    assert host.call("poll")["state"] == "absent"


def test_why_the_wrapper_gave_up_is_told_as_long_as_the_work_has_not_begun(host: TaskHost) -> None:
    failed = {"utc": CLAIM["utc"], "phase": "identity", "code": "not_elevated", "message": "no", "type": "X", "hresult": -1, "line": 3}
    host.has(claim={**CLAIM, "utc": "2026-01-31T11:59:59.000Z"}, failed=failed)
    before = host.call("poll")
    host.has(latch={}, result=RESULT)
    behind = host.call("poll")

    assert (before["state"], before["leftover"], before["failure"]["code"]) == ("absent", True, "not_elevated")
    assert (behind["state"], behind["failure"]) == ("exited", None)


def test_an_old_heartbeat_makes_the_held_file_be_looked_at_three_times(host: TaskHost) -> None:
    beat = {"utc": "2026-01-31T11:54:00.000Z", "sequence": 9, "uptime_ms": 1, "tree": [], "troubles": 0}
    host.has(claim=CLAIM, latch={}, heartbeat=beat)
    scanner = "$global:Held = 2; function Test-FileHeld { param($Path) $global:Held--; $global:Held -ge 0 }"

    scanned = host.call("poll", scanner)
    host.alive = True
    alive = host.call("poll")

    assert (scanned["state"], alive["state"]) == ("lost", "running")
    assert alive["heartbeat"] == {"sequence": 9, "uptime_ms": 1, "utc": beat["utc"], "tree": []}


def test_a_secret_that_lies_there_is_an_alarm(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={})
    host.put("secret.key", "x")

    assert host.call("poll")["secret_present"] is True


def test_a_file_that_another_process_holds_is_a_living_wrapper_and_one_that_nobody_holds_is_none(host: TaskHost) -> None:
    """The hand's own look at the file; only the number of a violated share is another one on Linux (EWOULDBLOCK)."""
    translated = "$code = [int]$Exception.GetBaseException().HResult; if ($code -eq 11) { -2147024864 } else { $code }"
    of_linux = f"function Get-ErrorCode {{ param($Exception) {translated} }}"
    host.alive = None
    host.has(claim=CLAIM, latch={}, started=STARTED)
    host.put("alive.lock", "")
    with (host.folder / "alive.lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = host.call("poll", of_linux)
    left = host.call("poll", of_linux)

    assert (held["state"], held["phase"], held["orphaned"]) == ("running", "working", False)
    assert (left["state"], left["lost_reason"]) == ("lost", "wrapper_died")
