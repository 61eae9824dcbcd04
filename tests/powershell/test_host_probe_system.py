# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe says of Windows, its services and processes, and of what is installed."""

from __future__ import annotations

from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.windows import ask, registry


def test_a_service_is_read_with_delayed_start_account_and_process(everything: dict[str, Any]) -> None:
    services = everything["services"]["data"]["services"]
    assert services["OMSDK"] == {
        "display_name": "System Center-Datenzugriffsdienst",
        "status": "running",
        "start_mode": "auto",
        "delayed": True,
        "account": "CONTOSO\\das",
        "image_path": '"C:\\SCOM\\Server\\sdk.exe"',
        "process_id": 1844,
    }
    assert (services["HealthService"]["status"], services["HealthService"]["start_mode"]) == ("stopped", "disabled")


def test_a_service_that_is_not_there_or_left_only_its_key_is_left_out(everything: dict[str, Any]) -> None:
    assert set(everything["services"]["data"]["services"]) == {"OMSDK", "HealthService"}


def test_services_are_known_without_wmi() -> None:
    denied = "function Get-ServiceProcess { throw (New-Object System.UnauthorizedAccessException 'no') }"
    service = ask(q.services("OMSDK"), denied)["data"]["services"]["OMSDK"]
    assert (service["status"], service["process_id"]) == ("running", 0)


def test_a_service_whose_state_may_not_be_read_is_unknown() -> None:
    denied = """
function Get-ServiceController {
    $controller = New-Fact @{}
    New-Method $controller get_Status {
        throw (New-Object System.InvalidOperationException 'x', (New-Object System.ComponentModel.Win32Exception 5))
    }
    New-Method $controller Dispose { }
    $controller
}"""
    service = ask(q.services("HealthService"), denied)["data"]["services"]["HealthService"]
    assert (service["status"], service["start_mode"], service["account"]) == ("unknown", "disabled", "LocalSystem")


def test_a_host_without_a_domain_goes_by_its_name() -> None:
    alone = "function Get-NetworkName { New-Fact @{ HostName = 'ms1'; DomainName = '' } }"
    data = ask(q.operating_system(), alone)["data"]
    assert (data["fqdn"], data["domain"]) == ("ms1", "")


def test_windows_is_named_by_its_build_never_by_a_translated_name(everything: dict[str, Any]) -> None:
    data = everything["operating_system"]["data"]
    assert (data["build"], data["revision"], data["installation_type"], data["product_type"]) == (20348, 2113, "Server", "ServerNT")
    assert data["fqdn"] == "ms1.contoso.lab"
    assert data["boot_time_utc"] == "2026-02-28T06:30:00.000Z"


def test_the_boot_time_is_known_without_wmi() -> None:
    without = "function Get-LastBootTime { throw 'no WMI' }\nfunction Get-UptimeSpan { [System.TimeSpan]::FromHours(2) }"
    assert ask(q.operating_system(), without)["data"]["boot_time_utc"] == "2026-03-01T10:00:00.000Z"


def test_hardware_is_summed_over_the_sockets(everything: dict[str, Any]) -> None:
    assert everything["hardware"]["data"] == {"memory_bytes": 16 * 2**30, "cores": 4, "logical_processors": 8}


def test_disks_go_by_their_letters(everything: dict[str, Any]) -> None:
    assert everything["disks"]["data"]["disks"] == {"C:": {"size": 100 * 2**30, "free": 50 * 2**30}}


def test_processes_are_matched_without_their_extension(everything: dict[str, Any]) -> None:
    (process,) = everything["processes"]["data"]["processes"]
    assert process["name"] == "Microsoft.EnterpriseManagement.Monitoring.Console"
    assert process["started_utc"] == "2026-03-01T11:00:00.000Z"


def test_a_process_whose_start_windows_hides_is_listed_all_the_same() -> None:
    (process,) = ask(q.processes("System"))["data"]["processes"]
    assert (process["process_id"], process["started_utc"]) == (4, None)


def test_programs_of_both_views_are_found_and_nameless_keys_are_not(everything: dict[str, Any]) -> None:
    programs = everything["programs"]["data"]["programs"]
    assert [(each["name"], each["version"], each["view"]) for each in programs] == [
        ("Acme Tools", "1.2", "64"),
        ("Acme Tools (x86)", None, "32"),
    ]
    assert [each["product_code"] for each in programs] == ["{11111111-2222-3333-4444-555555555555}", None]


def test_visual_cpp_runtimes_are_found_in_either_view(everything: dict[str, Any]) -> None:
    assert everything["vc_runtimes"]["data"]["runtimes"] == {"x64": "14.38.32532.0", "x86": "14.36.32532.0"}


def test_dotnet_is_told_by_its_release_number(everything: dict[str, Any]) -> None:
    assert everything["dotnet_framework"]["data"] == {"release": 528449, "has_35": True}


def test_a_host_without_dotnet_4_says_null() -> None:
    tree = registry()
    del tree["HKLM"]["SOFTWARE"]["Microsoft"]["NET Framework Setup"]
    assert ask(q.dotnet_framework(), tree=tree)["data"] == {"release": None, "has_35": False}


def test_features_have_their_install_state_and_unknown_ones_are_left_out(everything: dict[str, Any]) -> None:
    features = everything["features"]["data"]["features"]
    assert features == {"Web-Server": "installed", "NET-Framework-Core": "removed", "Telnet-Client": "pending"}


def test_a_client_has_no_server_features() -> None:
    client = "function Get-ServerFeature { Get-NoSuchCommandHere }"
    assert ask(q.features("Web-Server"), client)["state"] == "unsupported"


def test_the_session_is_told_with_every_result(everything: dict[str, Any]) -> None:
    assert everything["session"]["data"]["fqdn"] == "ms1.contoso.lab"


def test_a_service_in_a_state_without_a_name_and_without_a_start_mode_is_read() -> None:
    tree = registry()
    tree["HKLM"]["SYSTEM"]["CurrentControlSet"]["Services"]["Odd"] = {"@": {"DisplayName": "Odd one", "ImagePath": "odd.exe"}}
    odd = """
function Get-ServiceController {
    $controller = New-Fact @{}
    New-Method $controller get_Status { 99 }
    New-Method $controller get_DisplayName { '' }
    New-Method $controller Dispose { }
    $controller
}"""
    service = ask(q.services("Odd"), odd, tree)["data"]["services"]["Odd"]
    assert (service["display_name"], service["status"], service["start_mode"]) == ("Odd one", "unknown", "manual")


def test_a_runtime_that_was_removed_is_left_out() -> None:
    tree = registry()
    tree["HKLM"]["SOFTWARE"]["Microsoft"]["VisualStudio"]["14.0"]["VC"]["Runtimes"]["X64"]["@"]["Installed"] = 0
    assert ask(q.vc_runtimes(), tree=tree)["data"]["runtimes"] == {"x86": "14.36.32532.0"}
