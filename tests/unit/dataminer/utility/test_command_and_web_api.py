"""Command lines, calls of the web API, and settings files."""

from __future__ import annotations

import json

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files import settings
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system import web_api
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.web_api import ApiTrouble, Trouble
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility import command
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.command import InvalidCommand

UTILITY = r"C:\Program Files (x86)\Skyline Communications\Skyline Taskbar Utility\SLTaskbarUtility.exe"
PACKAGE, INFO = r"C:\Staging\DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade", r"C:\Staging\UpgradeInfo.xml"


def test_an_upgrade_is_started_with_package_and_file():
    made = command.upgrade(UTILITY, PACKAGE, INFO)
    assert made.arguments == f'-upgrade "{PACKAGE}" "{INFO}"'
    assert made.working_directory == UTILITY.rpartition("\\")[0]


@pytest.mark.parametrize(
    ("package", "info"),
    [
        (PACKAGE, ""),
        (PACKAGE.replace(".dmupgrade", ".dmapp"), INFO),
        (r"\\share\a.dmupgrade", INFO),
        ('C:\\a"b.dmupgrade', INFO),
        ("a.dmupgrade", INFO),
        (PACKAGE, "UpgradeInfo.xml"),
    ],
)
def test_an_upgrade_is_never_started_otherwise(package, info):
    with pytest.raises(InvalidCommand):
        command.upgrade(UTILITY, package, info)


def test_checks_are_run_in_the_documented_form_without_a_password_in_sight():
    made = command.run_checks(
        r"C:\x\StandaloneBpaExecutor.exe", [r"C:\x\A.dll", r"C:\x\B.dll"], r"C:\x\out.json", ("CONTOSO\\bpa", 'p"w\\')
    )
    assert made.arguments == r'-u "CONTOSO\bpa" -p {secret:check_password} -f "C:\x\out.json" --"C:\x\A.dll" --"C:\x\B.dll"'
    assert made.secrets == {"check_password": r'"p\"w\\"'}
    assert 'p"w' not in repr(made)


def test_checks_need_no_login():
    assert command.run_checks(r"C:\x\e.exe", [r"C:\x\A.dll"], r"C:\x\o.json").arguments == r'-f "C:\x\o.json" --"C:\x\A.dll"'


@pytest.mark.parametrize("checks", [[], ["A.dll"]])
def test_checks_that_cannot_be_run_are_refused(checks):
    with pytest.raises(InvalidCommand):
        command.run_checks(r"C:\x\e.exe", checks, r"C:\x\o.json")


@pytest.mark.parametrize("password", ["a\nb", "a\0b"])
def test_a_password_no_command_line_can_carry_is_refused_without_being_shown(password):
    with pytest.raises(InvalidCommand) as refused:
        command.run_checks(r"C:\x\e.exe", [r"C:\x\A.dll"], r"C:\x\o.json", ("u", password))
    assert password not in str(refused.value)


def test_a_login_carries_what_the_api_wants_and_shows_no_password():
    call = web_api.connect("svc", "secret")
    assert call.path == "/API/v1/Json.asmx/ConnectAppAndInfo"
    assert "clientComputerName" in json.loads(call.body)
    assert "secret" not in repr(call)


def test_a_session_is_read_with_the_version_of_the_agent_that_answered():
    session = web_api.read_session({"__type": "x", "Connection": "id", "DMAVersion": "10.5.4.0-15588-CU0", "New": 1})
    assert session.connection == "id"
    assert str(session.version) == "10.5.4 CU0 (build 15588)"
    assert "id" not in repr(session).replace("session", "")


@pytest.mark.parametrize("version", [None, "", "unknown", 7])
def test_a_version_that_cannot_be_read_is_none(version):
    assert web_api.read_session({"Connection": "id", "DMAVersion": version}).version is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            500,
            {"Message": "No connection available.", "ExceptionType": "Skyline.DataMiner.Web.Common.NoConnectionWebApiException"},
            Trouble.SESSION,
        ),
        (401, {}, Trouble.SESSION),
        (403, {}, Trouble.SESSION),
        (500, {"Message": "DataMiner is not running"}, Trouble.AWAY),
        (500, {"Message": "Invalid user name or password"}, Trouble.FAILED),
        (503, None, Trouble.AWAY),
        (404, None, Trouble.AWAY),
        (200, {"e": 1}, Trouble.UNREADABLE),
        (200, None, Trouble.UNREADABLE),
    ],
)
def test_troubles_of_the_web_api_are_told_apart(status, body, kind):
    with pytest.raises(ApiTrouble) as trouble:
        web_api.result(status, json.dumps(body).encode() if body is not None else b"<html>")
    assert trouble.value.kind is kind


@pytest.mark.parametrize("answer", [{"Connection": None, "Message": "expired", "MessageType": "Error"}, {"MessageType": "Challenge"}])
def test_a_refused_login_says_why(answer):
    with pytest.raises(ApiTrouble) as trouble:
        web_api.read_session(answer)
    assert trouble.value.kind is Trouble.REFUSED


def test_agents_and_counts_ignore_what_they_do_not_know():
    rows = [
        {
            "__type": "x",
            "ID": 701,
            "Status": "Running",
            "IsFailOver": True,
            "AmountElements": 4,
            "AmountElementsActive": 3,
            "AmountServices": 1,
        }
    ]
    assert web_api.read_agents(rows)[0].is_failover
    assert web_api.read_counts(rows)[701].active == 3
    assert web_api.read_alarms(12) == 12
    assert str(web_api.read_web_version("10.5.4.0")) == "10.5.4"


@pytest.mark.parametrize("read", [web_api.read_agents, web_api.read_counts, web_api.read_alarms, web_api.read_session])
@pytest.mark.parametrize("answer", [None, "x", [1], [{"Name": "x"}], True])
def test_answers_of_another_shape_are_refused(read, answer):
    with pytest.raises(ApiTrouble):
        read(answer)


def test_settings_are_read_with_and_without_a_namespace():
    inner = b"<SLNet><MaxUploadSize>500</MaxUploadSize><EnableDotNetRemoting>true</EnableDotNetRemoting></SLNet>"
    plain = b"<MaintenanceSettings>" + inner + b"</MaintenanceSettings>"
    spaced = plain.replace(
        b"<MaintenanceSettings>", b'\xef\xbb\xbf<MaintenanceSettings xmlns="http://www.skyline.be/config/maintenancesettings">'
    )
    assert settings.read_maintenance(plain) == settings.read_maintenance(spaced)
    assert settings.read_maintenance(plain).max_upload_mb == 500
    assert settings.read_maintenance(plain).dotnet_remoting


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<MaintenanceSettings>",
        b"<A/>",
        b"<MaintenanceSettings><SLNet><MaxUploadSize>big</MaxUploadSize></SLNet></MaintenanceSettings>",
    ],
)
def test_settings_that_cannot_be_read_are_no_defaults(data):
    with pytest.raises(NotReadable):
        settings.read_maintenance(data)


def test_default_upgrade_options_keep_the_words_inside():
    inner = b"<DefaultUpgradeOptions><Policy>BackupFirst</Policy></DefaultUpgradeOptions>"
    data = b"<MaintenanceSettings><SLNet>" + inner + b"</SLNet></MaintenanceSettings>"
    assert "BackupFirst" in (settings.read_maintenance(data).default_upgrade_options or "")


def test_only_names_of_expired_users_are_kept():
    data = (
        b'<?xml version="1.0"?><Security><Users><User name="a" expired="TRUE" hash="h"/><User name="b" expired="false"/></Users></Security>'
    )
    assert settings.expired_users(data) == ("a",)


@pytest.mark.parametrize("data", [b"", b"no xml", b"<Security", b'<!DOCTYPE a [<!ENTITY b "c">]><Security/>'])
def test_files_with_a_root_of_any_name_are_still_xml(data):
    with pytest.raises(NotReadable):
        settings.expired_users(data)


def test_soft_launch_options_are_found_by_name_in_any_letter_case():
    assert settings.read_soft_launch(b"<SLNet><LegacyAnnotations>True</LegacyAnnotations><Other>x</Other></SLNet>") == {
        "legacyannotations": True
    }


@pytest.mark.parametrize(
    ("content", "enabled"),
    [
        (b"<configuration/>", None),
        (b'<rule name="dataminer-failover-reverseproxy-rule" stopProcessing="true">', True),
        (b'<rule name="dataminer-failover-reverseproxy-rule" enabled="false">', False),
        (b"<rule enabled=\"false\" name=\"other\"><rule enabled='true' name='dataminer-failover-reverseproxy-rule'>", True),
    ],
)
def test_the_rule_of_the_reverse_proxy_is_enabled_unless_it_says_otherwise(content, enabled):
    assert settings.rewrite_rule_enabled(content) is enabled


@pytest.mark.parametrize(
    ("content", "custom"),
    [
        (b"# comment\r\n\r\ntype=GRPCConnection\r\n", 0),
        (b"type=RemotingConnection\r\nserverport=8004\r\n", 0),
        (b"type=Polling\r\npollinginterval=100\r\n", 2),
        (b"serverport=8010\r\n", 1),
        (b"10.*.*.*:type=x\r\n", 1),
    ],
)
def test_custom_connection_settings_are_told_from_the_default_ones(content, custom):
    assert len(settings.read_connection_settings(content).custom) == custom


def test_the_last_check_of_ports_is_read():
    data = b"<VerifyResult><Timestamp>2031-01-10T08:00:00.123456Z</Timestamp><Success>true</Success></VerifyResult>"
    assert settings.read_port_check(data) == settings.PortCheck("2031-01-10T08:00:00.123456Z", True)
