"""Which Failover policy is used, and which is refused."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse

from tests.unit.dataminer.system.answers import text
from tests.unit.dataminer.system.sound_system import a_system, upgraded
from tests.unit.dataminer.upgrade.decisions import decided, refused


@pytest.mark.parametrize("policy", [Policy.BACKUP_FIRST, Policy.BACKUP_FIRST_WITH_SWITCHBACK])
def test_a_legacy_policy_is_refused_for_a_major_upgrade_even_when_acknowledged(policy):
    system = a_system()
    system.configure(policy=policy, legacy_policy_acknowledged=True)
    assert refused(system).kind is Kind.POLICY


@pytest.mark.parametrize(("policy", "online"), [(Policy.BACKUP_FIRST, "dma1b"), (Policy.BACKUP_FIRST_WITH_SWITCHBACK, "dma1a")])
def test_a_legacy_policy_within_a_line_needs_an_acknowledgement(policy, online):
    system = a_system()
    for node in system.nodes:
        node.run("10.5.3.0-15400-20250219-release")
    system.configure(policy=policy)
    assert refused(system).kind is Kind.POLICY
    system.configure(legacy_policy_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.upgrade_info.failover_policy is policy, "what is promised is what DataMiner is told"
    assert step.online_afterwards == {701: online}
    assert any("legacy policy" in one for one in step.acknowledged)


def test_a_legacy_policy_is_refused_for_an_agent_that_nobody_can_ask_for_its_version():
    """The hosts given have the target: what they come from says nothing of an external agent."""
    system = upgraded(a_system())
    system.configure(policy=Policy.BACKUP_FIRST, legacy_policy_acknowledged=True, agents=("10.99.0.9",), two_versions_acknowledged=True)
    step = refused(system)
    assert step.kind is Kind.POLICY
    assert "the version of 10.99.0.9" in step.text() and "choose simultaneously" in step.text()
    system.configure(policy=Policy.SIMULTANEOUSLY)
    assert isinstance(decided(system), Start)


def test_a_default_policy_is_resolved_by_the_systems_own_setting_and_shown():
    system = a_system()
    system.aim("10.5.8.0-15900")
    system.configure(policy=Policy.DEFAULT, known_source=parse("10.4.0.0-14772 CU16"))
    setting = "<DefaultUpgradeOptions>FailoverPolicy=Simultaneously</DefaultUpgradeOptions>"
    for node in system.nodes:
        node.say(maintenance=text(f"<MaintenanceSettings><SLNet>{setting}</SLNet></MaintenanceSettings>"))
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.policy == "simultaneously (the default set in this system)"


def test_a_default_policy_that_differs_between_the_nodes_is_refused():
    system = a_system()
    system.configure(policy=Policy.DEFAULT)
    system["dma2"].say(
        maintenance=text(
            "<MaintenanceSettings><SLNet><DefaultUpgradeOptions>BackupFirst</DefaultUpgradeOptions></SLNet></MaintenanceSettings>"
        )
    )
    assert refused(system).kind is Kind.POLICY
