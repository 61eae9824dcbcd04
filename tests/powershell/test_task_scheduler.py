# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the Task Scheduler is told through its COM interface: windows-tasks.md sections 1.1, 2.1, 2.2.

The interface is played. Its methods that return nothing leave a null in the pipeline, as late-bound COM calls may.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.task_host import TaskHost

_PLAYED = r"""
function New-Method($Object, $Name, $Body) { Add-Member -InputObject $Object -MemberType ScriptMethod -Name $Name -Value $Body }
function Write-Call($Name, $Values) {
    [IO.File]::AppendAllText('%(log)s', (ConvertTo-Json @{ call = $Name; values = @($Values) } -Depth 9 -Compress) + "`n")
}
function New-Definition {
    $settings = @{ IdleSettings = (New-Object PSObject -Property @{ StopOnIdleEnd = $true; RestartOnIdle = $true }) }
    foreach ($name in 'ExecutionTimeLimit', 'Priority', 'DisallowStartIfOnBatteries', 'StopIfGoingOnBatteries', 'MultipleInstances',
        'AllowDemandStart', 'AllowHardTerminate', 'StartWhenAvailable', 'WakeToRun', 'RunOnlyIfIdle', 'RunOnlyIfNetworkAvailable',
        'Hidden') {
        $settings[$name] = 'default'
    }
    $actions = New-Object PSObject -Property @{ Made = New-Object Collections.ArrayList }
    New-Method $actions Create {
        $action = New-Object PSObject -Property @{ Kind = $args[0]; Path = ''; Arguments = '' }
        [void]$this.Made.Add($action)
        $action
    }
    New-Object PSObject -Property @{
        Settings = (New-Object PSObject -Property $settings); Actions = $actions
        RegistrationInfo = (New-Object PSObject -Property @{ Description = '' })
        Principal = (New-Object PSObject -Property @{ RunLevel = 0 })
    }
}
function New-PlayedTask {
    $task = New-Object PSObject -Property @{ Name = 'played' }
    New-Method $task RunEx {
        Write-Call 'RunEx' $args
        [IO.File]::WriteAllText('%(folder)s/started.json', '{"utc": "2026-01-31T12:00:01.000Z", "logs": []}')
        $global:Alive = $true
        $null
    }
    $task
}
function New-PlayedFolder($Path) {
    $folder = New-Object PSObject -Property @{ Path = $Path }
    New-Method $folder CreateFolder { Write-Call 'CreateFolder' $args; $null }
    New-Method $folder DeleteFolder { Write-Call 'DeleteFolder' $args; $null }
    New-Method $folder GetTask { New-PlayedTask }
    New-Method $folder DeleteTask {
        Write-Call 'DeleteTask' $args
        if (-not $global:Registered) { throw (New-Object Runtime.InteropServices.COMException('not there', -2147024894)) }
        $null
    }
    New-Method $folder RegisterTaskDefinition {
        $name, $definition, $flags, $user, $password, $logon, $sddl = $args
        $action = $definition.Actions.Made[0]
        Write-Call 'RegisterTaskDefinition' @($name, $flags, $user, ($null -eq $password), $logon, $sddl, $definition.Actions.Made.Count,
            $action.Kind, $action.Path, $action.Arguments, $definition.Principal.RunLevel, $definition.RegistrationInfo.Description,
            $definition.Settings)
        $global:Registered = $true
        $null
    }
    $folder
}
function New-Object {
    if ($args[0] -ne '-ComObject') { return , (Microsoft.PowerShell.Utility\New-Object @args) }
    $service = Microsoft.PowerShell.Utility\New-Object PSObject -Property @{ Com = $args[1] }
    New-Method $service Connect { $null }
    New-Method $service GetFolder { New-PlayedFolder $args[0] }
    New-Method $service NewTask { New-Definition }
    $service
}
if (-not (Test-Path variable:global:Alive)) { $global:Alive = $false }
if (-not (Test-Path variable:global:Registered)) { $global:Registered = %(registered)s }
function Test-FileHeld { param($Path) $global:Alive }
"""


class Scheduler:
    """The host, and what its scheduler was told."""

    def __init__(self, host: TaskHost, log: Path) -> None:
        self.host = host
        self._log = log

    def played(self, registered: bool = False) -> str:
        return _PLAYED % {"log": self._log, "folder": self.host.folder, "registered": "$true" if registered else "$false"}

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def registration(self) -> dict[str, Any]:
        values = next(call["values"] for call in self.calls if call["call"] == "RegisterTaskDefinition")
        names = "name flags user no_password logon sddl actions kind path arguments run_level description settings"
        return dict(zip(names.split(), values, strict=True))


@pytest.fixture
def scheduler(tmp_path: Path) -> Scheduler:
    return Scheduler(TaskHost(tmp_path / "systemcenter.upgrade"), tmp_path / "calls.jsonl")


def test_a_task_is_registered_with_every_setting_that_its_default_would_spoil(scheduler: Scheduler) -> None:
    scheduler.host.start(scheduler.played())

    told = scheduler.registration()
    assert told["settings"] == {
        "ExecutionTimeLimit": "PT0S",
        "Priority": 4,
        "DisallowStartIfOnBatteries": False,
        "StopIfGoingOnBatteries": False,
        "MultipleInstances": 2,
        "AllowDemandStart": True,
        "AllowHardTerminate": False,
        "StartWhenAvailable": False,
        "WakeToRun": False,
        "RunOnlyIfIdle": False,
        "RunOnlyIfNetworkAvailable": False,
        "Hidden": False,
        "IdleSettings": {"StopOnIdleEnd": False, "RestartOnIdle": False},
    }
    assert (told["run_level"], told["actions"], told["kind"]) == (1, 1, 0)
    assert (told["flags"], told["sddl"]) == (0x12, "D:P(A;;FA;;;BA)(A;;FA;;;SY)")


def test_a_task_carries_a_path_and_a_hash_and_stays_short(scheduler: Scheduler) -> None:
    scheduler.host.start(scheduler.played(), secrets=json.dumps({"das": "Canary-Das"}))

    arguments = scheduler.registration()["arguments"]
    options, encoded = arguments.rsplit(" ", 1)
    bootstrap = base64.b64decode(encoded).decode("utf-16-le")
    assert options == "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand"
    assert len(arguments) < 4000
    assert str(scheduler.host.folder) in bootstrap
    assert "Canary" not in bootstrap


@pytest.mark.parametrize(
    ("run_as", "password", "user", "logon"),
    [
        ({"account": r"LAB\setup", "kind": "password"}, "Canary-Logon", r"LAB\setup", 1),
        ({"account": r"LAB\setup", "kind": "gmsa"}, None, r"LAB\setup", 1),
        ({"kind": "system"}, None, "S-1-5-18", 5),
    ],
)
def test_each_kind_of_account_has_its_logon(
    scheduler: Scheduler, run_as: dict[str, str], password: str | None, user: str, logon: int
) -> None:
    scheduler.host.start(scheduler.played(), run_as=run_as, run_as_password=password)

    told = scheduler.registration()
    assert (told["user"], told["no_password"], told["logon"]) == (user, password is None, logon)


def test_an_account_of_this_computer_is_given_its_name(scheduler: Scheduler) -> None:
    known = "function Find-AccountSid { param($Account) if ($Account -like '*\\setup') { 'S-1-5-21-9-9-9-1105' } else { 'S-1-5-32-544' } }"

    scheduler.host.start(scheduler.played() + known, run_as={"account": r".\setup", "kind": "password"})

    computer, _unused, name = scheduler.registration()["user"].partition("\\")
    assert (computer not in ("", "."), name) == (True, "setup")


def test_the_task_is_run_at_once_whatever_its_conditions_say(scheduler: Scheduler) -> None:
    answer = scheduler.host.start(scheduler.played())

    assert (answer["changed"], answer["state"], answer["attached"]) == (True, "running", False)
    assert [call["values"] for call in scheduler.calls if call["call"] == "RunEx"] == [[None, 2, 0, ""]]


@pytest.mark.parametrize("there", [True, False])
def test_forgetting_says_whether_there_was_a_task(scheduler: Scheduler, there: bool) -> None:
    scheduler.host.root.mkdir()
    scheduler.host.boot_key = False

    answer = scheduler.host.call("forget", scheduler.played(registered=there))

    assert answer["changed"] is there
    assert [call["call"] for call in scheduler.calls] == ["DeleteTask", "DeleteFolder"]
