"""Every rule: what passes, what fails, and that nothing unread passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import health, queries
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import server as member
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.prerequisites import (
    AccountWanted,
    Logon,
    MediaWanted,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.rules import UnknownRule

from tests.unit.scom.builders import an_installation, services, unanswered
from tests.unit.scom.management_server.sound_server import DAS_SID, GB, OPTIONS, Server, file_row, refused_connection, spoiled

ALL = set(prerequisites.ALL_RULES.names)


def setting(question: str, **values: Any):
    return lambda server: server.data(question).update(values)


def row(query: str, *, warehouse: bool = False, **values: Any):
    return lambda server: server.rows(query, warehouse=warehouse)[0].update(values)


def installed(**facts: Any):
    return lambda server: setattr(server, "installation", an_installation(**facts))


def changed(**facts: Any):
    return lambda server: setattr(server, "installation", replace(server.installation, **facts))


def path(release: str, target: Release):
    def spoil(server: Server) -> None:
        server.installation = an_installation(release=release, os=ServerOs.WS2016)
        server.configure(target=target)

    return spoil


def tried(role: str, outcome: Outcome, reason: str = ""):
    return lambda server: server.logons.update({role: Trial(outcome, reason, "ms1")})


def managed_to_2019(server: Server) -> None:
    path("2016 UR10", Release.R2019)(server)
    server.configure(das=AccountWanted("CONTOSO\\das$", Logon.GMSA))


def rights(**held: list[str]):
    return lambda server: server.data("pre.rights")["rights"].update(
        {right: [{"sid": sid} for sid in sids] for right, sids in held.items()}
    )


def media(**values: Any):
    return lambda server: server.configure(media=replace(OPTIONS.media, **values))


def rename_pending(*files: str):
    return setting("pre.pending_reboot", reasons=[{"reason": "file_renames", "detail": list(files)}])


def absent(question: str):
    return lambda server: server.host.update({question: {"state": "absent"}})


def data_access(answer: dict[str, Any]):
    return lambda server: server.sdk.update({"health.group": answer})


def missing_media(server: Server) -> None:
    absent("pre.media")(server)
    media(may_be_missing=True)(server)


def wrong_connection(*, warehouse: bool):
    return lambda server: (server.warehouse if warehouse else server.operational)["connection"].update(is_sysadmin=False)


# rule -> ways to break exactly what it looks at, each named for the documented case
FAILING: list[tuple[str, str, Any]] = [
    ("scom.path.hop", "2019 cannot go to 2025 in one step", path("2019 UR6", Release.R2025)),
    ("scom.path.hop", "there is no way back", path("2025", Release.R2022)),
    ("scom.path.needed_rollup", "2012 R2 needs UR12 for 2016", path("2012 R2", Release.R2016)),
    ("scom.path.advised_rollup", "2019 below UR3 before 2022", path("2019 UR2", Release.R2022)),
    ("scom.operating_system.both_sides", "2016 is too old for 2025", installed(os=ServerOs.WS2016)),
    ("scom.operating_system.both_sides", "Windows Server 2025 is too new for 2022", installed(os=ServerOs.WS2025)),
    ("scom.operating_system.both_sides", "an unknown Windows is not taken for a good one", installed(os=None)),
    (
        "scom.operating_system.core",
        "a console on Server Core",
        lambda server: setattr(
            server,
            "installation",
            replace(
                an_installation(roles=[Role.MANAGEMENT_SERVER, Role.CONSOLE]),
                host=replace(server.installation.host, installation_type="Server Core"),
            ),
        ),
    ),
    ("scom.operating_system.dotnet", "4.7.1 is not enough for 2025", setting("pre.dotnet", release=461308)),
    ("scom.operating_system.dotnet", "no .NET Framework 4 at all", setting("pre.dotnet", release=None)),
    ("scom.hardware.memory", "4 GB", setting("pre.hardware", memory_bytes=4 * GB)),
    ("scom.hardware.cores", "two cores", setting("pre.hardware", cores=2, logical_processors=2)),
    ("scom.hardware.disk", "3 GB free on the system drive", setting("pre.disks", disks={"C:": {"size": 60 * GB, "free": 3 * GB}})),
    (
        "scom.host.pending_reboot",
        "component servicing",
        setting("pre.pending_reboot", reasons=[{"reason": "component_servicing", "detail": []}]),
    ),
    ("scom.host.pending_reboot", "a rename of a real file", rename_pending(r"C:\Windows\Temp\a.tmp", r"C:\Windows\System32\drivers\b.sys")),
    ("scom.host.pending_remains", "renames of temporary files only", rename_pending(r"C:\Windows\Temp\a.dll", r"C:\x\b.tmp")),
    (
        "scom.host.pending_remains",
        "a command for the next logon",
        setting("pre.pending_reboot", reasons=[{"reason": "run_once", "detail": ["x"]}]),
    ),
    (
        "scom.host.open_consoles",
        "one console",
        setting("pre.consoles", processes=[{"name": "Microsoft.EnterpriseManagement.Monitoring.Console"}]),
    ),
    ("scom.host.setup_running", "another setup", setting("pre.setups", processes=[{"name": "setup", "process_id": 9}])),
    ("scom.host.installer_running", "an installation beside the service", setting("pre.installers", processes=[{"name": "msiexec"}] * 2)),
    ("scom.host.services", "a stopped service", changed(services=services(["OMSDK", "cshost"]))),
    ("scom.host.services", "a disabled service", changed(services=services(start_mode="disabled"))),
    ("scom.host.services", "a missing service", changed(services={})),
    ("scom.host.doubts", "registry and files disagree", changed(doubts=("management server: 10.25 and 10.22",))),
    ("scom.host.administrator", "no administrator", setting("pre.session", is_admin=False)),
    ("scom.host.command_line_audited", "event 4688 with command lines", setting("pre.audit", include_command_line=True)),
    ("scom.host.command_line_audited", "the policy alone", setting("pre.audit", include_command_line=True, process_creation_success=None)),
    ("scom.accounts.exists", "no such account", absent("pre.account.das")),
    ("scom.accounts.usable", "a disabled account", setting("pre.account.setup", enabled=False)),
    ("scom.accounts.usable", "a locked account", setting("pre.account.das", locked=True)),
    ("scom.accounts.usable", "an expired password", setting("pre.account.data_reader", password_expired=True)),
    ("scom.accounts.password", "a wrong password", tried("das", Outcome.REFUSED, "wrong_password")),
    ("scom.accounts.password", "a right missing, the password is right", tried("das", Outcome.RIGHT, "right_missing")),
    ("scom.accounts.password", "an account close to its lockout", tried("data_reader", Outcome.WITHHELD, "it is locked")),
    ("scom.accounts.password", "another password before", tried("setup", Outcome.OTHER_PASSWORD)),
    ("scom.accounts.password_expiry", "two days left", setting("pre.account.das", password_expires_utc="2026-03-03T00:00:00Z")),
    ("scom.accounts.local_admin", "setup is in no group of the Administrators", setting("pre.account.setup", group_sids=[])),
    ("scom.accounts.service_logon", "the right is not granted", rights(SeServiceLogonRight=["S-1-5-21-1-1003"])),
    ("scom.accounts.service_logon", "the right is granted and denied", rights(SeDenyServiceLogonRight=[DAS_SID])),
    ("scom.accounts.reader_service_logon", "the right is not granted", rights(SeServiceLogonRight=[DAS_SID])),
    ("scom.accounts.batch_logon", "the right is not granted", rights(SeBatchLogonRight=[])),
    ("scom.accounts.batch_logon", "denied to all administrators", rights(SeDenyBatchLogonRight=["S-1-5-32-544"])),
    ("scom.accounts.sysadmin", "no sysadmin of the operational database", wrong_connection(warehouse=False)),
    ("scom.accounts.sysadmin", "no sysadmin of the data warehouse", wrong_connection(warehouse=True)),
    ("scom.accounts.om_administrator", "no role in the group", data_access(unanswered())),
    ("scom.accounts.om_administrator_unknown", "it does not run", data_access(unanswered("broken", "sdk_stopped"))),
    ("scom.accounts.encryption", "RC4 is off and the account has no AES", setting("pre.account.das", encryption_types=4)),
    (
        "scom.accounts.managed",
        "a managed account and media of 2019, which do not know them yet",
        managed_to_2019,
    ),
    (
        "scom.accounts.setup_is_system",
        "setup as SYSTEM",
        lambda server: server.configure(setup=AccountWanted.named("NT AUTHORITY\\SYSTEM")),
    ),
    ("scom.media.local", "a share", media(folder=r"\\files\media\SCOM2025")),
    ("scom.media.present", "no setup.exe", absent("pre.media")),
    ("scom.media.to_come", "no setup.exe, days before", missing_media),
    ("scom.media.product", "another product", setting("pre.media", product_name="System Center Virtual Machine Manager")),
    ("scom.media.version", "the media of 2022", setting("pre.media", product_version="10.22.10118.0")),
    ("scom.media.hash", "another hash", setting("pre.media", sha256="cd" * 32)),
    ("scom.database.sql_version", "SQL Server 2019 below CU8", row("server_settings", product_version="15.0.4053.23")),
    ("scom.database.sql_version", "SQL Server 2016", row("server_settings", product_version="13.0.6300.2")),
    ("scom.database.edition", "Express", row("server_settings", engine_edition=4, edition="Express Edition (64-bit)")),
    ("scom.database.edition", "SQL Server as a service", row("server_settings", engine_edition=8, edition="SQL Azure")),
    ("scom.database.online", "restoring", row("database_settings", state_desc="RESTORING")),
    ("scom.database.online", "single user", row("database_settings", user_access_desc="SINGLE_USER")),
    ("scom.database.full_text", "not installed", row("server_settings", is_full_text_installed=0)),
    ("scom.database.service_broker", "off", row("database_settings", is_broker_enabled=0)),
    ("scom.database.allow_updates", "on", row("configuration", value_in_use=1)),
    ("scom.database.etl_surplus", "more than 100,000 rows", row("etl_surplus", surplus=100_001)),
    ("scom.database.free_space", "exactly half free is not more than half", row("files", used_mb=20000.0)),
    ("scom.database.log_size", "a log below half of the data", lambda server: server.rows("files")[1].update(size_mb=19999.0)),
    ("scom.database.scripts_finished", "a script that only started", row("script_versions", value="10.22.11700.0", state="STARTED")),
    ("scom.database.backup_age", "31 hours old", row("backups", finished_utc="2026-02-27T19:00:00Z")),
    ("scom.database.backup_kind", "a snapshot only", row("backups", is_snapshot=1)),
    ("scom.data_warehouse.sql_version", "SQL Server 2016", row("server_settings", warehouse=True, product_version="13.0.6300.2")),
    ("scom.data_warehouse.edition", "Express", row("server_settings", warehouse=True, engine_edition=4)),
    ("scom.data_warehouse.online", "offline", row("database_settings", warehouse=True, state_desc="OFFLINE")),
    ("scom.data_warehouse.full_text", "not installed", row("server_settings", warehouse=True, is_full_text_installed=0)),
    ("scom.data_warehouse.scripts_finished", "started", row("script_versions", warehouse=True, value="10.22.11700.0", state="STARTED")),
    ("scom.data_warehouse.backup_age", "two days old", row("backups", warehouse=True, finished_utc="2026-02-27T01:00:00Z")),
    ("scom.data_warehouse.backup_kind", "a snapshot only", row("backups", warehouse=True, is_snapshot=1)),
    (
        "scom.agents.operating_system",
        "agents on 2012 R2",
        row("agents_by_os", os_name="Microsoft Windows Server 2012 R2 Standard", os_version="6.3.9600"),
    ),
    (
        "scom.management_packs.duplicate_aliases",
        "aliases that differ in case",
        lambda server: server.sdk["pre.aliases"]["data"].update(
            duplicates=[{"management_pack": "Contoso.Print", "version": "1.0.0.0", "aliases": ["System", "system"]}]
        ),
    ),
]

# Breaking one thing may break what follows from it; everything else must stay quiet.
FOLLOWS = {
    "there is no way back": {"scom.media.version", "scom.operating_system.dotnet"},
    "2019 cannot go to 2025 in one step": {"scom.operating_system.both_sides"},
    "2012 R2 needs UR12 for 2016": {"scom.media.version", "scom.database.sql_version", "scom.data_warehouse.sql_version"},
    "2019 below UR3 before 2022": {"scom.media.version", "scom.database.sql_version", "scom.data_warehouse.sql_version"},
    "setup is in no group of the Administrators": {"scom.accounts.batch_logon"},
    "a managed account and media of 2019, which do not know them yet": {
        "scom.media.version",
        "scom.database.sql_version",
        "scom.data_warehouse.sql_version",
    },
    "a share": set(),
}

# rule -> what hides the facts it needs
UNREAD: list[tuple[str, Any]] = [
    ("scom.operating_system.dotnet", lambda server: server.hide("pre.dotnet")),
    ("scom.hardware.memory", lambda server: server.hide("pre.hardware")),
    ("scom.hardware.cores", lambda server: server.hide("pre.hardware")),
    ("scom.hardware.disk", lambda server: server.hide("pre.disks")),
    ("scom.host.pending_reboot", lambda server: server.hide("pre.pending_reboot")),
    ("scom.host.pending_remains", lambda server: server.hide("pre.pending_reboot")),
    ("scom.host.open_consoles", lambda server: server.hide("pre.consoles")),
    ("scom.host.setup_running", lambda server: server.hide("pre.setups")),
    ("scom.host.installer_running", lambda server: server.hide("pre.installers")),
    ("scom.host.administrator", lambda server: server.host.pop("pre.session")),
    ("scom.host.command_line_audited", lambda server: server.hide("pre.audit")),
    ("scom.accounts.exists", lambda server: server.hide("pre.account.setup")),
    ("scom.accounts.usable", lambda server: server.hide("pre.account.das")),
    ("scom.accounts.password", tried("das", Outcome.IN_DOUBT)),
    ("scom.accounts.password", tried("das", Outcome.UNTRIED, "no domain controller answered")),
    ("scom.accounts.password_expiry", lambda server: server.hide("pre.account.das")),
    ("scom.accounts.local_admin", lambda server: server.hide("pre.administrators")),
    ("scom.accounts.service_logon", lambda server: server.hide("pre.rights")),
    ("scom.accounts.reader_service_logon", lambda server: server.hide("pre.account.data_reader")),
    ("scom.accounts.batch_logon", lambda server: server.hide("pre.rights")),
    ("scom.accounts.sysadmin", lambda server: setattr(server, "operational", refused_connection())),
    ("scom.accounts.encryption", lambda server: server.hide("pre.kerberos")),
    ("scom.media.present", lambda server: server.hide("pre.media")),
    ("scom.media.product", lambda server: server.hide("pre.media")),
    ("scom.media.version", setting("pre.media", product_version="")),
    ("scom.media.hash", setting("pre.media", sha256=None)),
    ("scom.database.sql_version", lambda server: server.hide_rows("server_settings")),
    ("scom.database.edition", lambda server: server.hide_rows("server_settings")),
    ("scom.database.full_text", lambda server: server.hide_rows("server_settings")),
    ("scom.database.online", lambda server: server.hide_rows("database_settings")),
    ("scom.database.service_broker", lambda server: server.hide_rows("database_settings")),
    ("scom.database.allow_updates", lambda server: server.rows("configuration").clear()),
    ("scom.database.etl_surplus", lambda server: server.hide_rows("etl_surplus")),
    ("scom.database.free_space", row("files", used_mb=None)),
    ("scom.database.log_size", lambda server: server.hide_rows("files")),
    ("scom.database.scripts_finished", row("script_versions", value="unknown")),
    ("scom.database.backup_age", lambda server: server.rows("backups").clear()),
    ("scom.database.backup_kind", lambda server: server.hide_rows("backups")),
    ("scom.data_warehouse.sql_version", lambda server: setattr(server, "warehouse", refused_connection())),
    ("scom.data_warehouse.edition", changed(data_warehouse=None)),
    ("scom.data_warehouse.online", lambda server: setattr(server, "warehouse", None)),
    ("scom.data_warehouse.full_text", lambda server: server.hide_rows("server_settings", warehouse=True)),
    ("scom.data_warehouse.scripts_finished", lambda server: server.hide_rows("script_versions", warehouse=True)),
    ("scom.data_warehouse.backup_age", lambda server: server.rows("backups", warehouse=True).clear()),
    ("scom.data_warehouse.backup_kind", lambda server: server.hide_rows("backups", warehouse=True)),
    ("scom.agents.operating_system", lambda server: server.hide_rows("agents_by_os")),
    ("scom.agents.operating_system", row("agents_by_os", os_version="unknown")),
    ("scom.management_packs.duplicate_aliases", lambda server: server.sdk.pop("pre.aliases")),
]

# These rest on what detection has read already, or on the operator's own words: there is nothing left that could be unread.
READ_ALREADY = {
    "scom.path.hop",
    "scom.path.needed_rollup",
    "scom.path.advised_rollup",
    "scom.operating_system.both_sides",
    "scom.operating_system.core",
    "scom.host.services",
    "scom.host.doubts",
    "scom.accounts.setup_is_system",
    "scom.accounts.managed",
    # An answer that is missing is for the second of them to say.
    "scom.accounts.om_administrator",
    "scom.accounts.om_administrator_unknown",
    "scom.media.local",
    "scom.media.to_come",
}


def found(server: Server) -> set[str]:
    return {one.rule for one in server.judge().findings}


def test_a_sound_server_passes_every_rule():
    judgement = Server().judge()
    assert judgement.findings == ()
    assert set(judgement.skipped) == {"scom.media.to_come"}
    assert set(judgement.passed) | set(judgement.skipped) == ALL


@pytest.mark.parametrize(("rule", "case", "spoil"), FAILING, ids=[f"{rule}: {case}" for rule, case, _unused in FAILING])
def test_a_rule_finds_the_documented_case_and_no_other_rule_does(rule, case, spoil):
    findings = spoiled(spoil).judge().findings
    assert {one.rule for one in findings} - FOLLOWS.get(case, set()) == {rule}
    for one in findings:
        assert not one.unknown and all([one.seen, one.wanted, one.fix, one.why, one.reference, one.host]), one


@pytest.mark.parametrize(("rule", "spoil"), UNREAD, ids=[f"{number}-{rule}" for number, (rule, _unused) in enumerate(UNREAD)])
def test_a_rule_whose_facts_could_not_be_read_is_not_passed(rule, spoil):
    judgement = spoiled(spoil).judge()
    unknown = next(one for one in judgement.findings if one.rule == rule)
    assert unknown.unknown
    assert unknown.severity is prerequisites.ALL_RULES[rule].severity
    assert rule not in judgement.passed


def test_every_rule_has_a_failing_case():
    assert {rule for rule, _unused, _unused in FAILING} == ALL


def test_every_rule_that_reads_something_has_an_unreadable_case():
    assert {rule for rule, _unused in UNREAD} == ALL - READ_ALREADY


def test_nothing_passes_that_needs_an_answer_when_nobody_answers():
    untried = dict.fromkeys(("setup", "das", "data_reader"), Trial(Outcome.UNTRIED, "nobody answered"))
    server = Server(host={}, operational=refused_connection(), warehouse=refused_connection(), sdk={}, logons=untried)
    judgement = server.judge()
    assert set(judgement.passed) <= READ_ALREADY
    assert {one.rule for one in judgement.unknowns} >= ALL - READ_ALREADY - {"scom.media.to_come"}


def test_an_unknown_release_cannot_be_judged():
    server = Server()
    server.installation = replace(server.installation, components=())
    assert "scom.path.hop" in {one.rule for one in server.judge().unknowns}


@pytest.mark.parametrize(
    ("case", "spoil"),
    [
        ("8 GB of which firmware keeps a little", setting("pre.hardware", memory_bytes=int(7.8 * GB))),
        ("virtual processors count as cores", setting("pre.hardware", cores=1, logical_processors=4)),
        ("the idle service of Windows Installer", setting("pre.installers", processes=[{"name": "msiexec"}])),
        ("no policy for encryption, whatever the account has", absent("pre.kerberos")),
        ("an account with the domain's default encryption", setting("pre.account.das", encryption_types=None)),
        (
            "command lines in the policy while the event is off",
            setting("pre.audit", include_command_line=True, process_creation_success=False),
        ),
        (
            "no table of script versions, as after RTM",
            lambda server: server.operational["answers"].update(script_versions={"state": "absent"}),
        ),
        (
            "no table of script versions, as SQL Server says it",
            lambda server: server.operational["answers"].update(
                script_versions={"state": "broken", "error": {"type": "SqlException", "native": 208, "message": "Invalid object name"}}
            ),
        ),
        ("an unfinished script older than a finished one", row("script_versions", value="10.22.10050.0", state="STARTED")),
        ("agents on clients", row("agents_by_os", os_name="Microsoft Windows 11 Enterprise", os_version="10.0.22631")),
        ("agents on a release that is newer than the target", row("agents_by_os", os_name="Windows Server 2028", os_version="10.0.30000")),
        ("agents on a semi-annual channel above the floor", row("agents_by_os", os_name="Windows Server", os_version="10.0.18363")),
        ("exactly 100,000 surplus rows", row("etl_surplus", surplus=100_000)),
        ("exactly 24 hours old", row("backups", finished_utc="2026-02-28T01:53:00Z")),
        ("a log of exactly half the data", lambda server: server.rows("files")[1].update(size_mb=20000.0)),
        ("Enterprise Edition", row("server_settings", engine_edition=3, edition="Enterprise Edition (64-bit)")),
        ("SQL Server 2019 CU8", row("server_settings", product_version="15.0.4073.23")),
        ("media without a product name but of the target", setting("pre.media", product_name=None)),
        ("a hash in other letters", lambda server: server.configure(media=replace(OPTIONS.media, sha256=OPTIONS.media.sha256.upper()))),
        ("a password that was not tried", lambda server: server.logons.pop("das")),
        ("a password that never expires", setting("pre.account.das", password_expires_utc=None)),
        ("Local System as Data Access account", lambda server: server.configure(das=AccountWanted.named("LocalSystem"))),
        ("Server Core without a console", changed(host=replace(Server().installation.host, installation_type="Server Core"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_looks_wrong_is_not_found(case, spoil):
    assert found(spoiled(spoil)) == set()


def test_a_snapshot_beside_a_recent_backup_of_the_database_is_fine():
    server = Server()
    server.rows("backups").append({"database_name": "x", "finished_utc": "2026-03-01T01:00:00Z", "is_copy_only": 0, "is_snapshot": 1})
    assert found(server) == set()


def test_free_space_counts_all_data_files_and_no_log():
    server = Server()
    server.rows("files").append(file_row("MOM_DATA2", "ROWS", 10000.0, 9900.0))
    server.rows("files")[1].update(size_mb=25000.0, used_mb=24999.0)
    assert found(server) == set()


def test_limits_are_the_operators():
    server = Server()
    server.rows("etl_surplus")[0]["surplus"] = 150_000
    server.configure(etl_surplus_limit=200_000)
    assert found(server) == set()
    server.configure(backup_max_age_hours=2)
    assert found(server) == {"scom.database.backup_age", "scom.data_warehouse.backup_age"}


def test_ten_blockers_are_reported_at_once():
    server = Server()
    blockers = [case for case in FAILING if prerequisites.ALL_RULES[case[0]].severity is Severity.BLOCKER]
    wanted = ["scom.hardware.memory", "scom.database.full_text", "scom.database.etl_surplus", "scom.host.open_consoles", "scom.media.hash"]
    for rule, _unused, spoil in blockers:
        if rule in wanted:
            spoil(server)
    assert [one.rule for one in server.judge().blockers] == sorted(wanted, key=list(prerequisites.ALL_RULES.names).index)


def test_after_the_database_script_only_the_server_itself_is_judged():
    server = Server()
    server.rows("group")[0]["database_version"] = "10.25.10132.0"
    server.rows("backups").clear()
    server.rows("files")[0]["used_mb"] = 39000.0
    server.sdk = {"health.group": unanswered("broken", "schema of another version"), "pre.aliases": unanswered("broken", "x")}
    judgement = server.judge(waived=["scom.database.backup_age"])
    assert {one.rule for one in judgement.findings} == {"scom.accounts.om_administrator_unknown"}
    assert not judgement.is_blocked
    assert {name for name in ALL if name.startswith(("scom.database.", "scom.data_warehouse.", "scom.agents."))} <= set(judgement.skipped)


def test_nothing_is_expected_of_services_that_are_held_still_on_purpose():
    server = Server()
    server.installation = replace(server.installation, services=services(["OMSDK"]))
    broken = unanswered("broken", "the service OMSDK of this server is not running")
    server.sdk = {"health.group": broken, "pre.aliases": broken}
    by_itself, held = server.judge(), server.judge(services_are_held=True)
    expected = {"scom.host.services", "scom.accounts.om_administrator_unknown", "scom.management_packs.duplicate_aliases"}
    assert {one.rule for one in by_itself.findings} == expected
    assert held.findings == ()
    assert expected <= set(held.skipped)


def test_an_account_that_the_data_access_service_refuses_blocks_and_one_nobody_was_asked_about_does_not():
    server = Server()
    server.sdk["health.group"] = unanswered()
    assert [one.rule for one in server.judge().blockers] == ["scom.accounts.om_administrator"]
    server.sdk["health.group"] = unanswered("broken", "sdk_stopped")
    assert [one.rule for one in server.judge().warnings] == ["scom.accounts.om_administrator_unknown"]
    assert not server.judge().is_blocked


def test_duplicate_aliases_do_not_matter_before_2022():
    server = Server()
    server.configure(target=Release.R2019)
    server.installation = an_installation(release="2016", os=ServerOs.WS2016)
    assert "scom.management_packs.duplicate_aliases" in server.judge().skipped


def test_one_account_in_two_roles_is_asked_once():
    server = Server()
    server.configure(das=AccountWanted(r"contoso\SETUP"))
    asked = prerequisites.account_questions(server.options)
    assert list(asked) == ["pre.account.setup", "pre.account.data_reader"]
    assert prerequisites.question_of(server.options, "das") == "pre.account.setup"


def test_local_system_is_not_looked_up():
    options = replace(OPTIONS, das=AccountWanted.named("SYSTEM"), setup=AccountWanted.named("LocalSystem"), data_reader=None)
    assert prerequisites.account_questions(options) == {}


def test_one_unreadable_account_does_not_hide_a_locked_one():
    server = Server()
    server.hide("pre.account.setup")
    server.data("pre.account.das")["locked"] = True
    findings = [one for one in server.judge().findings if one.rule == "scom.accounts.usable"]
    assert [(one.unknown, one.subject) for one in findings] == [
        (True, r"setup account CONTOSO\setup"),
        (False, r"Data Access service account CONTOSO\das"),
    ]


def test_a_missing_backup_row_is_unknown_and_not_never():
    server = Server()
    server.rows("backups").clear()
    (one,) = [one for one in server.judge().blockers if one.rule == "scom.database.backup_age"]
    assert one.unknown and "another replica may" in one.seen


def test_the_findings_name_the_numbers_that_matter():
    server = Server()
    server.rows("files")[0].update(used_mb=30000.0)
    (one,) = server.judge().blockers
    assert one.seen == "10,000 of 40,000 MB free (25 %)"
    assert one.fix.startswith("grow its data files to more than 60,000 MB")


def test_unknown_rule_names_are_refused_with_the_nearest():
    with pytest.raises(UnknownRule, match=r"scom\.database\.backup_age"):
        Server().judge(waived=["scom.database.backups_age"])


def test_media_of_which_only_the_folder_is_named_need_no_hash():
    options = replace(OPTIONS, media=MediaWanted("D:\\Media\\SCOM2025\\"))
    assert options.media.setup == r"D:\Media\SCOM2025\setup.exe"
    assert prerequisites.questions(options)["pre.media"]["sha256"] is False
    assert "scom.media.hash" in Server(options=options).judge().skipped


def test_the_names_of_rules_say_their_subject_and_every_rule_its_source():
    subjects = {
        "path",
        "operating_system",
        "hardware",
        "host",
        "accounts",
        "media",
        "database",
        "data_warehouse",
        "agents",
        "management_packs",
    }
    for name, severity, _waivable, reference, summary in prerequisites.table():
        assert name.split(".")[0] == "scom" and name.split(".")[1] in subjects and len(name.split(".")) == 3
        assert reference.split()[0][0].isdigit() and reference[-1] in "DWU"
        assert severity in ("blocker", "warning", "info") and summary


def test_all_questions_of_one_round_trip_have_different_names():
    asked = [detect.QUESTIONS, health.QUESTIONS, prerequisites.questions(OPTIONS), prerequisites.account_questions(OPTIONS)]
    assert sum(map(len, asked)) == len({name for questions in asked for name in questions})
    assert set(member.QUESTIONS).isdisjoint(prerequisites.questions(OPTIONS))


def test_the_sound_server_answers_exactly_what_is_asked():
    server = Server()
    assert set(server.host) == {*prerequisites.questions(OPTIONS), *prerequisites.account_questions(OPTIONS)}
    assert set(server.operational["answers"]) == set(queries.names(queries.of_operational_database()))
    assert set(server.warehouse["answers"]) == set(queries.names(queries.of_data_warehouse()))
    assert set(server.sdk) == {"health.group", *prerequisites.COMMANDS}
