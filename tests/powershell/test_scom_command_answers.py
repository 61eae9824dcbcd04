# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""scom_command with the cmdlets of the OperationsManager module played by functions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.powershell.engine import run_hand

HOME = "C:\\SCOM\\Powershell"
REGISTRY: dict[str, Any] = {
    "HKLM": {
        "SYSTEM": {"CurrentControlSet": {"Services": {"OMSDK": {"@": {"Start": 2}}}}},
        "SOFTWARE": {
            "Microsoft": {
                "System Center Operations Manager": {
                    "12": {"Setup": {"Powershell": {"V2": {"@": {"InstallDirectory": "C:\\SCOM\\Powershell"}}}}}
                }
            }
        },
    }
}

# The cmdlets give objects of the SDK; here they have the properties that are documented for them.
CMDLETS = r"""
$global:Calls = @()
function Get-Service { New-Object PSObject -Property @{ Status = 'Running' } }
function Test-WindowsPowerShell { $true }
function Import-OperationsManager([string]$Path) { $global:Calls += "import $Path" }
function New-SCOMManagementGroupConnection { [CmdletBinding()]param($ComputerName) $global:Calls += "connect $ComputerName"; 'an object' }
function Get-SCOMManagementGroup {
    [CmdletBinding()]param()
    New-Object PSObject -Property @{
        Name = 'PROD'; Version = [version]'10.22.10610.0'; SkuForLicense = 'Retail'; TimeOfExpiration = [datetime]::MaxValue
    }
}
function Get-SCOMManagementServer {
    [CmdletBinding()]param()
    New-Object PSObject -Property @{
        PrincipalName = 'ms1.contoso.lab'; DisplayName = 'MS1'; Version = '10.22.10610.0'; HealthState = 'Success'
        IsGateway = $false; IsRootManagementServer = $true
    }
    New-Object PSObject -Property @{
        DisplayName = 'gw1.dmz.lab'; Version = '10.22.10610.0'; HealthState = 'Uninitialized'
        IsGateway = $true; IsRootManagementServer = $false
    }
}
function Get-SCOMManagementPack {
    [CmdletBinding()]param()
    $twice = New-Object 'System.Collections.Generic.Dictionary[string,object]'
    foreach ($alias in 'Windows', 'windows', 'System') { $twice.Add($alias, 'a reference') }
    New-Object PSObject -Property @{ Name = 'Acme.Custom'; Version = [version]'1.0.0.1'; References = $twice }
    $none = New-Object 'System.Collections.Generic.Dictionary[string,object]'
    New-Object PSObject -Property @{ Name = 'Acme.Clean'; Version = [version]'1.0.0.0'; References = $none }
}
"""

SDK_EXCEPTIONS = """
Add-Type -TypeDefinition 'namespace Microsoft.EnterpriseManagement.Common {
    public class ServiceNotRunningException : System.Exception { }
    public class UnauthorizedAccessEnterpriseManagementException : System.Exception { } }' -ErrorAction Ignore
"""


def run(stand_ins: str = "", registry: dict[str, Any] | None = None, **verbs: str) -> dict[str, Any]:
    commands = {name: {"verb": verb} for name, verb in verbs.items()}
    outcome = run_hand("scom_command", {"commands": commands}, f"{CMDLETS}\n{SDK_EXCEPTIONS}\n{stand_ins}", registry=registry or REGISTRY)
    assert outcome.result["changed"] is False
    return outcome.result["answers"]


def ask(verb: str, stand_ins: str = "", registry: dict[str, Any] | None = None) -> dict[str, Any]:
    return run(stand_ins, registry, it=verb)["it"]


def test_the_group_has_name_version_and_licence_and_no_end_unless_it_is_an_evaluation() -> None:
    assert ask("management_group")["data"] == {"name": "PROD", "version": "10.22.10610.0", "sku": "Retail", "expires_utc": None}


def test_an_evaluation_says_when_it_ends_in_utc() -> None:
    evaluation = """
function Get-SCOMManagementGroup {
    [CmdletBinding()]param()
    $end = [datetime]'2026-06-30T00:00:00'
    New-Object PSObject -Property @{ Name = 'PROD'; Version = '1'; SkuForLicense = 'Eval'; TimeOfExpiration = $end }
}"""
    assert ask("management_group", evaluation)["data"]["expires_utc"] == "2026-06-30T00:00:00.000Z"


@pytest.mark.usefixtures("either_host")
def test_servers_are_listed_with_gateways_told_apart() -> None:
    assert ask("management_servers")["data"]["servers"] == [
        {"name": "ms1.contoso.lab", "version": "10.22.10610.0", "health_state": "success", "is_gateway": False, "is_root": True},
        {"name": "gw1.dmz.lab", "version": "10.22.10610.0", "health_state": "uninitialized", "is_gateway": True, "is_root": False},
    ]


def test_aliases_that_differ_in_case_only_are_duplicates() -> None:
    assert ask("management_pack_aliases")["data"]["duplicates"] == [
        {"management_pack": "Acme.Custom", "version": "1.0.0.1", "aliases": ["Windows", "windows"]}
    ]


@pytest.mark.parametrize(
    ("verb", "cmdlet"), [("management_servers", "Get-SCOMManagementServer"), ("management_pack_aliases", "Get-SCOMManagementPack")]
)
def test_an_empty_list_is_filtered_not_zero(verb: str, cmdlet: str) -> None:
    answer = ask(verb, f"function {cmdlet} {{ [CmdletBinding()]param() }}")
    assert (answer["state"], answer["error"]["type"], answer["data"]) == ("unknown", "filtered", {})


def test_a_stopped_sdk_is_told_for_every_command_without_loading_the_module() -> None:
    stopped = """
function Get-Service { New-Object PSObject -Property @{ Status = 'Stopped' } }
function Import-OperationsManager { throw 'the module was imported' }"""
    answers = run(stopped, group="management_group", servers="management_servers")
    assert {name: (answer["state"], answer["error"]["type"]) for name, answer in answers.items()} == {
        "group": ("broken", "sdk_stopped"),
        "servers": ("broken", "sdk_stopped"),
    }


def test_a_host_without_the_sdk_says_absent() -> None:
    answer = ask("management_group", registry={"HKLM": {"SYSTEM": {}}})
    assert (answer["state"], answer["error"]["type"]) == ("absent", "sdk_absent")


def test_an_sdk_that_runs_but_is_not_ready_is_told_like_a_stopped_one() -> None:
    failing = """
function New-SCOMManagementGroupConnection {
    [CmdletBinding()]param($ComputerName)
    throw (New-Object System.Exception 'Der Dienst', (New-Object Microsoft.EnterpriseManagement.Common.ServiceNotRunningException))
}"""
    answer = ask("management_group", failing)
    assert (answer["state"], answer["error"]["type"]) == ("broken", "sdk_stopped")


def test_an_account_without_a_role_is_denied() -> None:
    failing = """
function Get-SCOMManagementGroup {
    [CmdletBinding()]param()
    throw (New-Object Microsoft.EnterpriseManagement.Common.UnauthorizedAccessEnterpriseManagementException)
}"""
    answers = run(failing, group="management_group", servers="management_servers")
    assert (answers["group"]["state"], answers["group"]["error"]["type"]) == ("denied", "not_authorized")
    assert answers["servers"]["state"] == "present"


def test_a_cmdlet_that_only_writes_an_error_fails_its_command() -> None:
    answer = ask("management_servers", "function Get-SCOMManagementServer { [CmdletBinding()]param() Write-Error 'it did not work' }")
    assert (answer["state"], answer["data"]) == ("broken", {})


def test_powershell_7_cannot_load_the_module() -> None:
    answer = ask("management_group", "function Test-WindowsPowerShell { $false }")
    assert (answer["state"], answer["error"]["type"]) == ("unsupported", "windows_powershell_only")


def test_an_unknown_verb_spoils_no_other() -> None:
    answers = run(bad="remove_everything", good="management_group")
    assert (answers["bad"]["state"], answers["bad"]["error"]["type"]) == ("broken", "UnknownVerb")
    assert answers["good"]["state"] == "present"


def test_the_module_is_loaded_from_where_setup_put_it_and_the_connection_is_local() -> None:
    spy = "function Get-SCOMManagementGroup { [CmdletBinding()]param() throw ($global:Calls -join '; ') }"
    message = ask("management_group", spy)["error"]["message"]
    assert message.replace("/", "\\") == "import C:\\SCOM\\Powershell\\OperationsManager; connect localhost"


def test_without_a_path_from_setup_the_module_is_sought_by_its_name() -> None:
    tree = {"HKLM": {"SYSTEM": REGISTRY["HKLM"]["SYSTEM"]}}
    spy = "function Get-SCOMManagementGroup { [CmdletBinding()]param() throw ($global:Calls -join '; ') }"
    assert ask("management_group", spy, tree)["error"]["message"] == "import OperationsManager; connect localhost"


def test_a_command_that_is_no_dictionary_spoils_no_other() -> None:
    commands = {"bad": "management_group", "good": {"verb": "management_group"}}
    answers = run_hand("scom_command", {"commands": commands}, CMDLETS, registry=REGISTRY).result["answers"]
    assert (answers["bad"]["error"]["type"], answers["good"]["state"]) == ("UnknownVerb", "present")
