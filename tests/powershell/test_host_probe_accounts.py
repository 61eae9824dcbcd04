# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe says of accounts, groups, rights and passwords."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.windows import ask


def test_holders_of_a_right_are_told_by_sid_also_when_their_domain_is_gone(everything: dict[str, Any]) -> None:
    rights = everything["user_rights"]["data"]["rights"]
    assert rights["SeServiceLogonRight"] == [
        {"sid": "S-1-5-21-1-2-3-1201", "name": "CONTOSO\\das"},
        {"sid": "S-1-5-21-7-7-7-7", "name": None},
    ]
    assert rights["SeBatchLogonRight"] == []


def test_members_of_a_translated_group_are_listed_also_orphaned_ones(everything: dict[str, Any]) -> None:
    assert everything["local_group"]["data"]["members"] == [
        {"sid": "S-1-5-21-1-2-3-512", "name": "CONTOSO\\Domain Admins", "kind": "group"},
        {"sid": "S-1-5-21-7-7-7-7", "name": None, "kind": "unknown"},
    ]


def test_a_directory_account_has_its_flags_and_groups(everything: dict[str, Any]) -> None:
    assert everything["account"]["data"] == {
        "name": "CONTOSO\\das",
        "sid": "S-1-5-21-1-2-3-1201",
        "group_sids": ["S-1-5-21-1-2-3-7"],
        "enabled": True,
        "locked": True,
        "password_expires_utc": None,
        "password_expired": False,
        "encryption_types": None,
        "is_managed_service_account": False,
        "bad_password_count": 3,
        "lockout_threshold": 5,
        "source": "directory",
    }


def test_a_password_that_expires_says_when() -> None:
    expiring = """
function Find-DirectoryObject {
    $end = (New-Object System.DateTime 2026, 5, 1, 0, 0, 0, ([System.DateTimeKind]::Utc)).ToFileTimeUtc()
    @{
        objectClass = @('user'); userAccountControl = @(514)
        'msDS-UserPasswordExpiryTimeComputed' = @($end); 'msDS-SupportedEncryptionTypes' = @(24)
    }
}"""
    data = ask(q.account("CONTOSO\\das"), expiring)["data"]
    assert (data["password_expires_utc"], data["enabled"], data["encryption_types"]) == ("2026-05-01T00:00:00.000Z", False, 24)
    assert data["group_sids"] == []


def test_a_directory_that_fails_otherwise_is_told_as_it_fails() -> None:
    gone = "function Find-DirectoryObject { throw (New-Object System.Runtime.InteropServices.COMException 'x', -2147016656) }"
    assert ask(q.account("CONTOSO\\das"), gone)["state"] == "absent"


def test_a_group_managed_account_is_recognised() -> None:
    assert ask(q.account("CONTOSO\\gmsa$"))["data"]["is_managed_service_account"] is True


DIRECTORY = """
function Find-DirectoryObject([string]$Path, [string[]]$Attributes) {
    if ($Path -eq 'LDAP://CONTOSO') {
        return @{ fSMORoleOwner = @('CN=NTDS Settings,CN=DC2'); lockoutThreshold = @(5); lockOutObservationWindow = @([long]-18000000000) }
    }
    if ($Path -eq 'LDAP://CONTOSO/CN=DC2') { return @{ dNSHostName = @('dc2') } }
    if ($Path -like 'LDAP://dc2/CN=*') { PASSWORD_SETTINGS }
    if ($Path -like 'LDAP://dc2/*') { ACCOUNT }
    @{ userAccountControl = @(512) }
}"""
LONG_AGO = "@([long]132000000000000000)"
NOW = "@([System.DateTime]::UtcNow.ToFileTimeUtc())"
NEVER_OVER = "@([long]::MinValue)"


def lockout(account: str, settings: str = "throw 'x'") -> tuple[int | None, int | None]:
    """What is told of the lockout where the PDC emulator answers with these facts."""
    data = ask(q.account("CONTOSO\\das"), DIRECTORY.replace("ACCOUNT", account).replace("PASSWORD_SETTINGS", settings))["data"]
    assert data["enabled"] is True
    return data["bad_password_count"], data["lockout_threshold"]


def settings_object(window: str = NEVER_OVER) -> str:
    return f"return @{{ 'msDS-LockoutThreshold' = @(3); 'msDS-LockoutObservationWindow' = {window} }}"


def test_wrong_passwords_are_counted_where_the_pdc_emulator_counts_them() -> None:
    assert lockout(f"return @{{ badPwdCount = @(4); badPasswordTime = {NOW} }}") == (4, 5)


def test_wrong_passwords_count_no_more_once_their_window_is_over() -> None:
    assert lockout(f"return @{{ badPwdCount = @(4); badPasswordTime = {LONG_AGO} }}") == (0, 5)


@pytest.mark.parametrize(("window", "count"), [(NEVER_OVER, 2), ("@([long]-18000000000)", 0)])
def test_a_password_settings_object_goes_before_the_policy_of_the_domain(window: str, count: int) -> None:
    account = f"return @{{ badPwdCount = @(2); badPasswordTime = {LONG_AGO}; 'msDS-ResultantPSO' = @('CN=strict') }}"
    assert lockout(account, settings_object(window)) == (count, 3)


def test_a_threshold_that_may_not_be_read_is_not_taken_from_the_domain() -> None:
    assert lockout(f"return @{{ badPwdCount = @(2); badPasswordTime = {NOW}; 'msDS-ResultantPSO' = @('CN=strict') }}") == (2, None)


def test_a_pdc_emulator_that_does_not_answer_leaves_the_lockout_unknown() -> None:
    assert lockout("throw 'x'") == (None, None)


def test_a_count_that_may_not_be_read_is_not_taken_for_none() -> None:
    assert lockout("return @{ badPwdCount = @() }") == (None, 5)


@pytest.mark.parametrize("name", [".\\local", "MS1\\local"])
def test_a_local_account_has_the_flags_of_its_host(name: str) -> None:
    data = ask(q.account(name))["data"]
    assert (data["source"], data["locked"], data["enabled"], data["password_expired"]) == ("local", True, True, True)
    assert data["group_sids"] == ["S-1-5-32-544"]
    assert (data["bad_password_count"], data["lockout_threshold"]) == (2, 10)


@pytest.mark.parametrize(
    "properties", ["throw 'x'", "$null", "New-Object PSObject | Add-Member ScriptProperty Item { throw 'x' } -PassThru"]
)
def test_a_local_account_whose_lockout_cannot_be_read_has_its_other_facts(properties: str) -> None:
    data = ask(q.account(".\\local"), f"function Get-LocalUserProperty {{ {properties} }}")["data"]
    assert (data["enabled"], data["bad_password_count"], data["lockout_threshold"]) == (True, None, None)


@pytest.mark.parametrize("name", ["LocalSystem", "NT AUTHORITY\\SYSTEM"])
def test_the_system_account_has_no_password_to_expire(name: str) -> None:
    data = ask(q.account(name))["data"]
    assert (data["sid"], data["source"], data["enabled"], data["password_expired"]) == ("S-1-5-18", "local", None, None)


def test_an_account_that_nobody_knows_is_absent() -> None:
    assert ask(q.account("CONTOSO\\nobody"))["state"] == "absent"


def test_a_directory_that_takes_us_for_anonymous_is_a_second_hop() -> None:
    answer = ask(q.account("CONTOSO\\far"))
    assert (answer["state"], answer["error"]["type"]) == ("unsupported", "second_hop")


def test_a_directory_that_does_not_answer_is_broken_not_absent() -> None:
    gone = "function Find-DirectoryObject { throw (New-Object System.Runtime.InteropServices.COMException 'x', -2147016646) }"
    answer = ask(q.account("CONTOSO\\das"), gone)
    assert (answer["state"], answer["error"]["type"]) == ("broken", "directory_unreachable")


@pytest.mark.parametrize(
    ("name", "tried"),
    [("CONTOSO\\das", "CONTOSO|das"), ("das@contoso.lab", "|das@contoso.lab"), ("local", ".|local"), (".\\local", ".|local")],
)
def test_a_name_is_split_as_logon_wants_it(name: str, tried: str) -> None:
    seen = f"function Invoke-LogonTry([string]$User, [object]$Domain) {{ if (\"$Domain|$User\" -eq '{tried}') {{ 0 }} else {{ 1326 }} }}"
    assert ask(q.credential(name, "das"), seen, secrets='{"das": "x"}')["data"]["reason"] == "ok"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        *((0, "ok"), (1326, "wrong_password"), (1330, "expired"), (1331, "disabled"), (1909, "locked"), (1907, "must_change")),
        *((1327, "restriction"), (1385, "right_missing"), (1311, "no_logon_server")),
    ],
)
def test_a_logon_code_has_a_reason(code: int, reason: str) -> None:
    answer = ask(q.credential("CONTOSO\\das", "das"), f"function Invoke-LogonTry {{ {code} }}", secrets='{"das": "x"}')
    assert answer["data"] == {"valid": code == 0, "code": code, "reason": reason}


def test_an_unknown_logon_code_is_broken_and_keeps_the_code() -> None:
    answer = ask(q.credential("CONTOSO\\das", "das"), "function Invoke-LogonTry { 1789 }", secrets='{"das": "x"}')
    assert (answer["state"], answer["error"]["native"]) == ("broken", 1789)


def test_members_are_users_groups_or_unknown() -> None:
    kinds = "function Get-LocalGroupMemberFact { foreach ($kind in 1..9) { New-Fact @{ Sid = \"S-1-$kind\"; Name = 'x'; Kind = $kind } } }"
    members = ask(q.local_group("S-1-5-32-544"), kinds)["data"]["members"]
    user, group, unknown = "user", "group", "unknown"
    assert [member["kind"] for member in members] == [user, group, unknown, group, group, unknown, unknown, unknown, user]


def test_an_account_whose_name_windows_has_forgotten_keeps_the_one_asked_for() -> None:
    forgotten = "function Resolve-SidName { throw (New-Object System.ComponentModel.Win32Exception 1332) }"
    data = ask(q.account("LocalSystem"), forgotten)["data"]
    assert (data["name"], data["sid"]) == ("LocalSystem", "S-1-5-18")


def test_a_group_that_does_not_resolve_is_left_out_of_a_local_account() -> None:
    data = ask(q.account("MS1\\local"), "function Get-LocalGroupOfUser { 'Administratoren'; 'Verschwunden' }")["data"]
    assert data["group_sids"] == ["S-1-5-32-544"]
