"""The migration to BrokerGateway: its gate, and what needs it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse

from tests.unit.dataminer.prerequisites.spoils import (
    ALWAYS,
    MIGRATED,
    OF_THE_GATE,
    ON_BROKER,
    both,
    found,
    from_version,
    helper,
    judged,
    say,
)
from tests.unit.dataminer.system.answers import answer, services, text
from tests.unit.dataminer.system.sound_system import OPTIONS, a_system


def test_an_open_gate_lets_the_migration_pass():
    system = a_system()
    helper()(system)
    judgement = judged(system)
    assert {one.rule for one in judgement.findings} <= ALWAYS | OF_THE_GATE, judgement.text()


def test_a_node_that_was_migrated_whole_passes():
    system = a_system()
    for node in system.nodes:
        node.say(maintenance=MIGRATED, services=ON_BROKER, broker_config=answer(path="x", size=10))
    assert not judged(system).is_blocked


def test_10_6_is_refused_on_a_cluster_that_was_not_migrated():
    system = a_system()
    from_version("10.5.12.0-16400-20251119-release")(system)
    system.aim("10.6.2.0-16700")
    rules = {one.rule for one in judged(system).blockers}
    assert {"dataminer.path.broker_gateway", "dataminer.messaging.migrated_whole"} <= rules


def test_a_cluster_that_was_not_migrated_is_refused_whatever_its_cumulative_update_is():
    system = a_system()
    from_version("10.5.0.0-16300-20251119-release")(system)
    system.aim("10.6.2.0-16700")
    assert [one.unknown for one in found(system, "dataminer.path.broker_gateway")] == [False]


@pytest.mark.parametrize("spoil", [both(), say(maintenance=MIGRATED, services=services())])
def test_web_applications_10_6_go_on_a_server_of_10_5_as_it_is(spoil):
    """P13: nothing of DataMiner itself is installed, and nothing of it need be migrated."""
    system = a_system()
    from_version("10.5.12.0-16400-20251119-release")(system)
    spoil(system)
    goal = replace(OPTIONS.wanted.goal, kind=PackageKind.WEB, version=parse("10.6.2.0-16700"), restarts_dataminer=False, prerequisites=())
    system.configure(goal=goal)
    judgement = judged(system)
    assert not judgement.is_blocked, judgement.text()
    assert "dataminer.messaging.migrated_whole" in judgement.skipped


def test_the_event_log_is_asked_for_the_gate_of_the_migration_only():
    system = a_system()
    assert "dm.schannel" not in prerequisites.questions(system.options)
    helper()(system)
    assert prerequisites.questions(system.options)["dm.schannel"]["since_utc"] == "2000-01-01T00:00:00Z"
    assert prerequisites.questions(system.options, "2031-01-10T00:00:00Z")["dm.schannel"]["since_utc"] == "2031-01-10T00:00:00Z"


def test_a_directory_that_answers_nothing_is_found_in_the_log():
    system = a_system()
    system.aim("10.5.1.0-15001")
    system["dma2"].say(directory_log=text("query (nETBIOSName=*) ...\r\nTotal rows: 0\r\n"))
    assert found(system, "dataminer.known.domain_users_locked_out")
