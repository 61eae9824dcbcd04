"""What a broken run left behind."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind, Start

from tests.unit.dataminer.system.answers import services
from tests.unit.dataminer.system.sound_system import a_cluster, a_system, upgraded
from tests.unit.dataminer.upgrade.decisions import decided, refused


def test_a_broken_run_is_finished_on_the_nodes_left_behind():
    system = upgraded(a_cluster(4), "dma1", "dma3")
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.nodes == ("dma2", "dma4")
    assert step.upgrade_info.agents == ("10.20.0.12", "10.20.0.14")
    assert not step.upgrade_info.is_cluster, "the whole cluster would take the finished ones again"


STOPPED = {"services": services(("SLNet", "SLWatchdog", "W3SVC", "NAS", "NATS", "DataMiner APIGateway", "DataMiner StorageModule"))}


def left_stopped(system, name, number, **answers):
    system[name].say(**(answers or STOPPED))
    system.rename_agent(number, status="Not running")
    return system


def test_a_node_that_a_broken_run_left_stopped_is_finished_by_another_that_runs():
    system = left_stopped(upgraded(a_cluster(4), "dma1", "dma2", "dma4"), "dma3", 703)
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert (step.nodes, step.orchestrator) == (("dma3",), "dma1")
    warned = {one.rule for one in step.findings}
    assert {"dataminer.cluster.left_behind_running", "dataminer.host.left_behind_running"} <= warned


def test_a_node_that_was_left_stopped_and_can_be_sent_nothing_has_to_be_started_first():
    system = left_stopped(upgraded(a_cluster(4), "dma1", "dma2", "dma4"), "dma3", 703, services=services(("W3SVC",)))
    step = refused(system)
    assert step.kind is Kind.BLOCKED
    assert "dataminer.host.running" in step.seen


def test_a_node_that_is_stopped_without_an_upgrade_keeps_the_whole_system_back():
    step = refused(left_stopped(a_cluster(4), "dma3", 703))
    assert step.kind is Kind.BLOCKED
    assert "dataminer.cluster.all_running" in step.seen
    assert "dataminer.host.running" in step.seen


def test_a_node_on_which_the_package_failed_counts_as_left_behind_before_any_other_is_done():
    system = left_stopped(a_cluster(2), "dma2", 702)
    system["dma2"].keep(log="error|Upgrade failed: Execute failed: why\r\n", names=["PreRequisite-Result-VerifyOSVersion.dll.json"])
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.nodes == ("dma1", "dma2")


def test_a_single_agent_that_was_left_stopped_has_to_be_started_first():
    system = left_stopped(a_cluster(1), "dma1", 701)
    system["dma1"].keep(log="error|Upgrade failed: Execute failed: why\r\n", names=["PreRequisite-Result-VerifyOSVersion.dll.json"])
    step = refused(system)
    assert step.kind is Kind.ORCHESTRATOR
    assert "DataMiner does not run on it: start it first" in step.seen


def test_the_half_of_a_pair_left_behind_is_named_by_itself():
    system = upgraded(a_system(), "dma1a", "dma2")
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.upgrade_info.agents == ("10.20.0.12",)
    assert step.online_afterwards == {701: "dma1a"}
