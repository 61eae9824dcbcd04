"""Every row of System Center's Upgrade window but its Failover policies: packages, upload only, all or some agents, options."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import (
    PAIR_AND_AGENT,
    SOURCE,
    TARGET,
    UPGRADE,
    UPLOAD,
    a_system,
    changes,
    installs,
    message,
    nodes_seen,
    variables,
    versions,
)
from tests.e2e.plays import begin, play
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


def test_available_packages_are_listed_from_each_node_with_the_words_of_the_window(serve: Serve) -> None:
    """Nodes may differ: what was broken off on one stands in no other's list."""
    stored = [{"version": version, "state": state} for version, state in (("10.4.0 CU12", "Completed"), ("10.5.0 CU2", "Failed"))]
    only_on_dma2 = [
        {"version": version, "state": state, "nodes": ["dma2"]} for version, state in (("10.5.0 CU4", "Uploading"), (None, "Uploaded"))
    ]
    world = serve(a_system(2, stored=[*stored, *only_on_dma2]))
    nodes = nodes_seen(world)
    words = {name: sorted(one["status"] for one in node["packages"]) for name, node in nodes.items()}
    assert words == {full("dma1"): ["Completed", "Failed"], full("dma2"): ["Completed", "Failed", "Uploaded", "Uploading"]}
    assert all(one["name"].endswith(".dmupgrade") and one["modified_utc"] for node in nodes.values() for one in node["packages"])


def test_upload_only_brings_the_package_to_every_node_and_installs_nothing(serve: Serve) -> None:
    world = serve(a_system(PAIR_AND_AGENT))
    planned = play(world, *UPLOAD, "--check")
    assert (planned.completed.code, changes(planned)) == (0, []), planned.text
    uploaded = play(world, *UPLOAD)
    assert uploaded.completed.code == 0, uploaded.text
    assert installs(uploaded) == []
    assert {run.host for run in uploaded.history.events("prerequisite.run")} == {full("dma1"), full("dma1b"), full("dma2")}
    assert versions(world) == {SOURCE}
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert "bringing" not in upgraded.text, "what was uploaded is not sent again"
    (start,) = world.journal.events("upgrade.start")
    assert start.get("options") == DEFAULT_OPTIONS
    assert world.journal.events("reboot.start") == []
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


@pytest.mark.parametrize("command", [UPLOAD, UPGRADE], ids=["upload", "upgrade"])
def test_a_check_that_fails_on_the_offline_node_refuses_the_package_for_all(serve: Serve, command: tuple[str, ...]) -> None:
    """dma1 is the offline node of its pair."""
    world = serve(a_system(PAIR_AND_AGENT, nodes=FAILS_A_CHECK))
    refused = play(world, *command)
    assert refused.completed.code != 0
    assert f"dataminer.checks.failed ({full('dma1')}: VerifyDotNetVersion)" in message(refused)
    assert "an invented reason" in message(refused)
    assert (installs(refused), versions(world), left_behind(world)) == ([], {SOURCE}, [])


def test_a_check_that_cannot_be_executed_is_told_from_one_that_failed(serve: Serve) -> None:
    world = serve(a_system(nodes={"dma1": {"unexecutable_checks": ["VerifyNatsCluster.dll"]}}))
    refused = play(world, *UPGRADE)
    assert "dataminer.checks.not_executed" in message(refused)
    assert "dataminer.checks.failed" not in message(refused)
    assert installs(refused) == []


def test_a_used_package_is_refused_and_a_fresh_upload_of_it_is_the_way_out(serve: Serve) -> None:
    world = serve(a_system(stored=[{"state": "Completed", "hours_ago": 72}]))
    refused = play(world, *UPGRADE)
    assert "Completed at" in message(refused)
    assert "fresh_upload: true" in message(refused)
    assert changes(refused) == []
    fresh = play(world, *UPGRADE, *variables(world, dataminer_fresh_upload=True))
    assert fresh.completed.code == 0, fresh.text
    assert versions(world) == {TARGET}


def test_a_node_that_the_inventory_lacks_refuses_the_whole_run(serve: Serve) -> None:
    world = serve(a_system(3, hosts={"dma3": {"in_inventory": False}}))
    refused = play(world, *UPGRADE)
    assert "agent 703 dma3" in message(refused)
    assert changes(refused) == []


def test_a_limited_play_looks_at_the_whole_system_and_upgrades_it(serve: Serve) -> None:
    """--limit with one node is no way to a rolling upgrade."""
    world = serve(a_system(2))
    limited = play(world, *UPGRADE, "--limit", f"localhost,{full('dma2')}")
    assert limited.completed.code == 0, limited.text
    (start,) = world.journal.events("upgrade.start")
    assert start.get("nodes") == [full("dma1"), full("dma2")]
    assert world.journal.violations == []


def test_individual_agents_of_a_cluster_are_refused_unless_two_versions_are_acknowledged_by_name(serve: Serve) -> None:
    world = serve(a_system(2))
    refused = play(world, *UPGRADE, *variables(world, dataminer_scope="agents", dataminer_scope_agents=[full("dma2")]))
    assert f"left on another version: {full('dma1')}" in message(refused)
    assert changes(refused) == []
    given = {"dataminer_scope": "agents", "dataminer_scope_agents": [full("dma2")], "dataminer_acknowledge": ["two_versions"]}
    alone = play(world, *UPGRADE, *variables(world, **given))
    (start,) = world.journal.events("upgrade.start")
    assert start.get("nodes") == [full("dma2")]
    assert "left on two versions" in next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert alone.completed.code == 0, alone.text


def test_an_external_agent_that_nobody_can_see_is_refused(serve: Serve) -> None:
    world = serve(a_system())
    refused = play(world, *UPGRADE, *variables(world, dataminer_scope="agents", dataminer_scope_agents=[full("dma1"), "192.0.2.7"]))
    assert "no host given: 192.0.2.7" in message(refused)
    assert changes(refused) == []


def test_options_of_the_operator_reach_the_upgrade(serve: Serve) -> None:
    world = serve(a_system())
    given = {"dataminer_extract_all_files": False, "dataminer_delayed_start": False, "dataminer_stop_snmp": False, "dataminer_reboot": True}
    upgraded = play(world, *UPGRADE, *variables(world, **given))
    assert upgraded.completed.code == 0, upgraded.text
    (start,) = world.journal.events("upgrade.start")
    options = {"extract_all_files": False, "delayed_start": False, "automatic_start": True, "stop_snmp": False, "reboot": True}
    assert start.get("options") == {"is_cluster": True, **options}
    assert [entry.host for entry in world.journal.events("reboot.start")] == [full("dma1")]
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_without_automatic_start_somebody_is_asked_to_start_dataminer_and_is_waited_for(serve: Serve) -> None:
    world = serve(a_system())
    asked = begin(world, *UPGRADE, *variables(world, dataminer_automatic_start=False))
    world.wait_for("upgrade.end")
    world.wait_for("request", what="systemcenter.upgrade.host_probe", after=world.position)
    for service in (*MODULES, "SLNet", "SLDataMiner", "SLSNMPAgent"):
        world.fault("service_start", machine="dma1", service=service)
    upgraded = asked.end()
    assert upgraded.completed.code == 0, upgraded.text
    assert "start DataMiner on it now" in upgraded.text
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_two_hops_are_advised_and_done_one_after_the_other(serve: Serve) -> None:
    between = {"version": "10.4.0 CU22"}
    world = serve(a_system(version="10.3.0 CU12", history=["10.2.0 CU12"], further_packages=[between]))
    refused = play(world, *UPGRADE)
    assert "install the latest CU of 10.4.0 first" in message(refused)
    assert changes(refused) == []
    packages = world.variables["lab_packages"]
    for title in ("10.4.0 CU22", TARGET):
        hop = play(world, *UPGRADE, *variables(world, dataminer_package=packages[title]))
        assert hop.completed.code == 0, hop.text
        assert versions(world) == {title}
    assert world.journal.violations == []


def test_two_snmp_agents_on_different_ports_stand_side_by_side(serve: Serve) -> None:
    world = serve(a_system(nodes={"dma1": {**ONE_PORT["dma1"], "agent_snmp_port": 1161}}))
    upgraded = play(world, *UPGRADE, *variables(world, dataminer_stop_snmp=False))
    assert upgraded.completed.code == 0, upgraded.text
    (start,) = world.journal.events("upgrade.start")
    assert start.get("options")["stop_snmp"] is False
    assert [entry for entry in world.journal.events("service.stop") if entry.get("service") == "SNMP"] == []
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_two_snmp_agents_on_one_port_may_be_meant_and_the_waiver_stands_in_the_evidence(serve: Serve) -> None:
    world = serve(a_system(nodes=ONE_PORT))
    upgraded = play(world, *UPGRADE, *variables(world, dataminer_stop_snmp=False, dataminer_waive=["dataminer.snmp.port_conflict"]))
    assert upgraded.completed.code == 0, upgraded.text
    assert "dataminer.snmp.port_conflict" in next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert [one.get("rule") for one in world.journal.violations] == ["snmp_clash"], "what the waiver was for does happen"


def test_two_snmp_agents_on_one_port_refuse_an_upgrade_that_is_not_to_stop_one(serve: Serve) -> None:
    world = serve(a_system(nodes=ONE_PORT))
    refused = play(world, *UPGRADE, *variables(world, dataminer_stop_snmp=False))
    assert "dataminer.snmp." in message(refused)
    assert installs(refused) == []
    stopped = play(world, *UPGRADE)
    assert stopped.completed.code == 0, stopped.text
    assert world.journal.violations == []


def test_a_failed_agent_is_told_with_the_first_error_of_its_log_while_the_rest_is_followed_to_the_end(serve: Serve) -> None:
    world = serve(a_system(2, nodes={"dma2": {"upgrade": {"outcome": "fails", "first_cause": "an invented cause"}}}))
    failed = play(world, *UPGRADE)
    assert failed.completed.code != 0
    assert f"{full('dma2')}: " in message(failed)
    assert "an invented cause" in message(failed)
    assert f"done     {full('dma1')} of 2" in message(failed)
    assert (len(world.journal.events("upgrade.start")), left_behind(world)) == (1, [])


def test_an_agent_that_does_not_get_the_package_keeps_it_from_all(serve: Serve) -> None:
    world = serve(a_system(2, nodes={"dma2": {"upgrade": {"receives": False}}}))
    # An error is no end before nothing was written for a while.
    failed = play(world, *UPGRADE, *variables(world, dataminer_stall_minutes=0.05))
    assert failed.completed.code != 0
    assert "No response was received" in message(failed)
    assert (versions(world), left_behind(world)) == ({SOURCE}, [])


def test_a_utility_that_refuses_without_a_word_is_told_as_such(serve: Serve) -> None:
    world = serve(a_system(users={"dataminer": {"administrator": False}}))
    failed = play(world, *UPGRADE, *variables(world, dataminer_begin_minutes=0.05))
    assert "no node shows a trace of an upgrade" in message(failed)
    assert (installs(failed), versions(world), left_behind(world)) == (["utility.start", "utility.refused", "utility.end"], {SOURCE}, [])


@pytest.mark.parametrize("place", ["url", "share", "nodes"])
def test_a_package_is_taken_from_wherever_it_is(serve: Serve, place: str) -> None:
    world = serve(a_system(package={"place": place}))
    here = variables(world, dataminer_package_cache=str(world.directory / "cache"))
    for command in ((*UPGRADE, "--check"), UPGRADE):
        done = play(world, *command, *here)
        assert done.completed.code == 0, done.text
    assert (versions(world), world.journal.violations) == ({TARGET}, [])


def test_another_file_than_the_one_that_was_meant_is_never_run(serve: Serve) -> None:
    world = serve(a_system(package={"given_sha256": "0" * 64}))
    refused = play(world, *UPGRADE)
    assert "this is not the package that was meant" in message(refused)
    assert refused.history.requests() == []


def test_a_stalled_node_is_told_and_followed_to_the_end(serve: Serve) -> None:
    slow = {"dma1": {"upgrade": {"outcome": "stalls", "stall_seconds": 6}}}
    world = serve(a_system(nodes=slow))
    upgraded = play(world, *UPGRADE, *variables(world, dataminer_stall_minutes=0.05))
    assert upgraded.completed.code == 0, upgraded.text
    assert "has not moved for longer than any step takes" in upgraded.text
    assert world.journal.violations == []
