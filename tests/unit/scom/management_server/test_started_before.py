"""What becomes of a setup that was started before."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import Judgement

from tests.unit.scom.builders import ATask, a_management_server, a_setup, an_observation
from tests.unit.scom.management_server.decisions import BLOCKER, TASK, TO_2025, refused


class TestBegunBefore:
    def test_a_setup_that_took_the_product_away_is_judged_before_it_is_missed(self):
        gone = a_management_server(roles=[], tasks=[TASK], begun=[TASK])
        step = next_step(an_observation(gone, task=ATask("exited", -1)), TO_2025)
        assert isinstance(step, Attach) and "verifying the result" in step.text()

    def test_a_server_whose_product_a_judged_setup_took_away_is_told_as_such(self):
        step = refused(next_step(an_observation(a_management_server(roles=[], begun=[TASK])), TO_2025))
        assert step.kind is Kind.NOT_A_MANAGEMENT_SERVER
        assert "any more since a setup to 2025 failed on it" in step.headline

    def test_a_running_task_is_attached_to_whoever_started_it(self):
        task = ATask("running", requester="CONTOSO\\somebody")
        step = next_step(an_observation(a_management_server(setups=[a_setup()]), task=task), TO_2025)
        assert isinstance(step, Attach) and step.task is task
        assert "CONTOSO\\somebody, since 01:12 UTC (41 min)" in step.text()

    def test_a_running_task_is_attached_to_although_prerequisites_are_not_met_any_more(self):
        seen = an_observation(task=ATask("running"), judgement=Judgement((BLOCKER,)))
        assert isinstance(next_step(seen, TO_2025), Attach)

    @pytest.mark.parametrize("code", [0, 3010, 1603, -17])
    def test_a_task_that_has_ended_is_judged_and_not_started_again(self, code):
        step = next_step(an_observation(task=ATask("exited", code)), TO_2025)
        assert isinstance(step, Attach) and step.task.state == "exited"
        assert f"exit code {code}" in step.text()

    def test_a_task_lost_in_a_reboot_is_not_started_again_by_itself(self):
        step = refused(next_step(an_observation(task=ATask("lost", lost_reason="rebooted")), TO_2025))
        assert step.kind is Kind.LOST
        assert "the host was restarted while setup ran" in step.seen
        assert "restart_lost: true" in step.next

    def test_a_lost_task_on_a_server_at_the_target_is_decided_by_evidence(self):
        step = next_step(an_observation(a_management_server(release="2025"), task=ATask("lost")), TO_2025)
        assert isinstance(step, Attach) and step.task.state == "lost"

    def test_the_operator_may_start_a_lost_setup_again(self):
        step = next_step(an_observation(task=ATask("lost")), Wanted(Release.R2025, restart_lost=True))
        assert isinstance(step, Start) and step.forgets_lost
        assert step.steps[0] == "forget the lost task of before"

    @pytest.mark.parametrize("setups", [[a_setup()], None], ids=["setup shows", "processes unread"])
    def test_a_lost_setup_that_still_shows_is_never_started_again(self, setups):
        seen = an_observation(a_management_server(setups=setups), task=ATask("lost", lost_reason="wrapper_died"))
        assert refused(next_step(seen, Wanted(Release.R2025, restart_lost=True))).kind is Kind.LOST

    def test_a_task_of_another_target_is_refused(self):
        step = refused(next_step(an_observation(a_management_server(tasks=["scom-management-server-2022"])), TO_2025))
        assert step.kind is Kind.OTHER_TASK
        assert "scom-management-server-2022" in step.seen

    def test_tasks_that_could_not_be_listed_are_refused(self):
        assert refused(next_step(an_observation(a_management_server(tasks=None)), TO_2025)).kind is Kind.OTHER_TASK

    @pytest.mark.parametrize("setups", [[a_setup()], None], ids=["running", "unread"])
    def test_a_setup_that_somebody_started_by_hand_is_refused(self, setups):
        assert refused(next_step(an_observation(a_management_server(setups=setups)), TO_2025)).kind is Kind.SETUP_RUNNING_HERE
