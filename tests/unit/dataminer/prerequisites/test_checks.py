"""The checks of the package itself."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import checks

from tests.unit.dataminer.prerequisites.spoils import check_result, found, judged
from tests.unit.dataminer.system.sound_system import OPTIONS, a_system


def test_a_check_that_could_not_be_executed_is_told_from_one_that_failed():
    system = a_system()
    check_result(TestExecuted=False, ResultMessage="Test was not executed: x")(system)
    judgement = prerequisites.judge(system.seen(), waived=["dataminer.checks.not_executed"])
    assert not judgement.is_blocked
    check_result(Outcome="IssuesDetected")(system)
    assert prerequisites.judge(system.seen(), waived=["dataminer.checks.not_executed"]).is_blocked


def test_a_check_that_does_not_apply_to_an_offline_node_refuses_nothing():
    system = a_system()
    check_result(ResultMessage="This BPA does not apply for this Agent: cannot run on Offline Failover Agents")(system)
    assert not judged(system).is_blocked


def test_an_executor_that_wrote_nothing_refuses():
    system = a_system()
    system.checks["dma1b"] = checks.of_executor(OPTIONS.wanted.goal.prerequisites, None)
    assert any(one.unknown for one in found(system, "dataminer.checks.failed"))


def test_checks_that_were_not_run_are_skipped_and_not_passed():
    judgement = judged(a_system())
    assert {"dataminer.checks.failed", "dataminer.checks.not_executed", "dataminer.mesh.ports"} <= set(judgement.skipped)
