# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in the way of a task for a moment or for good: other calls, scanners, open files, a constrained account.

windows-tasks.md sections 2.3, 3.5, 3.6, 7 and 8.
"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from tests.powershell.engine import require_pwsh
from tests.powershell.task_host import CLAIM, RESULT, STARTED, TaskHost
from tests.powershell.transcription import surroundings

HELD = "function Get-LockPatience { 0 }; function Open-LockedFile { throw (New-Object IO.IOException('in use', -2147024864)) }"
DENIED = "function Get-LockPatience { 0 }; function Open-LockedFile { throw (New-Object UnauthorizedAccessException('denied')) }"
SCHEDULER = """
    function Register-LongTask {{ param($Id, $Bootstrap) [IO.File]::WriteAllText('{root}/bootstrap', $Bootstrap) }}
    function Unregister-LongTask {{ $true }}
    function Start-LongTaskInstance {{ {run} }}
"""


@pytest.fixture
def host(tmp_path: Path) -> TaskHost:
    return TaskHost(tmp_path / "systemcenter.upgrade")


def scheduler(host: TaskHost, run: str = "") -> str:
    return SCHEDULER.format(root=host.root, run=run)


def test_a_start_that_another_call_is_busy_with_is_attached_to(host: TaskHost) -> None:
    answer = host.start(HELD)

    assert (answer["attached"], answer["changed"]) == (True, False)


def test_a_start_that_another_call_was_through_with_before_the_lock_was_free_is_attached_to(host: TaskHost, tmp_path: Path) -> None:
    other = TaskHost(tmp_path / "other").has(claim=CLAIM, latch={}, result=RESULT)
    meanwhile = f"""function Open-LockedFile {{ param($Path)
        [IO.Directory]::Move('{other.folder}', '{host.folder}')
        New-Object IO.FileStream($Path, [IO.FileMode]::OpenOrCreate)
    }}"""

    answer = host.start(scheduler(host) + meanwhile)

    assert (answer["attached"], answer["changed"], answer["state"], answer["exit_code"]) == (True, False, "exited", -17)
    assert not (host.root / "bootstrap").exists()


def test_a_lock_that_cannot_be_opened_at_all_is_a_failure_and_no_other_start(host: TaskHost) -> None:
    answer = host.start(DENIED)

    assert (answer["failed"], answer["hresult"]) == (True, -2147024891)
    assert not host.folder.exists()


def test_nothing_is_forgotten_while_another_call_is_busy_with_the_task(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.call("forget", HELD)

    assert (answer["failed"], answer["refusals"][0]["code"]) == (True, "still_running")
    assert (host.folder / "result.json").exists()


def test_check_mode_leaves_no_lock_behind(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    host.call("forget", check_mode=True)

    assert [path.name for path in (host.root / "tasks").iterdir()] == [host.folder.name]


def test_a_result_that_a_scanner_holds_is_no_damage_and_no_loss(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, started=STARTED, result=RESULT)
    held = """function Open-SharedRead { param($Path)
        if ($Path -like '*result.json') { throw (New-Object IO.IOException('in use', -2147024864)) }
        New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read)
    }"""

    scanned = host.call("poll", held)
    later = host.call("poll")

    assert (scanned["state"], scanned["phase"], scanned["damaged"]) == ("running", "working", False)
    assert (later["state"], later["exit_code"]) == ("exited", -17)


STRANGER = "$global:FolderOwner = 'S-1-5-21-1-2-3-1104'"
UNPRIVILEGED = "function Get-FolderOwnerSid { throw (New-Object UnauthorizedAccessException('denied')) }"


@pytest.mark.parametrize("operation", ["poll", "collect", "forget"])
@pytest.mark.parametrize("owner", [STRANGER, UNPRIVILEGED], ids=["of a stranger", "unreadable for the caller"])
def test_what_lies_in_a_folder_that_is_not_ours_is_not_believed(host: TaskHost, operation: str, owner: str) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.call(operation, owner)

    assert (answer["failed"], "exit_code" in answer) == (True, False)
    assert (host.folder / "result.json").exists()


@pytest.mark.parametrize("owner", [STRANGER, UNPRIVILEGED], ids=["of a stranger", "unreadable for the caller"])
def test_a_task_in_a_folder_that_is_not_ours_is_not_attached_to(host: TaskHost, owner: str) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.start(owner)

    assert (answer["failed"], answer["attached"]) == (True, False)
    assert [refusal["code"] for refusal in answer["refusals"]] == ["folder_not_ours"]


IN_USE = "function Remove-Folder {{ param($Folder) {removed}; throw (New-Object IO.IOException('not empty', -2147024751)) }}"
STUCK = """function Wait-ForRelease { }
    function Move-Folder { throw (New-Object IO.IOException('denied', -2147024891)) }
    function Unregister-LongTask { $true }
"""


def test_a_folder_with_an_open_file_is_forgotten_where_it_is(host: TaskHost) -> None:
    """A program left running holds out.txt; Windows neither deletes the folder nor renames it."""
    host.has(claim=CLAIM, latch={}, result=RESULT)
    host.put("out.txt", "")
    removed = f"foreach ($name in 'claim.json', 'latch', 'result.json') {{ [IO.File]::Delete('{host.folder}/' + $name) }}"

    answer = host.call("forget", STUCK + IN_USE.format(removed=removed))

    assert (answer["changed"], answer["state"], answer["leftover"]) == (True, "absent", True)
    assert answer["dead_folder"] == str(host.folder)


def test_a_task_whose_latch_cannot_be_removed_is_not_forgotten(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.call("forget", STUCK + IN_USE.format(removed="$null = 1"))

    assert answer["failed"] is True
    assert (host.folder / "latch").exists()


def test_a_wrapper_that_came_up_although_the_scheduler_failed_keeps_its_files(host: TaskHost) -> None:
    """RunEx may fail on the way back. What is on its way to its latch must not lose its folder."""
    late = "$global:Alive = $true; throw (New-Object Runtime.InteropServices.COMException('rpc', -2147023170))"
    alive = "$global:Alive = $false; function Test-FileHeld { param($Path) $global:Alive }"

    answer = host.start(scheduler(host, late) + alive)

    assert (answer["failed"], answer["state"]) == (True, "running")
    assert (host.folder / "claim.json").exists()


def test_a_file_that_cannot_be_written_to_its_end_leaves_no_half_one(host: TaskHost) -> None:
    full = """
        $global:Written = 0
        function New-Object { param($TypeName, $ArgumentList)
            $made = Microsoft.PowerShell.Utility\\New-Object @PSBoundParameters
            if ($TypeName -eq 'IO.FileStream' -and $ArgumentList[0] -like '*.tmp.*') {
                Add-Member -InputObject $made -MemberType ScriptMethod -Force -Name Flush -Value {
                    throw (Microsoft.PowerShell.Utility\\New-Object IO.IOException('disk full', -2147024784))
                }
            }
            , $made
        }
    """

    answer = host.start(scheduler(host) + full)

    assert [refusal["code"] for refusal in answer["refusals"]] == ["disk_full"]
    assert not list(host.root.rglob("*.tmp.*"))


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'", 88),
        ("[IO.File]::AppendAllText('{wrapper}', ' ')", 87),
    ],
    ids=["constrained", "another file"],
)
def test_a_bootstrap_that_must_not_go_on_says_so_with_its_exit_code(host: TaskHost, before: str, code: int) -> None:
    host.start(scheduler(host), start_timeout=1)
    bootstrap = (host.root / "bootstrap").read_text()

    script = before.format(wrapper=host.folder / "wrapper.ps1") + "\n" + bootstrap
    encoded = base64.b64encode(script.encode("utf-16-le")).decode()
    command = [require_pwsh(), "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=60, env=surroundings())

    assert ended.returncode == code, ended.stderr.decode()


@pytest.mark.parametrize("result", [88, -2147024808])
def test_an_account_whose_powershell_is_constrained_is_named(host: TaskHost, result: int) -> None:
    host.instance = f"@{{ state = 3; last_result = {result} }}"

    answer = host.start(scheduler(host))

    assert [(refusal["code"], refusal["hresult"]) for refusal in answer["refusals"]] == [("constrained_language", result)]
    assert r"LAB\setup" in answer["msg"]
    assert json.dumps(answer).count("Canary") == 0
