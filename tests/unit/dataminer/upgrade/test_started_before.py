"""What becomes of an upgrade that was started before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step

from tests.unit.dataminer.system.answers import entries, unanswered
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, ATask, a_system, upgraded
from tests.unit.dataminer.upgrade.decisions import decided, refused


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
