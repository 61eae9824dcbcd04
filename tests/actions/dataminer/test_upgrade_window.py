"""Every row of System Center's Upgrade window but its Failover policies: packages, upload only, all or some agents, options."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.dataminer.system import nodes_seen
from tests.actions.task import Task
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, SOURCE, TARGET, a_system, versions
from tests.e2e.states import full, left_behind

FAILS_A_CHECK = {"dma1": {"failing_checks": {"VerifyDotNetVersion.dll": "an invented reason"}}}
MODULES = tuple(f"DataMiner {name}" for name in ("APIGateway", "BrokerGateway", "StorageModule", "Orchestrator"))
ONE_PORT = {"dma1": {"windows_snmp": "running", "windows_snmp_port": 161, "agent_snmp_port": 161}}


# System Center's five options with its defaults, as they stand in UpgradeInfo.xml beside what the run is.
DEFAULT_OPTIONS = {
    "is_cluster": True,
    "extract_all_files": True,
    "delayed_start": True,
    "automatic_start": True,
    "stop_snmp": True,
    "reboot": False,
}


def test_available_packages_are_listed_from_each_node_with_the_words_of_the_window(a_world: MakeWorld) -> None:
    """Nodes may differ: what was broken off on one stands in no other's list."""
    stored = [{"version": version, "state": state} for version, state in (("10.4.0 CU12", "Completed"), ("10.5.0 CU2", "Failed"))]
    only_on_dma2 = [
        {"version": version, "state": state, "nodes": ["dma2"]} for version, state in (("10.5.0 CU4", "Uploading"), (None, "Uploaded"))
    ]
    world = a_world(a_system(2, stored=[*stored, *only_on_dma2]))
    nodes = nodes_seen(world)
    words = {name: sorted(one["status"] for one in node["packages"]) for name, node in nodes.items()}
    assert words == {full("dma1"): ["Completed", "Failed"], full("dma2"): ["Completed", "Failed", "Uploaded", "Uploading"]}
    assert all(one["name"].endswith(".dmupgrade") and one["modified_utc"] for node in nodes.values() for one in node["packages"])


def test_upload_only_brings_the_package_to_every_node_and_installs_nothing(a_world: MakeWorld) -> None:
    world = a_world(a_system(PAIR_AND_AGENT))
    planned = world.act("dataminer_package", task=Task(check=True))
    assert (planned.failed, planned.touches) == (False, []), planned.message
    uploaded = world.act("dataminer_package")
    assert not uploaded.failed, uploaded.message
    assert uploaded.installs == []
    assert {run.host for run in uploaded.history.events("prerequisite.run")} == {full("dma1"), full("dma1b"), full("dma2")}
    assert versions(world) == {SOURCE}
    upgraded = world.act("dataminer_upgrade")
    assert not upgraded.failed, upgraded.message
    assert "bringing" not in upgraded.text, "what was uploaded is not sent again"
    (start,) = world.journal.events("upgrade.start")
    assert start.get("options") == DEFAULT_OPTIONS
    assert world.journal.events("reboot.start") == []
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


@pytest.mark.parametrize("module", ["dataminer_package", "dataminer_upgrade"], ids=["upload", "upgrade"])
def test_a_check_that_fails_on_the_offline_node_refuses_the_package_for_all(a_world: MakeWorld, module: str) -> None:
    """dma1 is the offline node of its pair."""
    world = a_world(a_system(PAIR_AND_AGENT, nodes=FAILS_A_CHECK))
    refused = world.act(module)
    assert refused.failed
    assert f"dataminer.checks.failed ({full('dma1')}: VerifyDotNetVersion)" in refused.message
    assert "an invented reason" in refused.message
    assert (refused.installs, versions(world), left_behind(world)) == ([], {SOURCE}, [])


def test_a_check_that_cannot_be_executed_is_told_from_one_that_failed(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes={"dma1": {"unexecutable_checks": ["VerifyNatsCluster.dll"]}}))
    refused = world.act("dataminer_upgrade")
    assert "dataminer.checks.not_executed" in refused.message
    assert "dataminer.checks.failed" not in refused.message
    assert refused.installs == []


def test_a_used_package_is_refused_and_a_fresh_upload_of_it_is_the_way_out(a_world: MakeWorld) -> None:
    world = a_world(a_system(stored=[{"state": "Completed", "hours_ago": 72}]))
    refused = world.act("dataminer_upgrade")
    assert "Completed at" in refused.message
    assert "fresh_upload: true" in refused.message
    assert refused.touches == []
    fresh = world.act("dataminer_upgrade", fresh_upload=True)
    assert not fresh.failed, fresh.message
    assert versions(world) == {TARGET}


def test_a_node_that_the_inventory_lacks_refuses_the_whole_run(a_world: MakeWorld) -> None:
    world = a_world(a_system(3, hosts={"dma3": {"in_inventory": False}}))
    refused = world.act("dataminer_upgrade")
    assert "agent 703 dma3" in refused.message
    assert refused.touches == []


def test_individual_agents_of_a_cluster_are_refused_unless_two_versions_are_acknowledged_by_name(a_world: MakeWorld) -> None:
    world = a_world(a_system(2))
    refused = world.act("dataminer_upgrade", scope="agents", agents=[full("dma2")])
    assert f"left on another version: {full('dma1')}" in refused.message
    assert refused.touches == []
    given = {"scope": "agents", "agents": [full("dma2")], "acknowledge": ["two_versions"]}
    alone = world.act("dataminer_upgrade", **given)
    (start,) = world.journal.events("upgrade.start")
    assert start.get("nodes") == [full("dma2")]
    assert "left on two versions" in next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert not alone.failed, alone.message


def test_an_external_agent_that_nobody_can_see_is_refused(a_world: MakeWorld) -> None:
    world = a_world(a_system())
    refused = world.act("dataminer_upgrade", scope="agents", agents=[full("dma1"), "192.0.2.7"])
    assert "no host given: 192.0.2.7" in refused.message
    assert refused.touches == []


def test_options_of_the_operator_reach_the_upgrade(a_world: MakeWorld) -> None:
    world = a_world(a_system())
    given = {"extract_all_files": False, "delayed_start": False, "stop_snmp": False, "reboot": True}
    upgraded = world.act("dataminer_upgrade", **given)
    assert not upgraded.failed, upgraded.message
    (start,) = world.journal.events("upgrade.start")
    options = {"extract_all_files": False, "delayed_start": False, "automatic_start": True, "stop_snmp": False, "reboot": True}
    assert start.get("options") == {"is_cluster": True, **options}
    assert [entry.host for entry in world.journal.events("reboot.start")] == [full("dma1")]
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_without_automatic_start_somebody_is_asked_to_start_dataminer_and_is_waited_for(a_world: MakeWorld) -> None:
    world = a_world(a_system())
    asked = world.begin("dataminer_upgrade", automatic_start=False)
    asked.wait_until_it_says("start DataMiner on this node now")
    for service in (*MODULES, "SLNet", "SLDataMiner", "SLSNMPAgent"):
        world.fault("service_start", machine="dma1", service=service)
    upgraded = asked.end()
    assert not upgraded.failed, upgraded.message
    assert world.journal.events("upgrade.end") != []
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_two_hops_are_advised_and_done_one_after_the_other(a_world: MakeWorld) -> None:
    between = {"version": "10.4.0 CU22"}
    world = a_world(a_system(version="10.3.0 CU12", history=["10.2.0 CU12"], further_packages=[between]))
    refused = world.act("dataminer_upgrade")
    assert "install the latest CU of 10.4.0 first" in refused.message
    assert refused.touches == []
    packages = world.variables["lab_packages"]
    for title in ("10.4.0 CU22", TARGET):
        hop = world.act("dataminer_upgrade", package=packages[title])
        assert not hop.failed, hop.message
        assert versions(world) == {title}
    assert world.journal.violations == []


def test_two_snmp_agents_on_different_ports_stand_side_by_side(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes={"dma1": {**ONE_PORT["dma1"], "agent_snmp_port": 1161}}))
    upgraded = world.act("dataminer_upgrade", stop_snmp=False)
    assert not upgraded.failed, upgraded.message
    (start,) = world.journal.events("upgrade.start")
    assert start.get("options")["stop_snmp"] is False
    assert [entry for entry in world.journal.events("service.stop") if entry.get("service") == "SNMP"] == []
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_two_snmp_agents_on_one_port_may_be_meant_and_the_waiver_stands_in_the_evidence(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes=ONE_PORT))
    upgraded = world.act("dataminer_upgrade", stop_snmp=False, waive=["dataminer.snmp.port_conflict"])
    assert not upgraded.failed, upgraded.message
    assert "dataminer.snmp.port_conflict" in next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert [one.get("rule") for one in world.journal.violations] == ["snmp_clash"], "what the waiver was for does happen"


def test_two_snmp_agents_on_one_port_refuse_an_upgrade_that_is_not_to_stop_one(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes=ONE_PORT))
    refused = world.act("dataminer_upgrade", stop_snmp=False)
    assert "dataminer.snmp." in refused.message
    assert refused.installs == []
    stopped = world.act("dataminer_upgrade")
    assert not stopped.failed, stopped.message
    assert world.journal.violations == []


def test_a_failed_agent_is_told_with_the_first_error_of_its_log_while_the_rest_is_followed_to_the_end(a_world: MakeWorld) -> None:
    world = a_world(a_system(2, nodes={"dma2": {"upgrade": {"outcome": "fails", "first_cause": "an invented cause"}}}))
    failed = world.act("dataminer_upgrade")
    assert failed.failed
    assert f"{full('dma2')}: " in failed.message
    assert "an invented cause" in failed.message
    assert f"done     {full('dma1')} of 2" in failed.message
    assert (len(world.journal.events("upgrade.start")), left_behind(world)) == (1, [])


def test_an_agent_that_does_not_get_the_package_keeps_it_from_all(a_world: MakeWorld) -> None:
    """Of three, one lacks it, and of the other that has got it only an empty folder is left: nothing is waited for."""
    world = a_world(a_system(3, nodes={"dma3": {"upgrade": {"receives": False}}}))
    failed = world.act("dataminer_upgrade")
    assert failed.failed
    assert "No response was received" in failed.message
    assert f"package  arrived on {full('dma1')}, {full('dma2')}; not on {full('dma3')}" in failed.message
    assert f"next     check on {full('dma3')}" in failed.message
    assert (versions(world), left_behind(world)) == ({SOURCE}, [])


def test_a_utility_that_refuses_without_a_word_is_told_as_such(a_world: MakeWorld) -> None:
    world = a_world(a_system(users={"dataminer": {"administrator": False}}))
    failed = world.act("dataminer_upgrade", begin_minutes=0.05)
    assert "no node shows a trace of an upgrade" in failed.message
    assert (failed.installs, versions(world), left_behind(world)) == (["utility.start", "utility.refused", "utility.end"], {SOURCE}, [])


@pytest.mark.parametrize("place", ["url", "share", "nodes"])
def test_a_package_is_taken_from_wherever_it_is(a_world: MakeWorld, place: str) -> None:
    world = a_world(a_system(package={"place": place}))
    for check in (True, False):
        done = world.act("dataminer_upgrade", task=Task(check=check), package_cache=str(world.directory / "cache"))
        assert not done.failed, done.message
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_another_file_than_the_one_that_was_meant_is_never_run(a_world: MakeWorld) -> None:
    world = a_world(a_system(package={"given_sha256": "0" * 64}))
    refused = world.act("dataminer_upgrade")
    assert "this is not the package that was meant" in refused.message
    assert refused.history.requests() == []


def test_a_stalled_node_is_told_and_followed_to_the_end(a_world: MakeWorld) -> None:
    slow = {"dma1": {"upgrade": {"outcome": "stalls", "stall_seconds": 6}}}
    world = a_world(a_system(nodes=slow))
    upgraded = world.act("dataminer_upgrade", stall_minutes=0.05)
    assert not upgraded.failed, upgraded.message
    assert "has not moved for longer than any step takes" in upgraded.text
    assert world.journal.violations == []
