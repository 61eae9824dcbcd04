"""What may be done next with a system: every refusal, every attachment, and what a start says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.scope import PairEntry
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Lock

from tests.unit.dataminer.system.answers import ABSENT, answer, entries, services, unanswered
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, a_cluster, a_system, upgraded
from tests.unit.dataminer.upgrade.decisions import decided, refused


def test_a_sound_system_may_be_upgraded_as_a_whole():
    step = decided(a_system())
    assert isinstance(step, Start), step.text()
    assert step.nodes == ("dma1a", "dma1b", "dma2")
    assert step.orchestrator == "dma2", "an agent without a partner starts, whose role cannot change meanwhile"
    assert step.upgrade_info.agents == ("10.20.0.10", "10.20.0.21")
    assert step.upgrade_info.is_cluster
    assert step.upgrade_info.failover_policy is Policy.SIMULTANEOUSLY
    assert step.online_afterwards == {701: "dma1a"}
    assert step.task_id == "dataminer-full-10.5.4.0-15588"


def test_a_start_says_every_option_and_what_it_will_do():
    told = decided(a_system()).text()
    for word in ("extract_all_files: true", "delayed_start: true", "automatic_start: true", "stop_snmp: true", "reboot: false"):
        assert word in told
    assert "simultaneously (by the option)" in told
    assert "the web API of dma2 answers last" in told


def test_a_pair_can_be_named_by_its_nodes():
    system = a_system()
    system.configure(pair_entry=PairEntry.BOTH_NODES)
    assert decided(system).upgrade_info.agents == ("10.20.0.11", "10.20.0.12", "10.20.0.21")


def test_a_package_whose_name_says_no_version_is_refused():
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, version=None, kind=PackageKind.UNKNOWN))
    assert refused(system).kind is Kind.PACKAGE


def test_a_version_that_cannot_be_told_is_refused_until_the_operator_names_it():
    system = a_system()
    for node in system.nodes:
        node.run("Hotfix")
    step = refused(system)
    assert step.kind is Kind.VERSION_UNREAD
    assert "known_source" in step.next
    system.configure(known_source=parse("10.4.0.0-14772"))
    assert isinstance(decided(system), Start)


def test_a_finished_system_is_done():
    step = decided(upgraded(a_system()))
    assert isinstance(step, Done), step.text()


def test_a_finished_system_that_does_not_work_is_proved_only():
    system = upgraded(a_system())
    system["dma2"].say(services=services(("SLNet",)))
    step = decided(system)
    assert isinstance(step, Attach)
    assert not step.follows
    assert "DataMiner does not run on dma2" in step.reason


def test_some_agents_of_a_cluster_are_refused():
    system = a_cluster(4)
    system.configure(agents=("dma1", "dma2"))
    step = refused(system)
    assert step.kind is Kind.SCOPE
    assert "dma3" in step.seen


def test_some_agents_are_upgraded_when_that_is_acknowledged_by_name():
    system = a_cluster(4)
    system.configure(agents=("dma1", "dma2"), two_versions_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.nodes == ("dma1", "dma2")
    assert any("two versions" in one for one in step.acknowledged)


def test_a_single_node_system_needs_no_acknowledgement():
    system = a_cluster(1)
    system.configure(agents=("dma1",))
    assert isinstance(decided(system), Start)


def test_an_external_address_is_refused_unless_acknowledged():
    system = a_cluster(1)
    system.configure(agents=("10.99.0.1",))
    assert refused(system).kind is Kind.SCOPE
    system.configure(two_versions_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert step.upgrade_info.agents == ("10.99.0.1",)


def test_an_unknown_role_is_refused():
    system = a_system()
    system["dma1b"].say(failover_log=ABSENT, addresses=unanswered("broken", "no such kind"))
    step = refused(system)
    assert step.kind is Kind.ROLE
    assert "one sign" in step.next


def test_a_pair_in_the_middle_of_a_switch_is_refused():
    system = a_system()
    system["dma1a"].say_role("Preparing to go online")
    assert refused(system).kind is Kind.ROLE


def test_a_used_package_is_refused_with_its_way_out():
    system = a_system()
    system["dma2"].keep()
    step = refused(system)
    assert step.kind is Kind.USED
    assert "Completed" in step.seen
    assert "fresh_upload: true" in step.next
    system.configure(fresh_upload=True)
    assert isinstance(decided(system), Start)


def test_an_empty_folder_of_the_package_leaves_open_whether_it_was_used_and_is_refused_with_its_way_out():
    system = a_system()
    system["dma2"].keep(log=None)
    step = refused(system)
    assert step.kind is Kind.USED
    assert "whether the package was used is not known" in step.text()
    assert "is empty" in step.seen
    assert "fresh_upload: true" in step.next
    found = [one for one in system.observe().judgement.blockers if one.rule == "dataminer.package.used"]
    assert [(one.subject, one.unknown) for one in found] == [("dma2", True)]
    system.configure(fresh_upload=True)
    assert isinstance(decided(system), Start)


def test_an_empty_folder_of_an_upload_that_another_node_tells_to_have_failed_is_no_used_package():
    system = a_system()
    system["dma1a"].keep(id=RUN_ID, log="progress|Uploading package...\r\nerror|Upload failed: why\r\n")
    system["dma2"].keep(id=RUN_ID, log=None)
    assert isinstance(decided(system), Start)


@pytest.mark.parametrize("file", [FILE, "DataMiner 10.4.0.0-14000 Full Upgrade.dmupgrade"])
def test_an_empty_folder_that_is_new_may_be_an_upload_that_begins(file):
    system = a_system()
    system["dma2"].keep(file, RUN_ID, log=None, at="2031-01-15T21:59:30Z")
    step = refused(system)
    assert step.kind is Kind.UPGRADE_RUNNING
    assert "is not known" in step.text() and "is empty" in step.seen


def test_an_empty_folder_that_the_upgrade_to_what_runs_has_left_holds_nothing_up():
    system = upgraded(a_system())
    system["dma2"].keep(id=RUN_ID, log=None, at="2031-01-15T21:59:30Z")
    assert isinstance(decided(system), Done)


def test_a_package_of_another_name_that_was_used_is_history():
    system = a_system()
    system["dma2"].keep("DataMiner 10.4.0.0-14772 Full Upgrade.dmupgrade")
    assert isinstance(decided(system), Start)


def test_a_package_used_on_the_finished_nodes_finishes_the_rest():
    system = upgraded(a_cluster(4), "dma1", "dma3")
    system["dma1"].keep()
    system["dma2"].keep(
        log="notice|why\r\nerror|Upgrade failed: Execute failed: why\r\n", names=["PreRequisite-Result-VerifyOSVersion.dll.json"]
    )
    assert isinstance(decided(system), Start)


def test_a_lock_of_other_work_is_respected():
    system = a_system()
    system.lock = Lock("dma1a", held=True, owner="x", purpose="y", acquired_utc="t", expires_utc="u")
    assert refused(system).kind is Kind.LOCKED
    system.lock = replace(system.lock, expired=True)
    assert isinstance(decided(system), Start)


def test_an_orchestrator_can_be_named_and_has_to_run():
    system = a_system()
    system.configure(orchestrator="dma1a")
    assert decided(system).orchestrator == "dma1a"
    system.configure(orchestrator="dma1b")
    step = refused(system)
    assert step.kind is Kind.ORCHESTRATOR
    assert "not the online node" in step.seen


def test_a_blocking_finding_on_an_offline_node_keeps_the_whole_system_back():
    system = a_system()
    system["dma1b"].say(asp_net=entries("6.0.36", folder=True))
    step = refused(system)
    assert step.kind is Kind.BLOCKED
    assert "dataminer.software.hosting_bundles" in step.seen
    assert any(one.host == "dma1b" for one in step.findings)


def test_a_web_package_is_told_from_a_full_one():
    system = a_system()
    goal = replace(
        system.wanted.goal, kind=PackageKind.WEB, file="DataMiner 10.5.4.0-15588 Web Upgrade.dmupgrade", restarts_dataminer=False
    )
    system.configure(goal=goal)
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert "web applications 10.5.4" in step.title
    for node in system.nodes:
        node.web = "10.5.4.0-15588"
    assert isinstance(decided(system), Done)


def test_facts_of_one_node_may_be_missing_without_spoiling_the_others():
    system = a_system()
    system["dma1b"].say(dms=answer(path="x", length=5, offset=0, bytes=""))
    step = refused(system)
    assert step.kind in (Kind.BLOCKED, Kind.ROLE)
