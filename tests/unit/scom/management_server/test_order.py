"""Whose turn it is."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.order import who_is_first
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.scom.builders import a_group, a_management_server, a_peer, a_setup, an_observation, fqdn
from tests.unit.scom.management_server.decisions import TASK, TO_2025, refused, second


class TestTheFirst:
    def test_a_single_server_starts(self):
        step = next_step(an_observation(), TO_2025)
        assert isinstance(step, Start) and step.is_first
        assert step.task_id == "scom-management-server-2025"

    def test_the_first_starts_when_the_services_of_the_others_are_stopped(self):
        step = next_step(an_observation(None, a_peer("ms2", stopped=True), a_peer("ms3", stopped=True)), TO_2025)
        assert isinstance(step, Start) and step.is_first
        assert step.others == ("ms2.contoso.lab", "ms3.contoso.lab")

    def test_the_first_waits_until_the_services_of_the_others_are_stopped(self):
        step = refused(next_step(an_observation(None, a_peer("ms2", running=["OMSDK"]), a_peer("ms3", stopped=True)), TO_2025))
        assert step.kind is Kind.PEER_SERVICES
        assert step.seen == "ms2.contoso.lab: OMSDK"

    def test_only_the_named_server_may_be_the_first(self):
        seen = an_observation(a_management_server("ms2"), a_peer("ms1", stopped=True))
        assert refused(next_step(seen, Wanted(Release.R2025, first="ms1"))).kind is Kind.FIRST_UNFINISHED
        assert isinstance(next_step(seen, Wanted(Release.R2025, first="ms2")), Start)


class TestTheFirstIsFinishedWhereItWasBegun:
    """Its setup has changed the database, no server is at the target (1 D)."""

    def half(self, *peers, **me):
        others = peers or (a_peer("ms2", stopped=True),)
        return an_observation(a_management_server(**me), *others, group=a_group("ms1", "ms2", database="2025"))

    @pytest.mark.parametrize("wanted", [TO_2025, Wanted(Release.R2025, "ms1", first_was_named=False)], ids=["none", "first of a list"])
    def test_where_it_was_begun_it_goes_on(self, wanted):
        assert isinstance(next_step(self.half(begun=[TASK]), wanted), Start)

    @pytest.mark.parametrize("named", [None, "ms1"])
    def test_nowhere_else_whatever_is_named(self, named):
        step = refused(next_step(self.half(a_peer("ms2", stopped=True, begun=[TASK])), Wanted(Release.R2025, named)))
        assert step.kind is Kind.NAMED_FIRST
        assert "limit the run to ms2.contoso.lab" in step.next and "set scom_first_management_server: ms2.contoso.lab" in step.next

    def test_where_to_finish_it_is_told_by_the_name_of_the_inventory(self):
        step = refused(next_step(self.half(Peer("scom-b", a_peer("ms2", stopped=True, begun=[TASK]).member)), TO_2025))
        assert "setup begun on ms2.contoso.lab" in step.seen
        assert "limit the run to scom-b" in step.next

    @pytest.mark.parametrize("by_a_person", [True, False])
    def test_where_it_was_begun_it_goes_on_whoever_is_the_first_of_a_list_or_named(self, by_a_person):
        seen = an_observation(
            a_management_server("ms2", begun=[TASK]), a_peer("ms1", stopped=True), group=a_group("ms1", "ms2", database="2025")
        )
        assert isinstance(next_step(seen, Wanted(Release.R2025, "ms1", first_was_named=by_a_person)), Start)

    def test_a_setup_that_has_not_reached_the_database_is_finished_where_it_was_begun_unless_a_person_names_another(self):
        seen = an_observation(a_management_server("ms2", begun=[TASK]), a_peer("ms1", stopped=True))
        assert isinstance(next_step(seen, Wanted(Release.R2025, "ms1", first_was_named=False)), Start)
        assert refused(next_step(seen, Wanted(Release.R2025, "ms1"))).kind is Kind.FIRST_UNFINISHED

    def test_begun_by_hand_it_goes_on_where_a_person_says_and_not_at_the_first_of_a_list(self):
        listed = next_step(self.half(), Wanted(Release.R2025, "ms1", first_was_named=False))
        assert refused(listed).kind is Kind.NAMED_FIRST
        assert isinstance(next_step(self.half(), Wanted(Release.R2025, "ms1")), Start)

    def test_a_mark_means_nothing_while_the_database_is_as_it_was(self):
        peer = a_peer("ms2", stopped=True, begun=[TASK])
        assert isinstance(next_step(an_observation(None, peer), TO_2025), Start)


class TestWhoIsFirst:
    """The line of the preflight."""

    def told(self, *servers, database="2022 UR3", named=False):
        return who_is_first(servers, Fact.known(a_group("ms1", "ms2", database=database)), Release.R2025, "ms1", was_named=named)

    def test_it_is_the_named_one_or_the_first_by_name(self):
        assert self.told(a_peer("ms1"), a_peer("ms2"), named=True) == "ms1 is the first management server (as named)"
        by_name = "ms1 is the first management server (by name; set scom_first_management_server to choose another)"
        assert self.told(a_peer("ms1"), a_peer("ms2")) == by_name

    def test_it_is_where_setup_was_begun_and_has_changed_the_database(self):
        begun = a_peer("ms2", begun=[TASK])
        assert self.told(a_peer("ms1"), begun, database="2025").startswith("ms2.contoso.lab is where setup was begun")
        assert self.told(a_peer("ms1"), begun).startswith("ms1 is the first management server")

    def test_a_database_that_somebody_has_changed_says_that_a_person_has_to_name_it(self):
        assert "name the server whose setup changed it" in self.told(a_peer("ms1"), a_peer("ms2"), database="2025")
        assert self.told(a_peer("ms1"), a_peer("ms2"), database="2025", named=True) == "ms1 is the first management server (as named)"

    def test_a_server_that_is_done_is_followed(self):
        done = a_peer("ms2", "2025")
        assert self.told(a_peer("ms1"), done, database="2025") == "ms2.contoso.lab at 2025 already: the others follow"
        assert self.told(a_peer("ms1"), done, database="2025", named=True).endswith("(as named); ms2.contoso.lab at 2025 already")


class TestTheOthers:
    def test_a_second_server_starts_when_database_and_first_are_done_and_healthy(self):
        step = next_step(second(), TO_2025)
        assert isinstance(step, Start) and not step.is_first

    def test_a_second_server_does_not_need_the_services_of_others_stopped(self):
        assert isinstance(next_step(second(first=a_peer("ms1", "2025", stopped=False)), TO_2025), Start)

    def test_a_second_server_waits_while_the_first_runs_setup(self):
        seen = second(first=a_peer("ms1", setups=[a_setup()]), group=a_group("ms1", "ms2"))
        step = refused(next_step(seen, TO_2025))
        assert step.text().splitlines() == [
            "ms2.contoso.lab: not upgraded: the first management server is not finished.",
            "  seen     group PROD: database at 10.22.11642.0, ms1.contoso.lab still running setup since 01:12 UTC (41 min)",
            "  wanted   database at 10.25.10132.0 or later and no setup running on any other management server",
            "  next     wait for it, then run the same command again; nothing was started here",
            "  why      two servers running the database script at once can damage the database (scom.first_alone, documented)",
        ]

    def test_a_second_server_waits_while_a_third_runs_setup(self):
        seen = an_observation(
            a_management_server("ms2"),
            a_peer("ms1", "2025"),
            a_peer("ms3", setups=[a_setup()]),
            group=a_group("ms1", "ms2", "ms3", database="2025"),
        )
        assert refused(next_step(seen, TO_2025)).kind is Kind.PEER_SETUP_RUNNING

    def test_a_peer_whose_processes_cannot_be_listed_counts_as_busy(self):
        assert refused(next_step(second(first=a_peer("ms1", "2025", setups=None)), TO_2025)).kind is Kind.FIRST_UNFINISHED

    def test_a_second_server_waits_until_the_database_is_at_the_target(self):
        step = refused(next_step(second(group=a_group("ms1", "ms2", database="2022 UR3")), TO_2025))
        assert step.kind is Kind.FIRST_UNFINISHED
        assert "database at 10.22.11642.0" in step.seen

    @pytest.mark.parametrize("server", [{"running": ["OMSDK", "HealthService"]}, {"ports": []}, {"doubts": ["files of before"]}])
    def test_a_second_server_waits_until_the_first_is_healthy(self, server):
        step = refused(next_step(second(first=a_peer("ms1", "2025", **server)), TO_2025))
        assert step.kind is Kind.FIRST_UNHEALTHY and step.kind.clears_by_itself

    @pytest.mark.parametrize("rating", [Monitored.UNINITIALIZED, Monitored.ERROR, None])
    def test_a_second_server_waits_until_the_group_rates_the_first(self, rating):
        group = a_group("ms1", "ms2", database="2025", monitored={"ms1": rating})
        assert refused(next_step(second(group=group), TO_2025)).kind is Kind.FIRST_UNHEALTHY

    def test_a_warning_of_the_first_does_not_stop_the_others(self):
        group = a_group("ms1", "ms2", database="2025", monitored={"ms1": Monitored.WARNING})
        assert isinstance(next_step(second(group=group), TO_2025), Start)

    def test_a_named_first_that_is_not_done_is_waited_for_although_another_is_done(self):
        seen = an_observation(
            a_management_server("ms2"), a_peer("ms1"), a_peer("ms3", "2025"), group=a_group("ms1", "ms2", "ms3", database="2025")
        )
        assert refused(next_step(seen, Wanted(Release.R2025, first="ms1"))).kind is Kind.FIRST_UNFINISHED
        assert isinstance(next_step(seen, TO_2025), Start)

    def test_whoever_is_finished_is_followed_unless_a_person_names_another(self):
        names = ("ms1", "ms2", "ms3")
        seen = an_observation(
            a_management_server("ms3"), a_peer("ms1"), a_peer("ms2", "2025"), group=a_group(*names, database="2025"), known_as=fqdn("ms3")
        )
        step = next_step(seen, Wanted(Release.R2025, fqdn("ms1"), first_was_named=False))
        assert isinstance(step, Start) and not step.is_first
        assert refused(next_step(seen, Wanted(Release.R2025, fqdn("ms1")))).kind is Kind.FIRST_UNFINISHED

    def test_a_finished_server_that_is_not_healthy_is_waited_for_and_not_the_first_by_name(self):
        unwell = a_peer("ms2", "2025", running=["OMSDK"])
        seen = an_observation(a_management_server("ms3"), a_peer("ms1"), unwell, group=a_group("ms1", "ms2", "ms3", database="2025"))
        step = refused(next_step(seen, Wanted(Release.R2025, fqdn("ms1"), first_was_named=False)))
        assert step.kind is Kind.FIRST_UNHEALTHY and "fix ms2.contoso.lab" in step.next
