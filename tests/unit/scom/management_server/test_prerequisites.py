"""Every rule: what passes, what fails, and that nothing unread passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial

from tests.unit.scom.management_server.sound_server import Server, refused_connection, spoiled
from tests.unit.scom.management_server.spoils import ALL, FAILING, FOLLOWS, changed, row, setting, tried

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
