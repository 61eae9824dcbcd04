"""What proves an upgrade, and that nothing less does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline, phases, proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.readiness import AgentCounts
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof

from tests.unit.dataminer.outcome.proofs import API, COUNTS, NAMES, before, disagreeing, proved, rebooting, settled
from tests.unit.dataminer.outcome.runs import a_helper
from tests.unit.dataminer.system.answers import ABSENT, MIGRATED, RUNNING, services, unanswered
from tests.unit.dataminer.system.sound_system import RUN_ID, SOURCE, a_system, upgraded


def test_an_upgrade_that_happened_is_proven():
    found = proved(upgraded(a_system()))
    assert found.proven, found.text()
    assert {item.host for item in found.items if item.name == "version history"} == set(NAMES), "on every node"


def test_nothing_at_all_proves_nothing():
    assert not Proof(()).proven


def test_a_system_that_did_not_change_is_not_proven():
    found = proved(a_system())
    assert not found.proven
    assert "not started on new code yet" in found.text()


def test_one_node_without_its_new_line_disproves_the_whole():
    assert ("dma1b", "version history") in disagreeing(upgraded(a_system(), "dma1a", "dma2"))


def test_nodes_on_different_versions_disprove():
    assert ("", "same version everywhere") in disagreeing(upgraded(a_system(), "dma1a"))


def test_an_agent_that_does_not_run_disproves():
    system = upgraded(a_system())
    system.rename_agent(702, status="Starting")
    assert any("agent" in name for _unused, name in disagreeing(system))


def test_a_service_that_ran_before_has_to_run():
    system = upgraded(a_system())
    system["dma1b"].say(services=services(RUNNING[:-1]))
    assert any(host == "dma1b" for host, _unused in disagreeing(system))


def test_windows_snmp_that_was_to_be_stopped_may_be_stopped():
    was = before()
    nodes = {name: replace(one, services=one.services | {"SNMP"}) for name, one in was.nodes.items()}
    assert proved(upgraded(a_system()), was=replace(was, nodes=nodes)).proven
    system = upgraded(a_system())
    system.configure(options=UpgradeOptions(stop_snmp=False))
    assert not proved(system, was=replace(was, nodes=nodes)).proven


def test_the_gateway_of_an_old_version_disproves():
    system = upgraded(a_system())
    old = a_system()["dma2"].answers
    system["dma2"].say(gateway=old["dm.gateway"], gateway_named=old["dm.gateway_named"])
    assert any(host == "dma2" for host, _unused in disagreeing(system))


def test_a_pair_has_to_end_with_the_role_the_policy_promises():
    assert ("", "Failover pair 701") in disagreeing(upgraded(a_system()), was=before({701: "dma1b"}))


def test_a_pair_without_a_clear_online_node_disproves():
    system = upgraded(a_system())
    system["dma1a"].say_role("Offline")
    assert ("", "Failover pair 701") in disagreeing(system)


def test_fewer_elements_than_before_disprove():
    fewer = replace(API, counts=Fact.known({**COUNTS, 702: AgentCounts(12, 11, 0)}))
    assert not proved(upgraded(a_system()), api=fewer).proven


def test_more_alarms_are_shown_and_decide_nothing():
    found = proved(upgraded(a_system()), api=replace(API, alarms=Fact.known(50)))
    assert found.proven
    assert "look" in found.text()
    assert "+47" in found.text()


def test_a_web_api_on_another_version_disproves():
    assert not proved(upgraded(a_system()), api=replace(API, version=Fact.known(parse(SOURCE)))).proven


@pytest.mark.parametrize("field", ["logged_in", "version", "counts"])
def test_what_the_web_api_did_not_say_proves_nothing(field):
    assert not proved(upgraded(a_system()), api=replace(API, **{field: Fact.unread(field, "HTTP status 503")})).proven


def test_an_upgrade_can_be_proven_without_a_baseline():
    found = proof.of(upgraded(a_system()).look(), API, a_system().wanted, NAMES)
    assert found.proven, found.text()
    assert not proof.of(a_system().look(), API, a_system().wanted, NAMES).proven


def test_the_first_cause_is_that_of_the_node_which_failed():
    system = upgraded(a_system(), "dma1a", "dma1b")
    system["dma2"].keep(
        id=RUN_ID, log="notice|because\r\nerror|Upgrade failed: Execute failed: because\r\n", names=["PreRequisite-Result-A.dll.json"]
    )
    fared = phases.look(system.look(), system.wanted, NAMES, before(), utility_runs=False)
    found = proved(system, run=fared)
    assert not found.proven
    assert found.first_cause.startswith("dma2: ")
    assert "because" in found.first_cause


def test_a_node_that_does_not_answer_disproves():
    system = upgraded(a_system())
    system["dma2"].reachable = False
    assert ("dma2", "node") in disagreeing(system)


def test_the_web_applications_are_proven_by_their_own_version():
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, kind=PackageKind.WEB, restarts_dataminer=False))
    assert not proved(system).proven
    for node in system.nodes:
        node.web = "10.5.4.0-15588"
    assert proved(system).proven, proved(system).text()


def test_a_migration_is_proven_by_what_it_leaves_on_every_node():
    system = a_helper("NATSMigration")
    assert not proved(system).proven
    for node in system.nodes:
        node.say(**MIGRATED)
    assert proved(system).proven, proved(system).text()


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        ({"services": services(RUNNING)}, "nats-server does not run; NAS is running, auto; NATS is running, auto"),
        ({"services": services((*RUNNING[:4], *RUNNING[6:], "nats-server"), NAS=("stopped", "auto"))}, "NAS is stopped, auto"),
        ({"broker_config": ABSENT}, "no MessageBrokerConfig.json"),
        ({"services": unanswered()}, "denied"),
    ],
)
def test_a_migration_of_which_only_the_flag_is_there_is_not_proven(lacks, why):
    """The flag is set first (log-shapes 9.2), and there is no way back from 10.6 (7 P7)."""
    system = a_helper("NATSMigration")
    for node in system.nodes:
        node.say(**MIGRATED)
    system["dma1b"].say(**lacks)
    (item,) = [one for one in proved(system).disagreeing if one.name == "migration to BrokerGateway"]
    assert (item.host, item.is_final) == ("dma1b", False)
    assert why in item.seen


def test_a_helper_that_never_ran_is_not_proven():
    """Most helpers leave no trace: without their own entry on every node nothing says that they ran."""
    system = a_helper("VerifyGRPCConnection")
    was = before()
    assert not proved(system, was=was).proven
    for node in system.nodes:
        node.keep("VerifyGRPCConnection.dmupgrade", RUN_ID)
    assert proved(system, was=was).proven, proved(system, was=was).text()
    refused = phases.look(a_helper("VerifyGRPCConnection").look(), system.wanted, NAMES, was, utility_runs=False)
    assert not proved(system, was=was, run=refused).proven


def test_elements_that_came_during_the_upgrade_are_shown_and_decide_nothing():
    more = replace(API, counts=Fact.known({701: AgentCounts(41, 39, 6), 702: COUNTS[702]}))
    found = proved(upgraded(a_system()), api=more)
    assert found.proven, found.text()
    assert "701: 40 elements, 38 active, 5 services before, 41 elements, 39 active, 6 services now" in found.text()


def test_the_page_of_a_gateway_that_could_not_be_read_before_is_shown_and_decides_nothing():
    """The preflight warns of it and lets the upgrade start: what could not be read then says nothing against it now."""
    unreadable = dict.fromkeys(("gateway", "gateway_named"), unanswered("broken", "the certificate names another host"))
    was = a_system()
    was["dma2"].say(**unreadable)
    system = upgraded(a_system())
    system["dma2"].say(**unreadable)
    blind = baseline.take(was.look(), {701: "dma1a"}, Fact.known(COUNTS), Fact.known(3))
    found = proved(system, was=blind)
    assert found.proven, found.text()
    assert "the certificate names another host" in found.text()
    assert not proved(system).proven, "it could be read before"


def test_versions_that_are_the_same_everywhere_are_shown_as_they_were_seen():
    found = proved(upgraded(a_system()))
    (same,) = [item for item in found.items if item.name == "same version everywhere"]
    assert same.seen == ", ".join(f"{name} 10.5.4 (build 15588)" for name in NAMES)


def test_a_reboot_after_the_upgrade_is_proven_by_a_later_start_of_every_server():
    found = proved(rebooting())
    assert found.proven, found.text()
    assert len([item for item in found.items if item.name == "restart of the server"]) == len(NAMES)
    system = rebooting()
    system["dma2"].data("dm.os")["boot_time_utc"] = "2031-01-01T03:00:04Z"
    assert disagreeing(system) == {("dma2", "restart of the server")}, "the time of one start moves with the clock"
    assert not settled(system), "it is still to come"


def test_a_reboot_that_nobody_can_compare_decides_nothing():
    system = rebooting()
    found = proof.of(system.look(), API, system.wanted, NAMES)
    assert found.proven, found.text()
    assert "the start before is not recorded" in found.text()
