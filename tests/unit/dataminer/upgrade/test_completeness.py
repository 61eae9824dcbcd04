"""Whether every node was given, could be asked, and is of one cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Refused

from tests.unit.dataminer.system.answers import ABSENT, services
from tests.unit.dataminer.system.sound_system import a_cluster, a_system
from tests.unit.dataminer.upgrade.decisions import refused


def test_nothing_given_is_refused():
    system = a_system()
    system.nodes = []
    assert next_step(system.look(), system.wanted).kind is Kind.PARTIAL


def test_an_unreachable_node_is_refused_and_named():
    system = a_system()
    system["dma1b"].reachable = False
    step = refused(system)
    assert step.kind is Kind.UNREACHABLE
    assert "dma1b: timed out" in step.seen


def test_a_system_of_which_no_node_answers_is_refused_in_one_paragraph():
    system = a_cluster(1)
    system["dma1"].reachable = False
    step = refused(system)
    assert step.kind is Kind.UNREACHABLE
    assert step.seen == "dma1: timed out"
    assert step.findings == ()


def test_what_runs_elsewhere_is_named_while_a_node_is_away_and_no_rule_speaks_of_the_rest():
    system = a_system()
    system["dma2"].reachable = False
    system["dma1b"].data("dm.processes")["processes"].append({"name": "SLUpgrade", "process_id": 9, "started_utc": None})
    step = refused(system)
    assert step.kind is Kind.UNREACHABLE
    assert step.headline.endswith("an upgrade runs")
    assert "meanwhile dma1b: SLUpgrade (process 9)" in step.seen
    assert "attaches to what was started before" in step.next
    assert step.findings == ()


def test_a_refused_logon_is_told_from_a_node_that_is_away():
    system = a_system()
    seen = system.look()
    gone = replace(seen.nodes["dma2"], installation=None, unreachable="the credentials were rejected", refused_logon=True)
    step = next_step(replace(seen, nodes={**seen.nodes, "dma2": gone}), system.wanted)
    assert isinstance(step, Refused)
    assert "check the account of the connection to dma2" in step.next


def test_a_host_without_dataminer_is_refused():
    system = a_system()
    system["dma2"].say(root=ABSENT)
    assert refused(system).kind is Kind.NOT_DATAMINER


def test_without_the_clusters_own_list_nothing_starts():
    system = a_system()
    system.agents = None
    assert refused(system).kind is Kind.CLUSTER_UNREAD


def test_a_list_that_nobody_can_give_because_no_node_runs_is_told_as_such():
    system = a_cluster(1)
    system.agents = None
    system["dma1"].say(services=services(("SLNet",)))
    step = refused(system)
    assert step.kind is Kind.CLUSTER_UNREAD
    assert "start DataMiner on dma1: it does not run there" in step.next


@pytest.mark.parametrize("missing", ["dma1a", "dma1b", "dma2"])
def test_a_partial_list_of_hosts_is_refused(missing):
    system = a_system()
    system.nodes = [node for node in system.nodes if node.name != missing]
    assert refused(system).kind is Kind.PARTIAL


def test_a_host_of_another_cluster_is_refused():
    system = a_system()
    system.agents = system.agents[:1]
    assert refused(system).kind is Kind.PARTIAL
