"""What may be done next with a system: every refusal, every attachment, and what a start says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.refusals import RULED
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.scope import PairEntry
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import lock_owner, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Lock, Refused

from tests.unit.dataminer.system.sound_system import (
    ABSENT,
    FILE,
    MIGRATED,
    RUN_ID,
    ATask,
    a_cluster,
    a_system,
    answer,
    entries,
    services,
    text,
    unanswered,
    upgraded,
)


def decided(system):
    return next_step(system.observe(), system.wanted)


def refused(system):
    step = decided(system)
    assert isinstance(step, Refused), step.text()
    return step


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
    assert step.headline.endswith("an upgrade goes on")
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


@pytest.mark.parametrize("policy", [Policy.BACKUP_FIRST, Policy.BACKUP_FIRST_WITH_SWITCHBACK])
def test_a_legacy_policy_is_refused_for_a_major_upgrade_even_when_acknowledged(policy):
    system = a_system()
    system.configure(policy=policy, legacy_policy_acknowledged=True)
    assert refused(system).kind is Kind.POLICY


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
    assert step.online_afterwards == {701: online}
    assert any("legacy policy" in one for one in step.acknowledged)


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


def test_an_upgrade_that_somebody_else_runs_is_left_alone():
    system = a_system()
    system["dma2"].keep(id=RUN_ID, log="progress|Uploading package...\r\n", names=[FILE], at="2031-01-15T21:58:00Z")
    step = refused(system)
    assert step.kind is Kind.UPGRADE_RUNNING
    assert "nothing was stopped" in step.next


def test_an_upgrade_process_on_an_offline_node_is_enough():
    system = a_system()
    system["dma1b"].data("dm.processes")["processes"].append({"name": "SLUpgrade", "process_id": 9, "started_utc": None})
    assert refused(system).kind is Kind.UPGRADE_RUNNING


def test_an_upload_that_broke_off_days_ago_is_no_running_upgrade():
    system = a_system()
    system["dma2"].keep(log="progress|Uploading package...\r\n", names=[FILE])
    assert isinstance(decided(system), Start)


def test_whether_an_upgrade_runs_has_to_be_known():
    system = a_system()
    system["dma2"].say(processes=unanswered())
    assert refused(system).kind is Kind.UPGRADE_RUNNING


@pytest.mark.parametrize("state", ["running", "exited"])
def test_an_upgrade_started_before_is_attached_to(state):
    system = a_system()
    system["dma1a"].task = ATask(state, exit_code=0 if state == "exited" else None)
    step = decided(system)
    assert isinstance(step, Attach)
    assert step.host == "dma1a"
    assert step.follows


def test_a_running_upgrade_is_attached_to_while_nodes_are_away():
    system = a_system()
    system["dma2"].task = ATask()
    system["dma1b"].reachable = False
    assert isinstance(next_step(system.look(), system.wanted), Attach)


def test_a_lost_task_is_refused_until_the_operator_decides():
    system = a_system()
    system["dma2"].task = ATask("lost", lost_reason="wrapper_died")
    step = refused(system)
    assert step.kind is Kind.LOST
    assert "restart_lost: true" in step.next
    system.configure(restart_lost=True)
    step = decided(system)
    assert isinstance(step, Start)
    assert step.forgets_lost


def test_a_lost_task_whose_upgrade_goes_on_is_followed():
    system = a_system()
    system["dma2"].task = ATask("lost", lost_reason="wrapper_died")
    system["dma1b"].keep(id=RUN_ID, log="step|Executing action: Kill\r\n", names=[FILE], at="2031-01-15T21:58:00Z")
    step = decided(system)
    assert isinstance(step, Attach)
    assert step.follows


def test_a_restart_in_the_middle_of_the_upgrade_is_followed():
    system = a_system()
    system["dma2"].task = ATask("lost", lost_reason="rebooted")
    system["dma2"].data("dm.os")["boot_time_utc"] = "2031-01-15T21:55:00Z"
    step = decided(system)
    assert isinstance(step, Attach)
    assert step.follows


def test_a_lost_task_of_a_finished_upgrade_is_proved():
    system = upgraded(a_system())
    system["dma2"].task = ATask("lost", lost_reason="rebooted")
    step = decided(system)
    assert isinstance(step, Attach)
    assert not step.follows


def test_a_task_of_another_package_is_judged_first():
    system = a_system()
    system["dma2"].say(tasks=entries("dataminer-full-10.4.12.0-15001", folder=True))
    assert refused(system).kind is Kind.OTHER_TASK


def test_tasks_that_cannot_be_listed_are_refused():
    system = a_system()
    system["dma2"].say(tasks=unanswered())
    assert refused(system).kind is Kind.OTHER_TASK


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


def test_a_refusal_reads_well_at_two_in_the_morning():
    system = a_system()
    system.nodes = system.nodes[:2]
    lines = refused(system).text().splitlines()
    assert lines[0] == "labx: not upgraded: the hosts given and the cluster do not agree."
    assert [line.split()[0] for line in lines[1:5]] == ["seen", "wanted", "next", "why"]
    assert "nothing was started" in lines[3]


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


def a_helper(name, **changes):
    system = a_system()
    for node in system.nodes:
        node.run("10.5.0.0-16300-20251119-release")
        node.say(**changes)
    goal = replace(
        system.wanted.goal,
        kind=PackageKind.HELPER,
        version=None,
        file=f"{name}.dmupgrade",
        helper=name,
        restarts_dataminer=False,
        prerequisites=(),
    )
    system.configure(goal=goal, known_source=parse("10.5.0 CU11"))
    return system


def test_the_migration_is_started_on_all_nodes_and_done_when_all_are_migrated():
    system = a_helper("NATSMigration")
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert "DataMiner is not restarted" in step.text()
    assert isinstance(decided(a_helper("NATSMigration", **MIGRATED)), Done)


def test_the_migration_waits_until_every_node_has_been_running_for_a_quarter_of_an_hour():
    system = a_helper("NATSMigration")
    for one in system["dma1b"].data("dm.processes")["processes"]:
        one["started_utc"] = "2031-01-15T21:50:00Z"
    step = refused(system)
    assert step.kind is Kind.BLOCKED
    assert "dataminer.migration.stable" in step.seen


def test_a_check_that_leaves_no_trace_can_always_be_run_again():
    system = a_helper("VerifyGRPCConnection")
    system["dma2"].keep("VerifyGRPCConnection.dmupgrade")
    assert isinstance(decided(system), Start)


def test_the_owner_of_the_lock_is_the_work_and_not_the_controller():
    assert lock_owner(a_system().wanted, "dma2") == "dataminer-full-10.5.4.0-15588@dma2"


def test_the_same_upgrade_from_another_orchestrator_is_other_work_to_the_lock():
    wanted = a_system().wanted
    assert lock_owner(wanted, "dma1a") != lock_owner(wanted, "dma2")


def test_some_agents_and_the_whole_cluster_are_two_tasks():
    wanted = a_system().wanted
    some = replace(wanted, agents=("dma2", "10.99.0.1"))
    assert len({wanted.task_id, some.task_id, replace(wanted, agents=("dma2",)).task_id}) == 3
    assert replace(some, agents=("10.99.0.1", "DMA2")).task_id == some.task_id
    assert all(len(one.task_id) <= 60 for one in (some, replace(some, goal=replace(wanted.goal, version=None, helper="x" * 80))))


@pytest.mark.parametrize("length", range(40, 52))
def test_names_that_are_cut_do_not_end_in_a_dot(length):
    """Windows drops it: two tasks would share a folder."""
    system, text = a_system(), "x" * length + "." + "y" * 60
    system["dma2"].reachable = False
    wanted = replace(system.wanted, agents=None, goal=replace(system.wanted.goal, version=None, helper=text))
    seen = replace(system.look(), nodes={text: system["dma2"].view()})

    assert not wanted.task_id.endswith(".")
    assert not seen.lock_name.endswith(".")


def test_the_task_is_told_by_the_packages_name_alone():
    """Whoever attaches has to know its id, and may not have the content."""
    wanted = a_system().wanted
    changed = replace(wanted.goal, kind=PackageKind.DELTA, prerequisites=(), size=0)
    assert replace(wanted, goal=changed).task_id == wanted.task_id


def test_a_task_of_some_agents_keeps_the_cluster_from_being_upgraded():
    system = a_system()
    some = replace(system.wanted, agents=("dma2",))
    system["dma2"].say(tasks=entries(some.task_id, folder=True))
    step = refused(system)
    assert step.kind is Kind.OTHER_TASK
    assert "with its package and its scope" in step.next


@pytest.mark.parametrize("state", ["exited", "lost"])
def test_an_upgrade_that_has_ended_is_closed_unproved_when_that_is_acknowledged(state):
    system = a_system()
    system["dma2"].task = ATask(state, exit_code=0, lost_reason="wrapper_died")
    system.configure(unproved_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Attach)
    assert (step.closes, step.follows) == (True, False)


def test_an_upgrade_that_runs_is_never_closed():
    system = a_system()
    system["dma2"].task = ATask("running")
    system.configure(unproved_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Attach)
    assert not step.closes


def test_an_upgrade_that_goes_on_after_its_utility_is_never_closed():
    system = a_system()
    system["dma2"].task = ATask("exited", exit_code=0)
    system["dma1b"].keep(id=RUN_ID, log="step|Executing action: Kill\r\n", names=[FILE], at="2031-01-15T21:58:00Z")
    system.configure(unproved_acknowledged=True)
    step = decided(system)
    assert isinstance(step, Attach)
    assert not step.closes


def test_the_refusal_for_a_task_of_another_package_names_the_way_out():
    system = a_system()
    system["dma2"].say(tasks=entries("dataminer-full-10.4.12.0-15001", folder=True))
    assert "acknowledge: [unproved_upgrade]" in refused(system).next


def test_facts_of_one_node_may_be_missing_without_spoiling_the_others():
    system = a_system()
    system["dma1b"].say(dms=answer(path="x", length=5, offset=0, bytes=""))
    step = refused(system)
    assert step.kind in (Kind.BLOCKED, Kind.ROLE)
