"""Which agents one run upgrades (6): the whole cluster, or some where that leaves none on two versions; and who starts it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.scope import (
    NO_MESSAGE_BOX,
    RULES,
    NoOrchestrator,
    PairEntry,
    Scope,
    addresses,
    choose_orchestrator,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact, NotRead
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import judge

from tests.unit.dataminer.system.systems import TARGET, a_cluster, a_node, four_agents, pairs_and_single

DONE = {"version": Fact.known(parse(TARGET))}


def scope(cluster, *agents, acknowledged=False, target=TARGET):
    return Scope(cluster, agents or None, parse(target), acknowledged)


def found(seen):
    return [one.rule.removeprefix("dataminer.scope.") for one in judge(RULES, seen).blockers]


def test_the_whole_cluster_is_upgraded_without_more():
    assert found(scope(four_agents())) == []
    assert len(scope(four_agents()).to_upgrade) == 4


def test_a_rolling_run_is_refused():
    (finding,) = judge(RULES, scope(four_agents(), "dma1")).blockers
    assert finding.rule == "dataminer.scope.two_versions"
    assert finding.seen.startswith("left on another version: dma2 10.4.0")


def test_a_rolling_run_is_let_through_when_it_is_acknowledged_by_name():
    assert found(scope(four_agents(), "dma1", acknowledged=True)) == []


def test_a_single_node_system_may_be_named():
    assert found(scope(a_cluster(a_node("dma1", 701, "10.20.0.11")), "dma1")) == []


def test_a_broken_run_is_finished_without_more():
    seen = scope(four_agents(dma1=DONE, dma2=DONE, dma4=DONE), "dma3")
    assert found(seen) == []
    assert [node.name for node in seen.to_upgrade] == ["dma3"]


def test_a_broken_run_is_finished_by_the_same_command_too():
    seen = scope(four_agents(dma1=DONE, dma2=DONE))
    assert [node.name for node in seen.to_upgrade] == ["dma3", "dma4"]
    assert found(seen) == []
    (warning,) = judge(RULES, seen).warnings
    assert (warning.rule, warning.severity) == ("dataminer.scope.finishes_a_run", Severity.WARNING)


def test_finishing_only_a_part_of_a_broken_run_is_refused():
    assert found(scope(four_agents(dma1=DONE, dma2=DONE), "dma3")) == ["two_versions"]


def test_nodes_on_two_old_versions_are_refused():
    seen = scope(four_agents(dma2={"version": Fact.known(parse("10.4.5.0-14800"))}))
    assert found(seen) == ["one_version"]


def test_an_external_address_is_refused_unless_it_is_acknowledged():
    cluster = a_cluster(a_node("dma1", 701, "10.20.0.11"))
    assert found(scope(cluster, "dma1", "10.99.0.1")) == ["external"]
    assert found(scope(cluster, "dma1", "10.99.0.1", acknowledged=True)) == []
    assert addresses(scope(cluster, "dma1", "10.99.0.1", acknowledged=True)) == ("10.20.0.11", "10.99.0.1")


def test_an_empty_list_of_agents_is_refused():
    """It would upgrade the local agent only."""
    assert found(Scope(four_agents(), (), parse(TARGET), True)) == ["something"]


def test_agents_are_named_by_host_address_or_pair():
    cluster = pairs_and_single()
    for name in ("dma1a", "10.20.0.11", "10.20.0.10", "dma1b", "DMA1B.example.lab"):
        assert [node.name for node in scope(cluster, name).chosen] == ["dma1a", "dma1b"]


def test_a_version_that_does_not_tell_blocks():
    """Cumulative updates share their numbers."""
    seen = scope(four_agents(dma1={"version": Fact.known(parse("10.5.0"))}), target="10.5.0 CU3")
    with pytest.raises(NotRead, match="dma1"):
        _unused = seen.to_upgrade
    assert "one_version" in found(seen)


def test_a_pair_is_named_as_system_center_does_by_default():
    assert addresses(scope(pairs_and_single())) == ("10.20.0.10", "10.20.0.21")


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (PairEntry.PAIR, ("10.20.0.10", "10.20.0.21")),
        (PairEntry.ONLINE_NODE, ("10.20.0.11", "10.20.0.21")),
        (PairEntry.BOTH_NODES, ("10.20.0.11", "10.20.0.12", "10.20.0.21")),
    ],
)
def test_how_a_pair_is_named_is_an_option_because_nothing_published_says(entry, named):
    assert addresses(scope(pairs_and_single()), entry) == named


def test_a_node_left_behind_of_a_pair_is_named_by_itself():
    cluster = pairs_and_single()
    nodes = {name: replace(node, **DONE) if name != "dma1b" else node for name, node in cluster.nodes.items()}
    assert addresses(scope(replace(cluster, nodes=nodes))) == ("10.20.0.12",)


def test_a_node_is_named_as_its_cluster_knows_it():
    node = a_node("dma1", 701, "10.20.0.11", members=("10.99.0.1",))
    both = replace(node, addresses=frozenset({"10.20.0.11", "10.99.0.1"}))
    assert addresses(scope(a_cluster(both))) == ("10.99.0.1",)


def chosen(seen, **asked):
    return choose_orchestrator(seen, **asked).node.name


def test_the_orchestrator_is_an_agent_without_a_partner():
    assert chosen(scope(pairs_and_single())) == "dma2"


def test_of_equals_the_lowest_id_is_the_orchestrator():
    assert chosen(scope(four_agents())) == "dma1"


def test_an_agent_that_is_upgraded_itself_comes_before_one_that_is_not():
    assert chosen(scope(four_agents(dma1=DONE, dma2=DONE), "dma3", "dma4")) == "dma3"


def test_the_orchestrator_may_be_named():
    choice = choose_orchestrator(scope(four_agents()), asked="DMA3")
    assert (choice.node.name, choice.why) == ("dma3", "asked for")


def test_an_offline_node_is_no_orchestrator():
    with pytest.raises(NoOrchestrator, match="not the online node"):
        choose_orchestrator(scope(pairs_and_single()), asked="dma1b")


def test_a_stopped_agent_is_no_orchestrator():
    stopped = {"running": Fact.known(False)}
    assert chosen(scope(four_agents(dma1=stopped))) == "dma2"
    with pytest.raises(NoOrchestrator, match="does not run"):
        choose_orchestrator(scope(four_agents(dma1=stopped)), asked="dma1")


@pytest.mark.parametrize(("version", "able"), [("10.4.0 CU12", False), ("10.4.0 CU13", True), ("10.5.3", False), ("10.5.4", True)])
def test_a_stopped_agent_may_be_asked_to_start_the_upgrade_where_no_message_box_can_appear(version, able):
    """RN 42135; it is never chosen by itself."""
    stopped = {"running": Fact.known(False), "starts_stopped": Fact.known(NO_MESSAGE_BOX.reached_by(parse(version)))}
    seen = scope(four_agents(dma1=stopped))
    assert chosen(seen) == "dma2"
    if able:
        assert chosen(seen, asked="dma1") == "dma1"
    else:
        with pytest.raises(NoOrchestrator, match=r"start it first; before 10\.4\.0 CU13 / 10\.5\.0 CU1 / 10\.5\.4 the utility would wait"):
            choose_orchestrator(seen, asked="dma1")


def test_without_any_orchestrator_each_is_told_why():
    cluster = a_cluster(
        a_node("dma1", 701, "10.20.0.11", running=Fact.unread("services", "denied")), a_node("dma2", 702, "10.20.0.21", role=Role.SWITCHING)
    )
    with pytest.raises(NoOrchestrator, match="dma1: services could not be read; dma2: it is not the online node"):
        choose_orchestrator(scope(cluster))


def test_when_only_an_offline_node_is_left_another_agent_starts_it():
    cluster = pairs_and_single()
    nodes = {name: replace(node, **DONE) if name != "dma1b" else node for name, node in cluster.nodes.items()}
    assert chosen(scope(replace(cluster, nodes=nodes))) == "dma2"


def test_a_stranger_is_no_orchestrator():
    with pytest.raises(NoOrchestrator, match="no host given"):
        choose_orchestrator(scope(four_agents()), asked="dma9")
