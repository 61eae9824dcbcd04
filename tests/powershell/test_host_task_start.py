# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of a start, and why one is refused: windows-tasks.md sections 2.2, 2.3, 2.5, 8.2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.task_host import CLAIM, RESULT, TaskHost

SCHEDULER = """
    function Register-LongTask {{ param($Id, $Bootstrap, $Title, $Logon)
        $global:Done += 'register'
        [IO.File]::WriteAllText('{root}/registered.json', (ConvertTo-Json @{{
            bootstrap = $Bootstrap; title = $Title; user = $Logon.user; type = $Logon.type; none = $null -eq $Logon.password
        }}))
        {register}
    }}
    function Unregister-LongTask {{ param($Id) [IO.File]::AppendAllText('{root}/unregistered', 'x'); $true }}
    function Start-LongTaskInstance {{ param($Id) {run} }}
"""
RUNS = '[IO.File]::WriteAllText(\'{folder}/started.json\', \'{{"utc": "2026-01-31T12:00:01.000Z", "logs": []}}\'); $global:Alive = $true'
ALIVE = "$global:Alive = $false; function Test-FileHeld { param($Path) $global:Alive }"


@pytest.fixture
def host(tmp_path: Path) -> TaskHost:
    return TaskHost(tmp_path / "systemcenter.upgrade")


def scheduler(host: TaskHost, register: str = "", run: str = RUNS) -> str:
    """A scheduler that keeps what it was given in a file and then does `register` and `run`."""
    run = run.format(folder=host.folder) if run is RUNS else run
    return SCHEDULER.format(root=host.root, register=register, run=run) + ALIVE


def thrown(code: int) -> str:
    return f"throw (New-Object Runtime.InteropServices.COMException('told by Windows', {code}))"


@pytest.mark.usefixtures("either_host")
def test_a_start_claims_hands_over_registers_and_runs(host: TaskHost) -> None:
    answer = host.start(scheduler(host), secrets=json.dumps({"das": "Canary-Das"}), command=_command("/p:{secret:das}"))

    registered = json.loads((host.root / "registered.json").read_text())
    spec = json.loads((host.folder / "spec.json").read_text())
    assert (answer["changed"], answer["state"], answer["attached"], answer["spec_hash"]) == (True, "running", False, "abc")
    assert (registered["user"], registered["type"], registered["none"]) == (r"LAB\setup", 1, False)
    assert registered["bootstrap"].count("'") % 2 == 0
    assert str(host.folder) in registered["bootstrap"]
    assert (spec["arguments"], spec["secrets"], spec["working_directory"]) == ("/p:{secret:das}", ["das"], "C:\\media\\")
    assert not [path for path in host.folder.iterdir() if path.name != "secret.bin" and b"Canary-Das" in path.read_bytes()]
    assert "Canary" not in json.dumps(answer)


@pytest.mark.parametrize(("kind", "user", "logon"), [("system", "S-1-5-18", 5), ("gmsa", r"LAB\setup", 1)])
def test_accounts_without_a_password_are_registered_with_none_and_not_with_an_empty_one(
    host: TaskHost, kind: str, user: str, logon: int
) -> None:
    host.start(scheduler(host), run_as={"account": r"LAB\setup", "kind": kind}, run_as_password=None)

    registered = json.loads((host.root / "registered.json").read_text())
    assert (registered["user"], registered["type"], registered["none"]) == (user, logon, True)


def test_a_task_that_is_there_is_attached_to_without_any_check(host: TaskHost) -> None:
    host.has(claim=CLAIM, latch={}, result=RESULT)

    answer = host.start("function Test-CallerElevated { throw 'asked' }", spec_hash="other")

    assert (answer["attached"], answer["changed"], answer["state"], answer["spec_hash"]) == (True, False, "exited", "abc")


def test_the_claim_of_a_starter_that_died_is_carried_on(host: TaskHost) -> None:
    host.has(claim={**CLAIM, "utc": "2026-01-31T11:59:59.000Z", "spec_hash": "of the dead"})

    answer = host.start(scheduler(host))

    assert (answer["changed"], answer["attached"], answer["spec_hash"]) == (True, False, "abc")


def test_the_task_that_a_dead_starter_registered_is_registered_anew(host: TaskHost) -> None:
    exists_once = "if (-not (Test-Path variable:global:Again)) { $global:Again = 1; " + thrown(-2147024713) + " }"

    answer = host.start(scheduler(host, register=exists_once))

    assert answer["state"] == "running"
    assert (host.root / "unregistered").read_text() == "x"


def test_a_start_without_proof_in_time_is_starting_and_not_failed(host: TaskHost) -> None:
    answer = host.start(scheduler(host, run=""), start_timeout=1)

    assert (answer["changed"], answer["state"], answer["phase"]) == (True, "running", "starting")
    assert (host.folder / "claim.json").exists()


@pytest.mark.parametrize("code", [0x41303, 0x41325, 0x41301, 0])
def test_states_of_the_scheduler_are_no_failures(host: TaskHost, code: int) -> None:
    host.instance = f"@{{ state = 3; last_result = {code} }}"

    assert host.start(scheduler(host, run=""), start_timeout=2)["state"] == "running"


@pytest.mark.parametrize(
    ("hresult", "code"),
    [
        (-2147023570, "wrong_password"),
        (-2147023511, "batch_right_missing"),
        (-2147023584, "password_storage_forbidden"),
        (-2147023566, "password_expired"),
        (-2147022989, "password_expired"),
        (-2147023565, "account_disabled"),
        (-2147022987, "account_locked"),
        (-2147023564, "account_unknown"),
        (-2147216619, "scheduler_stopped"),
        (-2147216616, "start_failed"),
    ],
)
def test_a_refused_registration_is_undone_and_named(host: TaskHost, hresult: int, code: str) -> None:
    answer = host.start(scheduler(host, register=thrown(hresult)))

    assert (answer["failed"], answer["changed"], answer["state"]) == (True, False, "absent")
    assert [(refusal["code"], refusal["hresult"]) for refusal in answer["refusals"]] == [(code, hresult)]
    assert not host.folder.exists()
    assert "Canary" not in json.dumps(answer)


def test_the_code_of_a_wrong_password_at_the_run_means_something_else(host: TaskHost) -> None:
    host.instance = "@{ state = 3; last_result = -2147023570 }"

    answer = host.start(scheduler(host, run=""))

    assert answer["refusals"][0]["code"] == "start_failed"
    assert "Credential Guard" in answer["msg"]
    assert not host.folder.exists()


def test_a_wrapper_that_gives_up_is_a_failed_start_with_its_reason(host: TaskHost) -> None:
    failed = {"phase": "identity", "code": "not_elevated", "message": "no administrator", "type": "X", "hresult": -5}
    gives_up = f"[IO.File]::WriteAllText('{host.folder}/failed.json', '{json.dumps(failed)}')"

    answer = host.start(scheduler(host, run=gives_up))

    assert (answer["refusals"][0]["code"], answer["refusals"][0]["message"]) == ("not_elevated", "no administrator")
    assert not host.folder.exists()


@pytest.mark.parametrize(("hresult", "code"), [(-2147024784, "disk_full"), (-2147024891, "start_failed")])
def test_files_that_cannot_be_written_are_told_as_such(host: TaskHost, hresult: int, code: str) -> None:
    full = f"function Write-SecretFiles {{ throw (New-Object IO.IOException('no room', {hresult})) }}"

    answer = host.start(scheduler(host) + full, secrets='{"x": "y"}')

    assert [(refusal["code"], refusal["hresult"]) for refusal in answer["refusals"]] == [(code, hresult)]
    assert "could not be written" in answer["msg"]
    assert not host.folder.exists()


def test_nothing_is_undone_behind_the_latch(host: TaskHost) -> None:
    late = f"[IO.File]::WriteAllText('{host.folder}/latch', ''); {thrown(-2147023170)}"

    answer = host.start(scheduler(host, run=late))

    assert answer["refusals"][0]["code"] == "start_failed"
    assert (host.folder / "claim.json").exists()


WRONG = {
    "not_64bit": "function Test-ProcessIs64Bit { $false }",
    "constrained_language": "function Get-OwnLanguageMode { 'ConstrainedLanguage' }",
    "not_elevated": "function Test-CallerElevated { $false }",
    "disk_full": "function Get-FreeBytes { param($Path) 199MB }",
    "folder_not_ours": "$global:FolderOwner = 'S-1-5-21-1-2-3-1104'",
    "scheduler_stopped": "function Connect-Scheduler { throw 'no answer' }",
    "exe_missing": "function Test-ProgramExists { param($Path) $false }",
    "account_unknown": "function Find-AccountSid { param($Account) throw 'no such account' }",
    "batch_right_denied": "function Get-AccountWithRight { param($Right) 'S-1-5-32-544' }",
    "password_storage_forbidden": "function Get-DomainCredentialPolicy { 1 }",
}


@pytest.mark.parametrize(("code", "stand_in"), list(WRONG.items()))
def test_a_host_that_cannot_is_refused_before_anything_is_written(host: TaskHost, code: str, stand_in: str) -> None:
    host.root.mkdir()

    answer = host.start(scheduler(host) + stand_in)

    assert [refusal["code"] for refusal in answer["refusals"]] == [code]
    assert code in answer["msg"]
    assert list(host.root.iterdir()) == []


def test_all_that_is_wrong_is_told_at_once(host: TaskHost) -> None:
    wrong = [WRONG[code] for code in ("not_elevated", "disk_full", "exe_missing", "batch_right_denied", "password_storage_forbidden")]

    answer = host.start("\n".join(wrong))

    assert [refusal["code"] for refusal in answer["refusals"]] == [
        *("not_elevated", "disk_full", "exe_missing", "batch_right_denied", "password_storage_forbidden")
    ]


def test_check_mode_checks_and_writes_nothing(host: TaskHost) -> None:
    host.root.mkdir()

    would = host.start(check_mode=True)
    refused = host.start(WRONG["disk_full"], check_mode=True)

    assert (would["changed"], would["state"]) == (True, "absent")
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert list(host.root.iterdir()) == []


def test_a_starter_that_finds_the_lock_taken_attaches(host: TaskHost) -> None:
    host.has(claim={**CLAIM, "utc": "2026-01-31T11:59:59.000Z"})

    answer = host.start("function Open-StartLock { param($Path) $null }")

    assert (answer["attached"], answer["changed"], answer["state"]) == (True, False, "running")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"command": {"exe": "setup.exe"}}, "exe_missing"),
        ({"command": {"exe": r"C:\x.exe", "arguments": "{secret:das}"}}, "secrets:"),
        ({"command": {"exe": r"C:\x.exe", "environment": {"X": "{secret:das}"}}}, "secrets:"),
        ({"secrets": "[1]"}, "secrets:"),
        ({"run_as_password": None}, "run_as_password:"),
        ({"run_as": {"kind": "gmsa"}}, "run_as.account:"),
        ({"start_timeout": 0}, "start_timeout:"),
        ({"command": None}, "command"),
        ({"run_as": {"account": "x", "kind": "s4u"}}, "kind"),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(host: TaskHost, wrong: dict[str, Any], named: str) -> None:
    answer = host.start(**wrong)

    assert answer["failed"] is True
    assert named in answer["msg"]
    assert not host.root.exists()


@pytest.mark.parametrize("id", ["abc.", ".abc", "con", "nul.x", "lpt9", ""])
def test_an_id_that_is_no_folder_of_its_own_to_windows_is_refused(host: TaskHost, id: str) -> None:
    assert "id:" in host.call("poll", id=id)["msg"]


@pytest.mark.parametrize("id", ["a", "_", "console", "com10", "scom.setup-1", "a" * 60])
def test_an_id_like_those_of_the_collection_is_taken(host: TaskHost, id: str) -> None:
    assert host.call("poll", id=id)["state"] == "absent"


def test_no_password_is_in_the_invocation(host: TaskHost) -> None:
    answer = host.start(scheduler(host), secrets=json.dumps({"das": "Canary-Das"}), command=_command("/p:{secret:das}"))

    assert "Canary" not in json.dumps(answer["invocation"])


def _command(arguments: str) -> dict[str, str]:
    return {"exe": r"C:\media\setup.exe", "arguments": arguments}
