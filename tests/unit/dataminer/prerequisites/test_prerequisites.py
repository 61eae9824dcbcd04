"""Every rule of the prerequisites: what passes, what fails, and that nothing unread passes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity

from tests.unit.dataminer.prerequisites.spoils import (
    ALWAYS,
    FAILING,
    MIGRATED,
    OF_THE_GATE,
    ON_BROKER,
    aim,
    both,
    found,
    helper,
    judged,
    old_source,
    say,
)
from tests.unit.dataminer.system.answers import unanswered
from tests.unit.dataminer.system.sound_system import a_system

# A starting node that does not run is never chosen, so that only a named one can be meant: see the test of its own.
TESTED_ALONE = {"dataminer.host.left_behind_running", "dataminer.utility.message_box"}
OTHERS = ("dataminer.path.", "dataminer.known.", "dataminer.cluster.", "dataminer.scope.", "dataminer.failover.")


def test_a_sound_system_has_nothing_to_find():
    judgement = judged(a_system())
    assert {one.rule for one in judgement.findings} <= ALWAYS, judgement.text()
    assert not judgement.is_blocked


def test_every_rule_has_a_case_of_its_own():
    own = {name for name in prerequisites.ALL_RULES.names if not name.startswith(OTHERS)}
    assert own == set(FAILING) | ALWAYS | OF_THE_GATE | TESTED_ALONE


@pytest.mark.parametrize("rule", FAILING)
def test_what_the_rule_warns_of_is_found(rule):
    system = a_system()
    FAILING[rule](system)
    findings = found(system, rule)
    assert findings, judged(system).text()
    assert not any(one.unknown for one in findings)
    assert all(one.seen and one.wanted and one.fix and one.why for one in findings)


@pytest.mark.parametrize(
    "rule",
    [
        one
        for one in FAILING
        if not one.startswith(("dataminer.package.version", "dataminer.backup", "dataminer.utility", "dataminer.checks"))
    ],
)
def test_a_finding_names_the_offline_node(rule):
    system = a_system()
    FAILING[rule](system)
    assert any("dma1b" in (one.subject, one.host) for one in found(system, rule))


UNREAD: dict[str, tuple[str, ...]] = {
    "dm.disks": ("dataminer.package.disk_space",),
    "dm.maintenance": ("dataminer.package.upload_limit", "dataminer.messaging.nats_runs"),
    "dm.packages": ("dataminer.package.used", "dataminer.package.broken_off"),
    "dm.staged": ("dataminer.package.staged",),
    "dm.asp_net": ("dataminer.software.hosting_bundles",),
    "dm.dotnet": ("dataminer.software.framework_restart",),
    "dm.vc": ("dataminer.software.vc_runtimes",),
    "dm.pending_reboot": ("dataminer.host.pending_reboot",),
    "dm.session": ("dataminer.host.administrator",),
    "dm.services": ("dataminer.host.running", "dataminer.host.modules_running", "dataminer.messaging.nats_runs"),
    "dm.legacy.resources": ("dataminer.legacy.resources",),
    "dm.database": ("dataminer.legacy.keyspaces",),
    "dm.soft_launch": ("dataminer.legacy.api_deployment",),
}


@pytest.mark.parametrize(("question", "rules"), UNREAD.items())
@pytest.mark.parametrize("state", ["denied", "broken", "timeout"])
def test_what_cannot_be_read_is_not_passed(question, rules, state):
    system = a_system()
    system["dma1b"].answers[question] = unanswered(state)
    judgement = judged(system)
    for rule in rules:
        assert [one.unknown for one in judgement.findings if one.rule == rule] == [True], rule
        assert rule not in judgement.passed


UNREAD_LATER: dict[str, tuple[Any, str]] = {
    "dm.connection": (aim("10.6.2.0-16700"), "dataminer.grpc.connection_settings"),
    "dm.slnet_config": (aim("10.6.2.0-16700"), "dataminer.grpc.remoting_port"),
    "dm.dms": (aim("10.6.2.0-16700"), "dataminer.grpc.redirects"),
    "dm.snmp_ports": (FAILING["dataminer.snmp.port_conflict"], "dataminer.snmp.port_conflict"),
    "dm.processes": (helper(), "dataminer.migration.stable"),
    "dm.endpoints": (helper(), "dataminer.migration.endpoints"),
    "dm.asp_net": (helper(), "dataminer.migration.hosting_bundle"),
    "dm.broker_library": (helper(), "dataminer.migration.old_library"),
    "dm.schannel": (helper(), "dataminer.migration.secure_channel"),
    "dm.soft_launch": (helper(), "dataminer.migration.endpoints_manager"),
    "dm.broker_config": (both(say(maintenance=MIGRATED), say(services=ON_BROKER)), "dataminer.messaging.migrated_whole"),
    "dm.legacy.reports": (old_source(), "dataminer.legacy.reports"),
}


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("dm.utility.0", "dataminer.utility.present"),
        ("dm.ports", "dataminer.utility.remoting"),
        ("dm.processes", "dataminer.utility.arguments"),
        ("dm.history", "dataminer.utility.memory"),
    ],
)
def test_what_cannot_be_read_of_the_starting_node_is_not_passed(question, rule):
    system = a_system()
    system["dma2"].answers[question] = unanswered()
    assert any(one.unknown for one in found(system, rule))


@pytest.mark.parametrize("question", UNREAD_LATER)
def test_what_cannot_be_read_is_not_passed_where_it_matters(question):
    prepare, rule = UNREAD_LATER[question]
    system = a_system()
    prepare(system)
    system["dma1b"].answers[question] = unanswered()
    assert any(one.unknown for one in found(system, rule))


def test_the_table_of_rules_says_why_and_from_where():
    for name, severity, _waivable, reference, why in prerequisites.table():
        assert name.startswith("dataminer.")
        assert Severity(severity)
        assert reference[-1:] in "DIUW"
        assert why
