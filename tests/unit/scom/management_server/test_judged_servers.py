"""What only looks wrong, what limits and accounts change, and how findings read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.prerequisites import MediaWanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity

from tests.unit.scom.builders import an_installation, services, unanswered
from tests.unit.scom.management_server.sound_server import GB, OPTIONS, Server, file_row, spoiled
from tests.unit.scom.management_server.spoils import ALL, FAILING, absent, changed, found, row, setting


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
        ("Local System as Data Access account", lambda server: server.configure(das=Account.named("LocalSystem"))),
        ("Server Core without a console", changed(host=replace(Server().installation.host, installation_type="Server Core"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_looks_wrong_is_not_found(case, spoil):
    assert found(spoiled(spoil)) == set()


def test_a_snapshot_beside_a_recent_backup_of_the_database_is_fine():
    server = Server()
    server.rows("backups").append({"database_name": "x", "finished_utc": "2026-03-01T01:00:00Z", "is_snapshot": 1})
    assert found(server) == set()


def test_free_space_counts_all_data_files_and_no_log():
    server = Server()
    server.rows("files").append(file_row("ROWS", 10000.0, 9900.0))
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
    server.configure(das=Account(r"contoso\SETUP"))
    asked = prerequisites.account_questions(server.options)
    assert list(asked) == ["pre.account.setup", "pre.account.data_reader"]
    assert prerequisites.question_of(server.options, "das") == "pre.account.setup"


def test_local_system_is_not_looked_up():
    options = replace(OPTIONS, das=Account.named("SYSTEM"), setup=Account.named("LocalSystem"), data_reader=None)
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


def test_media_of_which_only_the_folder_is_named_need_no_hash():
    options = replace(OPTIONS, media=MediaWanted("D:\\Media\\SCOM2025\\"))
    assert options.media.setup == r"D:\Media\SCOM2025\setup.exe"
    assert prerequisites.questions(options)["pre.media"]["sha256"] is False
    assert "scom.media.hash" in Server(options=options).judge().skipped
