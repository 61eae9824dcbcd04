# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a question that fails is told: by codes and types, in its own answer only, and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.engine import run_hand
from tests.powershell.shape import answer_faults
from tests.powershell.windows import STAND_INS, ask, full_probe, probe, registry

SYSTEM = "New-Object System"


def failing(exception: str) -> str:
    """Stand-in for a Windows call that throws this, as 5.1 and 7 throw it: wrapped by the call of a method."""
    return f"""
function Connect-TaskScheduler {{
    $service = New-Fact @{{}}
    New-Method $service GetFolder {{ throw ({exception}) }}
    $service
}}"""


# The code of a genuine CimException can be set by the class itself only.
CIM = """(& {
    $name = 'Microsoft.Management.Infrastructure.CimException'
    if (-not ($name -as [type])) { Add-Type -TypeDefinition 'namespace Microsoft.Management.Infrastructure {
        public class CimException : System.Exception { public int NativeErrorCode { get; private set; } } }' }
    $exception = New-Object $name
    $code = $exception.GetType().GetProperty('NativeErrorCode')
    $null = $code.GetSetMethod($true).Invoke($exception, @(%d -as $code.PropertyType))
    $exception
})"""


@pytest.mark.parametrize(
    ("exception", "state"),
    [
        (f"{SYSTEM}.IO.FileNotFoundException 'x'", "absent"),
        (f"{SYSTEM}.IO.DirectoryNotFoundException 'x'", "absent"),
        (f"{SYSTEM}.Runtime.InteropServices.COMException 'x', -2147024894", "absent"),
        (f"{SYSTEM}.Runtime.InteropServices.COMException 'x', -2147024893", "absent"),
        (f"{SYSTEM}.Runtime.InteropServices.COMException 'x', -2147016656", "absent"),
        (f"{SYSTEM}.ComponentModel.Win32Exception 2", "absent"),
        (f"{SYSTEM}.ComponentModel.Win32Exception 1060", "absent"),
        (f"{SYSTEM}.ComponentModel.Win32Exception 1168", "absent"),
        (f"{SYSTEM}.InvalidOperationException 'x', ({SYSTEM}.ComponentModel.Win32Exception 1060)", "absent"),
        (f"{SYSTEM}.UnauthorizedAccessException 'x'", "denied"),
        (f"{SYSTEM}.Security.SecurityException 'x'", "denied"),
        (f"{SYSTEM}.ComponentModel.Win32Exception 5", "denied"),
        (f"{SYSTEM}.Runtime.InteropServices.COMException 'x', -2147024891", "denied"),
        (f"{SYSTEM}.IO.IOException 'x', -2147024864", "broken"),
        (f"{SYSTEM}.Runtime.InteropServices.COMException 'x', -2147023174", "broken"),
        (f"{SYSTEM}.ComponentModel.Win32Exception 1722", "broken"),
        (f"{SYSTEM}.PlatformNotSupportedException 'x'", "unsupported"),
        (f"{SYSTEM}.IO.FileNotFoundException 'x', 'System.DirectoryServices, Version=4.0.0.0'", "unsupported"),
        (f"{SYSTEM}.TimeoutException 'x'", "timeout"),
        (CIM % 2, "denied"),
        (CIM % 3, "unsupported"),
        (CIM % 5, "unsupported"),
        (CIM % 6, "absent"),
        (CIM % 1, "broken"),
    ],
)
def test_a_failure_is_classified_by_its_type_and_codes(exception: str, state: str) -> None:
    answer = ask(q.scheduled_tasks("\\"), failing(exception))
    assert answer["state"] == state, answer["error"]
    assert answer_faults("scheduled_tasks", answer) == []


def test_a_translated_message_changes_nothing() -> None:
    answers = [
        ask(q.scheduled_tasks("\\"), failing(f"{SYSTEM}.UnauthorizedAccessException '{text}'")) for text in ("Access denied", "Zugriff")
    ]
    assert [answer["state"] for answer in answers] == ["denied", "denied"]
    assert answers[1]["error"]["message"] == "Zugriff"


def test_the_root_of_a_wrapped_failure_is_told_with_its_codes() -> None:
    error = ask(q.scheduled_tasks("\\"), failing(f"{SYSTEM}.ComponentModel.Win32Exception 1722, 'x'"))["error"]
    assert (error["type"], error["native"], error["hresult"]) == ("System.ComponentModel.Win32Exception", 1722, -2147467259)


def test_one_failing_question_spoils_no_other() -> None:
    answers = probe(
        {
            "good": q.dotnet_framework(),
            "bad": q.scheduled_tasks("\\"),
            "unknown": {"kind": "no_such_kind"},
            "kindless": {},
            "text": "registry_key",
            "nothing": None,
            "lacking": {"kind": "registry_key"},
            "locked": q.registry_key("SOFTWARE\\Locked"),
            "good too": q.hardware(),
        },
        failing(f"{SYSTEM}.Exception 'x'"),
    )
    assert {name: (answer["state"], (answer["error"] or {}).get("type")) for name, answer in answers.items()} == {
        "good": ("present", None),
        "bad": ("broken", "System.Exception"),
        "unknown": ("broken", "UnknownKind"),
        "kindless": ("broken", "UnknownKind"),
        "text": ("broken", "UnknownKind"),
        "nothing": ("broken", "UnknownKind"),
        "lacking": ("broken", "BadQuestion"),
        "locked": ("denied", "System.Security.SecurityException"),
        "good too": ("present", None),
    }


def test_a_key_that_is_not_there_is_absent_with_no_data() -> None:
    answer = ask(q.registry_key("SOFTWARE\\None"))
    assert (answer["state"], answer["data"], answer["error"]["type"]) == ("absent", {}, "KeyAbsent")


@pytest.mark.parametrize("name", ["missing.log", "no/such/folder/missing.log"])
def test_a_file_that_is_not_there_is_absent(tmp_path: Any, name: str) -> None:
    for question in (q.file(str(tmp_path / name)), q.file_text(str(tmp_path / name)), q.directory(str(tmp_path / name))):
        assert ask(question)["state"] == "absent"


def test_a_file_that_may_not_be_seen_is_denied_not_absent() -> None:
    denied = f"function Get-PathAttribute {{ throw ({SYSTEM}.UnauthorizedAccessException 'x') }}"
    assert ask(q.file("/somewhere"), denied)["state"] == "denied"


def test_a_folder_is_no_file_and_a_file_no_folder(folder: Any) -> None:
    assert ask(q.file(str(folder)))["error"]["type"] == "IsDirectory"
    assert ask(q.directory(str(folder / "Setup.log")))["error"]["type"] == "IsFile"


def test_a_path_without_a_root_is_refused() -> None:
    assert ask(q.file("setup.log"))["error"]["type"] == "BadQuestion"


def test_an_answer_too_long_for_the_wire_is_broken_and_the_others_arrive() -> None:
    tree = registry()
    tree["HKLM"]["SOFTWARE"]["Huge"] = {"@": {f"value {number}": "x" * 20000 for number in range(60)}}
    answers = probe({"huge": q.registry_key("SOFTWARE\\Huge"), "small": q.hardware()}, tree=tree)
    assert (answers["huge"]["state"], answers["huge"]["error"]["type"]) == ("broken", "TooLarge")
    assert answers["small"]["state"] == "present"


def test_no_questions_have_no_answers() -> None:
    assert probe({}) == {}


def test_empty_lists_of_names_have_empty_answers() -> None:
    answers = probe({"services": q.services(), "rights": q.user_rights(), "ports": q.listening_ports(), "processes": q.processes()})
    assert {name: answer["data"] for name, answer in answers.items()} == {
        "services": {"services": {}},
        "rights": {"rights": {}},
        "ports": {"listening": []},
        "processes": {"processes": []},
    }


def test_a_probe_changes_nothing_and_works_in_check_mode() -> None:
    result = full_probe({"it": q.hardware()}, check_mode=True)
    assert (result["changed"], result["answers"]["it"]["state"]) == (False, "present")


def test_the_host_is_told_with_every_result() -> None:
    host = full_probe({})["host"]
    assert (host["fqdn"], host["user_sid"], host["is_admin"]) == ("ms1.contoso.lab", "S-1-5-21-1-2-3-1104", True)
    assert host["utc_now"] == "2026-03-01T12:00:00.000Z"


def test_no_secret_is_in_the_output_whatever_the_answer() -> None:
    canary = "C4n@ry\"'%^&\\"
    questions = {
        "wrong": q.credential("CONTOSO\\das", "das"),
        "unknown name": q.credential("CONTOSO\\das", "other"),
        "strange": q.credential("CONTOSO\\strange", "das"),
    }
    strange = f"""
function Invoke-LogonTry([string]$User, [object]$Domain, [string]$Password) {{
    if ($User -eq 'strange') {{ throw ({SYSTEM}.Exception 'the logon broke') }}
    1326
}}"""
    outcome = run_hand(
        "host_probe", {"questions": questions, "secrets": json.dumps({"das": canary})}, STAND_INS + strange, registry=registry()
    )
    answers = outcome.result["answers"]
    assert answers["wrong"]["data"]["reason"] == "wrong_password"
    assert (answers["unknown name"]["error"]["type"], answers["strange"]["state"]) == ("UnknownSecret", "broken")
    assert "C4n@ry" not in outcome.stdout


def test_a_password_arrives_as_it_is() -> None:
    password = "a \"b' c\\ %PATH% ^&|<> $x `n \u00e4\u20ac"
    seen = """
function Invoke-LogonTry([string]$User, [object]$Domain, [string]$Password) {
    if ([System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Password)) -eq '%s') { 0 } else { 1326 }
}"""
    import base64

    stand_in = seen.replace("%s", base64.b64encode(password.encode()).decode())
    assert ask(q.credential("x", "das"), stand_in, secrets=json.dumps({"das": password}))["data"]["valid"] is True


@pytest.mark.parametrize("secrets", ["C4n@ry", '["C4n@ry"]', '{"das" C4n@ry}'])
def test_secrets_that_are_no_json_object_are_refused_without_being_shown(secrets: str) -> None:
    outcome = run_hand("host_probe", {"questions": {}, "secrets": secrets}, STAND_INS, registry=registry())
    assert outcome.result["failed"] is True
    assert outcome.result["msg"] == "secrets is not a JSON object of names and texts"
    assert "C4n@ry" not in outcome.stdout


def test_whatever_a_handler_returns_arrives_as_plain_values() -> None:
    odd = """
function Get-HardwareAnswer {
    $list = New-Object System.Collections.ArrayList
    $null = $list.Add((New-Object PSObject 'wrapped'))
    @{
        time = (New-Object System.DateTime 2026, 1, 1, 0, 0, 0, ([System.DateTimeKind]::Utc)); small = [byte]7; nan = [double]::NaN
        version = [version]'1.2'; enum = [System.IO.FileMode]::Open; none = [System.DBNull]::Value; list = $list; fraction = [decimal]1.5
        keys = @{ 1 = @{} }; nothing = $null; empty = @()
    }
}"""
    data = ask(q.hardware(), odd)["data"]
    assert data.pop("nan") == "NaN"
    assert data == {
        "time": "2026-01-01T00:00:00.000Z",
        "small": 7,
        "version": "1.2",
        "enum": "Open",
        "none": None,
        "list": ["wrapped"],
        "fraction": 1.5,
        "keys": {"1": {}},
        "nothing": None,
        "empty": [],
    }


def test_a_handler_that_leaks_output_is_broken_not_garbled() -> None:
    answer = ask(q.hardware(), "function Get-HardwareAnswer { 'leaked'; @{ cores = 1 } }")
    assert (answer["state"], answer["error"]["type"]) == ("broken", "BadHandler")
