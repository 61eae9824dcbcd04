"""Silent command lines (3): whitelist, required switches, and values that arrive unchanged."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup import command_line
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.command_line import (
    CommandLineError,
    ConflictingSwitches,
    InvalidValue,
    MissingSwitch,
    Secret,
    SetupComponent,
    UnknownSwitch,
    build,
    managed_accounts_supported,
    management_server_upgrade,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.command_switches import COMMANDS, ValueKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account

from tests.unit.scom.setup.argv import DAS, EULA, READER, received


def test_a_management_server_gets_the_documented_line():
    line = management_server_upgrade(DAS, READER, accept_license=True)
    assert line.arguments == (
        r"/silent /upgrade /AcceptEndUserLicenseAgreement:1 /DASAccountUser:CONTOSO\das /DASAccountPassword:{secret:das_password}"
        r" /DataReaderUser:CONTOSO\rdr /DataReaderPassword:{secret:data_reader_password}"
    )
    assert line.secrets == {"das_password": "canary-das", "data_reader_password": "canary-rdr"}


def test_local_system_replaces_the_pair_by_a_flag():
    line = management_server_upgrade(Account.named("LocalSystem"), READER, accept_license=True)
    assert "/UseLocalSystemDASAccount" in received(line)
    assert "DASAccountUser" not in line.arguments
    assert list(line.secrets) == ["data_reader_password"]


def test_a_managed_service_account_has_no_password_switch():
    line = management_server_upgrade(Account(r"CONTOSO\gmsa$"), READER, accept_license=True)
    assert r"/DASAccountUser:CONTOSO\gmsa$" in received(line)
    assert "DASAccountPassword" not in line.arguments


def test_a_managed_service_account_with_a_password_is_refused():
    with pytest.raises(ConflictingSwitches, match="DASAccountPassword must not be given"):
        management_server_upgrade(Account(r"CONTOSO\gmsa$", password="x"), READER, accept_license=True)


@pytest.mark.parametrize(("release", "supported"), [("2016", False), ("2019", False), ("2022", True), ("2025", True)])
def test_media_know_managed_accounts_from_2022_on(release, supported):
    """They came with 2019 UR1, and media are RTM."""
    assert managed_accounts_supported(Release(release)) is supported


def test_a_licence_that_was_not_accepted_is_missing():
    with pytest.raises(MissingSwitch, match="/AcceptEndUserLicenseAgreement"):
        management_server_upgrade(DAS, READER, accept_license=False)


def test_an_account_without_a_password_is_refused():
    with pytest.raises(MissingSwitch, match="/DASAccountUser needs /DASAccountPassword"):
        management_server_upgrade(Account(r"CONTOSO\das"), READER, accept_license=True)


def test_a_password_without_an_account_is_refused():
    options = {**EULA, "UseLocalSystemDASAccount": True, "DataReaderUser": "D\\r", "DataReaderPassword": Secret("r", "x")}
    with pytest.raises(MissingSwitch, match="/DASAccountPassword needs /DASAccountUser"):
        build(SetupComponent.MANAGEMENT_SERVER, {**options, "DASAccountPassword": Secret("d", "x")})


def test_local_system_beside_an_account_is_refused():
    options = {**EULA, "DASAccountUser": "D\\d", "DASAccountPassword": Secret("d", "x"), "DataReaderUser": "D\\r"}
    with pytest.raises(ConflictingSwitches, match="instead of /DASAccountUser"):
        build(SetupComponent.MANAGEMENT_SERVER, {**options, "DataReaderPassword": Secret("r", "x"), "UseLocalSystemDASAccount": True})


@pytest.mark.parametrize("switch", ["UseLocalSystemDASAccount", "DASAccountUser", "AcceptEndUserLicenseAgreement"])
def test_a_further_switch_that_accounts_or_licence_decide_is_refused(switch):
    with pytest.raises(ConflictingSwitches, match=f"/{switch}: given by"):
        management_server_upgrade(DAS, READER, accept_license=True, extra={switch: True})


def test_a_management_server_needs_a_data_access_account():
    with pytest.raises(MissingSwitch, match="/DASAccountUser or /UseLocalSystemDASAccount"):
        build(SetupComponent.MANAGEMENT_SERVER, {**EULA, "DataReaderUser": "D\\r", "DataReaderPassword": Secret("r", "x")})


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("DataReaderAccountUser", "DataReaderUser"),
        ("dasaccountuser", "DASAccountUser"),
        ("AcceptEndUserLicenceAgreement", "AcceptEndUserLicenseAgreement"),
        ("UseLocalSystemDAS", "UseLocalSystemDASAccount"),
    ],
)
def test_a_misspelt_switch_is_refused_with_the_nearest_known_one(wrong, right):
    """Setup ignores unknown switches silently, so nobody would notice."""
    with pytest.raises(UnknownSwitch, match=f"/{wrong} is no switch .* did you mean /{right}[?]"):
        management_server_upgrade(DAS, READER, accept_license=True, extra={wrong: "x"})


@pytest.mark.parametrize("switch", ["InstallPath", "InstallLocation", "recover", "SqlServerInstance", "WebSiteName", "install", "zzz", ""])
def test_a_switch_of_another_verb_or_component_is_refused(switch):
    with pytest.raises(UnknownSwitch):
        management_server_upgrade(DAS, READER, accept_license=True, extra={switch: "x"})


def test_a_console_needs_the_licence_only():
    assert build(SetupComponent.CONSOLE, EULA).arguments == "/silent /upgrade /AcceptEndUserLicenseAgreement:1"


def test_a_web_console_names_its_site_and_its_authorization():
    line = build(
        SetupComponent.WEB_CONSOLE,
        {"WebConsoleAuthorizationMode": "Mixed", "WebConsoleUseSSL": True, "WebSiteName": "Default Web Site", **EULA},
    )
    own = '/WebSiteName:"Default Web Site" /WebConsoleUseSSL /WebConsoleAuthorizationMode:Mixed'
    assert line.arguments == f"/silent /upgrade /AcceptEndUserLicenseAgreement:1 {own}"


def test_reporting_may_name_a_management_server():
    assert "/ManagementServer:ms1.contoso.lab" in received(build(SetupComponent.REPORTING, {**EULA, "ManagementServer": "ms1.contoso.lab"}))


def test_a_flag_that_is_false_is_left_out():
    options = {**EULA, "WebSiteName": "S", "WebConsoleAuthorizationMode": "Network", "WebConsoleUseSSL": False}
    assert "UseSSL" not in build(SetupComponent.WEB_CONSOLE, options).arguments


def test_every_error_is_a_command_line_error():
    assert all(issubclass(error, CommandLineError) for error in (UnknownSwitch, MissingSwitch, ConflictingSwitches, InvalidValue))
    assert issubclass(command_line.CommandLineError, ValueError)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.component.value)
def test_the_table_is_whole(command):
    names = [switch.name for switch in command.switches]
    assert len(names) == len(set(names))
    assert all(name in names for alternatives in command.required for name in alternatives)
    assert all(switch.password in names for switch in command.switches if switch.kind is ValueKind.ACCOUNT)
    assert all(switch.choices for switch in command.switches if switch.kind is ValueKind.CHOICE)
    assert all(switch.source.startswith("3 ") for switch in command.switches)
    assert set(SetupComponent) == {row.component for row in COMMANDS}
