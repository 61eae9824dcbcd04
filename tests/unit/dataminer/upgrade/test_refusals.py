"""What a refusal tells, and tells once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.refusals import RULED

from tests.unit.dataminer.system.sound_system import a_system
from tests.unit.dataminer.upgrade.decisions import refused


def test_what_a_refusal_tells_is_told_once_and_without_an_advice_that_does_not_help():
    system = a_system()
    system.configure(policy=Policy.BACKUP_FIRST)
    system["dma2"].keep()
    step = refused(system)
    assert step.kind is Kind.POLICY
    assert step.text().count("backup_first") == 1
    assert "acknowledge" not in step.text()
    assert "dataminer.package.used" in {one.rule for one in step.findings}, "what else stands in the way is listed below"


def of_a_nameless_package():
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, version=None, kind=PackageKind.UNKNOWN))
    return system


def of_one_agent():
    system = a_system()
    system.configure(agents=("dma2",))
    return system


def with_a_host_missing():
    system = a_system()
    system.nodes = system.nodes[1:]
    return system


def in_a_switch():
    system = a_system()
    system["dma1a"].say_role("Preparing to go online")
    return system


def of_a_used_package():
    system = a_system()
    system["dma2"].keep()
    return system


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        (of_a_nameless_package, Kind.PACKAGE),
        (with_a_host_missing, Kind.PARTIAL),
        (of_one_agent, Kind.SCOPE),
        (in_a_switch, Kind.ROLE),
        (of_a_used_package, Kind.USED),
    ],
)
def test_no_finding_stands_in_a_refusal_and_below_it_as_well(system, kind):
    step = refused(system())
    assert step.kind is kind
    assert not {one.rule for one in step.findings} & set(RULED[kind].rules)


def test_the_rules_that_refuse_are_those_that_cannot_be_waived():
    fixed = {rule.name for rule in prerequisites.ALL_RULES if not rule.waivable}
    assert fixed == {name for ruled in RULED.values() for name in ruled.rules}


def test_a_refusal_reads_well_at_two_in_the_morning():
    system = a_system()
    system.nodes = system.nodes[:2]
    lines = refused(system).text().splitlines()
    assert lines[0] == "labx: not upgraded: the hosts given and the cluster do not agree."
    assert [line.split()[0] for line in lines[1:5]] == ["seen", "wanted", "next", "why"]
    assert "nothing was started" in lines[3]
