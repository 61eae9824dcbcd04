"""Setups on the other servers of a group."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.others_work import nobody_works
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.supposed_by_check_mode import suppose
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release

from tests.unit.scom.builders import ATask, a_group, a_peer, a_setup, an_observation, an_unreachable_peer
from tests.unit.scom.management_server.decisions import TASK, TO_2025, refused, second


class TestSetupsOfOthers:
    def test_a_setup_that_another_server_has_begun_and_shows_no_process_of_is_waited_for(self):
        begun = a_peer("ms2", stopped=True, tasks=["scom-management-server-2025"])
        step = refused(next_step(an_observation(None, begun), TO_2025))
        assert step.kind is Kind.OTHER_TASK
        assert "ms2.contoso.lab at 10.22.11642.0: task scom-management-server-2025" in step.seen

    def test_tasks_of_another_server_that_cannot_be_listed_are_not_taken_for_none(self):
        assert refused(next_step(an_observation(None, a_peer("ms2", stopped=True, tasks=None)), TO_2025)).kind is Kind.OTHER_TASK

    def test_a_server_at_the_target_whose_setup_was_never_judged_is_waited_for(self):
        done = a_peer("ms1", "2025", tasks=[TASK])
        step = refused(next_step(second(first=done), TO_2025))
        assert step.kind is Kind.OTHER_TASK
        assert "run the upgrade again, limited to ms1.contoso.lab" in step.next

    def test_check_mode_supposes_that_the_setup_before_was_judged(self):
        seen = second(first=a_peer("ms1", tasks=[TASK], begun=[TASK]), group=a_group("ms1", "ms2"))
        assert isinstance(next_step(suppose(seen, Release.R2025, upgraded=["ms1"], services_stopped=True), TO_2025), Start)

    @pytest.mark.parametrize(
        ("peer", "task", "works"),
        [
            (a_peer("ms2", stopped=True), None, False),
            (a_peer("ms2", stopped=True), ATask("lost"), False),
            (a_peer("ms2", stopped=True), ATask("running"), True),
            (a_peer("ms2", setups=[a_setup()]), None, True),
            (a_peer("ms2", setups=None), None, True),
            (a_peer("ms2", tasks=["scom-management-server-2025"]), None, True),
            (an_unreachable_peer("ms2"), None, True),
        ],
    )
    def test_only_a_group_that_was_seen_idle_counts_as_idle(self, peer, task, works):
        assert nobody_works(an_observation(None, peer, task=task)) is not works
