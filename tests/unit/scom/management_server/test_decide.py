"""What may be done next on a management server."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import (
    Wanted,
    lasting_refusal,
    next_step,
    wanted_release,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.order import who_is_first
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.others_work import nobody_works
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.supposed_by_check_mode import suppose
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.fields import Misshapen
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Finding, Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import Judgement
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Lock, Refused

from tests.unit.scom.builders import (
    ATask,
    a_group,
    a_management_server,
    a_peer,
    a_setup,
    an_observation,
    an_unreachable_peer,
    fqdn,
)

TO_2025 = Wanted(Release.R2025)
TASK = "scom-management-server-2025"
BLOCKER = Finding("1 MB", "2 MB", "grow it", rule="scom.database.free_space", severity=Severity.BLOCKER, reference="6.1 D", why="Because")
WARNING = Finding("3", "4", "do", rule="scom.host.memory", severity=Severity.WARNING, reference="6.3 D", why="Because")


def refused(step) -> Refused:
    assert isinstance(step, Refused), step
    return step


def second(**observed):
    """ms2 of a group whose first server ms1 is done."""
    me = observed.pop("me", None) or a_management_server("ms2")
    first = observed.pop("first", None) or a_peer("ms1", "2025")
    group = observed.pop("group", None) or a_group("ms1", "ms2", database="2025")
    return an_observation(me, first, group=group, **observed)


class TestWhatItIs:
    @pytest.mark.parametrize("role", [Role.GATEWAY, Role.AGENT, Role.REPORTING])
    def test_a_host_that_is_no_management_server_is_refused_and_its_role_named(self, role):
        step = refused(next_step(an_observation(a_management_server(roles=[role])), TO_2025))
        assert step.kind is Kind.NOT_A_MANAGEMENT_SERVER
        assert step.seen == role.value.replace("_", " ")

    def test_an_unknown_target_is_refused_and_the_known_releases_are_named(self):
        step = wanted_release("2027", "ms1")
        assert refused(step).kind is Kind.UNKNOWN_TARGET
        assert "2022, 2025" in step.wanted
        assert wanted_release("2025", "ms1") is Release.R2025

    def test_a_path_over_a_release_is_refused_with_the_way_to_go(self):
        step = refused(next_step(an_observation(a_management_server(release="2019 UR5")), TO_2025))
        assert step.kind is Kind.WRONG_PATH
        assert step.next == "upgrade to 2022 first, then to 2025"

    def test_a_newer_server_is_not_taken_back(self):
        assert refused(next_step(an_observation(a_management_server(release="2025")), Wanted(Release.R2022))).kind is Kind.WRONG_PATH


class TestDone:
    def test_a_healthy_server_at_the_target_with_its_database_is_done(self):
        seen = an_observation(a_management_server(release="2025"), group=a_group(database="2025"))
        step = next_step(seen, TO_2025)
        assert isinstance(step, Done)
        assert "10.25.10132.0" in step.text()

    def test_a_server_at_a_rollup_of_the_target_is_done(self):
        seen = an_observation(a_management_server(release="2025 UR1"), group=a_group(database="2025 UR1"))
        assert isinstance(next_step(seen, TO_2025), Done)

    def test_a_done_server_is_done_although_a_peer_cannot_be_reached(self):
        seen = an_observation(a_management_server(release="2025"), an_unreachable_peer(), group=a_group("ms1", "ms2", database="2025"))
        assert isinstance(next_step(seen, TO_2025), Done)

    @pytest.mark.parametrize(
        ("server", "group"),
        [
            ({"running": ["OMSDK", "cshost"]}, a_group(database="2025")),
            ({"ports": [5723]}, a_group(database="2025")),
            ({"doubts": ["the registry says 10.25, the files say 10.22"]}, a_group(database="2025")),
            ({}, a_group(database="2022 UR3")),
            ({}, Fact.unread("the group", "login failed")),
        ],
        ids=["service stopped", "port closed", "files of before", "database of before", "database unread"],
    )
    def test_a_server_at_the_target_with_anything_in_doubt_is_proved_not_believed(self, server, group):
        step = next_step(an_observation(a_management_server(release="2025", **server), group=group), TO_2025)
        assert isinstance(step, Attach)
        assert step.task is None


class TestBegunBefore:
    def test_a_setup_that_took_the_product_away_is_judged_before_it_is_missed(self):
        gone = a_management_server(roles=[], tasks=[TASK], begun=[TASK])
        step = next_step(an_observation(gone, task=ATask("exited", -1)), TO_2025)
        assert isinstance(step, Attach) and "judging it" in step.text()

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


class TestTheGroup:
    def test_a_group_that_cannot_be_read_is_refused_with_the_reason(self):
        step = refused(next_step(an_observation(group=Fact.unread("the group", "login failed for CONTOSO\\ops")), TO_2025))
        assert step.kind is Kind.GROUP_UNREAD
        assert step.seen == "login failed for CONTOSO\\ops"

    def test_a_server_of_the_group_that_the_inventory_lacks_is_refused(self):
        step = refused(next_step(an_observation(a_management_server("ms1"), group=a_group("ms1", "ms2")), TO_2025))
        assert step.kind is Kind.GROUP_MISMATCH
        assert step.seen == "ms2.contoso.lab: of the group but not in the inventory"

    def test_a_host_that_the_group_does_not_list_is_refused(self):
        step = refused(next_step(an_observation(None, a_peer("other"), group=a_group("ms1")), TO_2025))
        assert step.kind is Kind.GROUP_MISMATCH
        assert "other.contoso.lab: in the inventory but not of the group" in step.seen

    def test_a_peer_that_cannot_be_asked_is_refused_not_guessed(self):
        step = refused(next_step(an_observation(None, an_unreachable_peer()), TO_2025))
        assert step.kind is Kind.PEER_UNREACHABLE
        assert step.seen == "ms2.contoso.lab: connection refused"

    def test_a_first_server_that_is_not_of_the_group_is_refused(self):
        step = refused(next_step(an_observation(), Wanted(Release.R2025, first="elsewhere")))
        assert step.kind is Kind.GROUP_MISMATCH and step.seen == "elsewhere, named as the first, is not of the group"
        assert step.next.startswith("correct scom_first_management_server")
        assert "scom_management_servers" not in step.text()

    def test_the_first_may_be_named_as_the_inventory_names_it(self):
        other = Peer("scom-b", a_peer("ms2", stopped=True).member)
        seen = an_observation(None, other, known_as="scom-a")
        assert isinstance(next_step(seen, Wanted(Release.R2025, first="scom-a")), Start)
        step = refused(next_step(seen, Wanted(Release.R2025, first="SCOM-B")))
        assert step.kind is Kind.FIRST_UNFINISHED and "ms2.contoso.lab not at 2025" in step.seen

    def test_a_silent_server_under_another_name_is_silent_and_not_unknown(self):
        seen = an_observation(None, Peer("scom-b", None, "connection refused"), group=a_group("ms1", "ms2"))
        assert refused(next_step(seen, TO_2025)).kind is Kind.PEER_UNREACHABLE

    def test_a_server_that_is_its_own_peer_is_refused(self):
        seen = an_observation(None, a_peer("ms1"), group=a_group("ms1"))
        assert refused(next_step(seen, TO_2025)).kind is Kind.GROUP_MISMATCH

    def test_a_lock_of_other_work_is_refused_with_its_owner(self):
        lock = Lock("ms1", held=True, owner="scom-management-server-2025@ms3", purpose="upgrade", acquired_utc="01:00", expires_utc="01:15")
        step = refused(next_step(an_observation(lock=lock), TO_2025))
        assert step.kind is Kind.LOCKED
        assert "scom-management-server-2025@ms3" in step.seen

    def test_attaching_needs_the_lock_too(self):
        lock = Lock("ms1", held=True, owner="other", expires_utc="01:15")
        assert refused(next_step(an_observation(lock=lock, task=ATask("running")), TO_2025)).kind is Kind.LOCKED

    @pytest.mark.parametrize("answer", [{}, {"held": "yes"}, {"held": True, "owner": 7}])
    def test_a_lock_that_cannot_be_read_is_no_free_one(self, answer):
        with pytest.raises(Misshapen):
            Lock.read("ms1", answer)

    @pytest.mark.parametrize("lock", [Lock("ms1"), Lock("ms1", held=True, mine=True), Lock("ms1", held=True, expired=True)])
    def test_a_lock_that_is_free_mine_or_expired_does_not_refuse(self, lock):
        assert isinstance(next_step(an_observation(lock=lock), TO_2025), Start)


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
        assert step.kind is Kind.FIRST_UNHEALTHY and "mend ms2.contoso.lab" in step.next


class TestPrerequisites:
    def test_all_findings_are_in_the_refusal_at_once(self):
        step = refused(next_step(an_observation(judgement=Judgement((BLOCKER, WARNING))), TO_2025))
        assert step.kind is Kind.BLOCKED
        assert "scom.database.free_space" in step.text() and "scom.host.memory" in step.text()
        assert [one["rule"] for one in step.as_result()["findings"]] == ["scom.database.free_space", "scom.host.memory"]

    def test_warnings_do_not_stop_and_stand_in_the_plan(self):
        step = next_step(an_observation(judgement=Judgement((WARNING,))), TO_2025)
        assert isinstance(step, Start)
        assert "scom.host.memory" in step.text()

    def test_a_refusal_for_another_reason_lists_the_findings_too(self):
        step = refused(next_step(an_observation(None, an_unreachable_peer(), judgement=Judgement((BLOCKER,))), TO_2025))
        assert step.kind is Kind.PEER_UNREACHABLE and step.findings == (BLOCKER,)


def half_done(*peers, me=None):
    """A first setup has changed the database, no server is at the target."""
    server = me or a_management_server()
    names = (server.name, *(peer.name for peer in peers))
    return an_observation(server, *peers, group=a_group(*names, database="2025"), known_as=server.name)


class TestDaysBefore:
    """What the upgrade would refuse this server for, whoever's turn it is then."""

    @pytest.mark.parametrize(
        ("seen", "kind"),
        [
            (an_observation(a_management_server(roles=[Role.GATEWAY])), Kind.NOT_A_MANAGEMENT_SERVER),
            (an_observation(a_management_server(release="2019 UR5")), Kind.WRONG_PATH),
            (an_observation(group=Fact.unread("the group", "login failed")), Kind.GROUP_UNREAD),
            (an_observation(group=a_group("ms1", "ms2")), Kind.GROUP_MISMATCH),
            (an_observation(None, a_peer("gw1"), group=a_group("ms1", gateways=["gw1"])), Kind.GROUP_MISMATCH),
            (an_observation(None, an_unreachable_peer()), Kind.PEER_UNREACHABLE),
            (an_observation(a_management_server(tasks=["scom-management-server-2022"])), Kind.OTHER_TASK),
            (an_observation(a_management_server(setups=[a_setup()])), Kind.SETUP_RUNNING_HERE),
            (half_done(a_peer("ms2", stopped=True, begun=[TASK])), Kind.NAMED_FIRST),
            (half_done(a_peer("ms2")), Kind.NAMED_FIRST),
            (an_observation(None, a_peer("ms2", tasks=[TASK]), known_as="ms1"), Kind.OTHER_TASK),
            (an_observation(None, a_peer("ms2", tasks=None)), Kind.OTHER_TASK),
            (an_observation(None, a_peer("ms2", setups=None)), Kind.FIRST_UNFINISHED),
        ],
    )
    def test_it_is_told_as_the_upgrade_would_tell_it(self, seen, kind):
        step = lasting_refusal(seen, TO_2025)
        assert refused(step).kind is kind
        assert step == next_step(seen, TO_2025)

    @pytest.mark.parametrize(("name", "others"), [("ms1", ("ms2", "ms3")), ("ms2", ("ms1", "ms3")), ("ms3", ("ms1", "ms2"))])
    def test_a_database_that_somebody_has_changed_is_told_on_every_server_until_a_person_names_the_first(self, name, others):
        seen = half_done(*map(a_peer, others), me=a_management_server(name))
        by_name = Wanted(Release.R2025, fqdn("ms1"), first_was_named=False)
        assert refused(lasting_refusal(seen, by_name)) == refused(next_step(seen, by_name))
        assert "name it as scom_first_management_server" in refused(lasting_refusal(seen, by_name)).next
        assert lasting_refusal(seen, Wanted(Release.R2025, fqdn("ms1"))) is None

    def test_a_first_setup_that_was_begun_on_another_server_than_the_first_is_told_on_all_but_that_one(self):
        by_name = Wanted(Release.R2025, fqdn("ms1"), first_was_named=False)
        begun = a_peer("ms2", begun=[TASK])
        for name, other in (("ms1", "ms3"), ("ms3", "ms1")):
            told = lasting_refusal(half_done(begun, a_peer(other), me=a_management_server(name)), by_name)
            assert refused(told).kind is Kind.NAMED_FIRST and "limit the run to ms2" in told.next
        on_it = half_done(a_peer("ms1"), a_peer("ms3"), me=a_management_server("ms2", begun=[TASK]))
        assert lasting_refusal(on_it, by_name) is None

    def test_a_setup_that_was_never_judged_is_no_reason_for_the_servers_that_the_upgrade_comes_to_after_it(self):
        wanted = Wanted(Release.R2025, fqdn("ms3"))
        names = ("ms1", "ms2", "ms3")
        told = {}
        for name in names:
            peers = [a_peer(other, tasks=[TASK] if other == "ms1" else []) for other in names if other != name]
            told[name] = lasting_refusal(an_observation(a_management_server(name), *peers, known_as=fqdn(name)), wanted)
        assert told["ms1"] is None and told["ms2"] is None
        assert refused(told["ms3"]).kind is Kind.OTHER_TASK

    def test_a_setup_for_another_target_that_was_never_judged_is_told_whatever_the_order(self):
        seen = an_observation(a_management_server("ms2"), a_peer("ms1", tasks=["scom-management-server-2022"]), known_as=fqdn("ms2"))
        assert refused(lasting_refusal(seen, Wanted(Release.R2025, fqdn("ms1")))).kind is Kind.OTHER_TASK

    def test_processes_that_cannot_be_read_are_nothing_to_wait_for(self):
        step = refused(lasting_refusal(an_observation(None, a_peer("ms2", setups=None)), TO_2025))
        assert "mend what keeps its processes from being read" in step.next

    def test_a_named_first_that_is_not_of_the_group_is_told(self):
        assert refused(lasting_refusal(an_observation(), Wanted(Release.R2025, first="elsewhere"))).kind is Kind.GROUP_MISMATCH

    @pytest.mark.parametrize(
        "seen",
        [
            an_observation(None, a_peer("ms2")),
            an_observation(a_management_server("ms2"), a_peer("ms1")),
            an_observation(None, a_peer("ms2", setups=[a_setup()], tasks=[TASK])),
            an_observation(a_management_server("ms2"), a_peer("ms1", tasks=[TASK]), known_as="ms2"),
            an_observation(a_management_server("ms2"), a_peer("ms1", begun=[TASK]), group=a_group("ms1", "ms2", database="2025")),
            an_observation(a_management_server("ms2"), a_peer("ms1"), group=a_group("ms1", "ms2", database="2025")),
            an_observation(lock=Lock("ms1", held=True, owner="other", expires_utc="01:15")),
            second(first=a_peer("ms1", "2025", running=["OMSDK"])),
            an_observation(a_management_server(release="2025"), group=a_group(database="2025")),
            an_observation(task=ATask("running")),
        ],
        ids=[
            "services",
            "not its turn",
            "setup of another",
            "task of the first",
            "begun on the first",
            "begun by hand, the first named",
            "lock",
            "first unwell",
            "done",
            "begun",
        ],
    )
    def test_turns_waits_and_what_the_upgrade_itself_stops_are_no_reason(self, seen):
        assert lasting_refusal(seen, Wanted(Release.R2025, first="ms1")) is None


class TestCheckMode:
    def test_the_plan_says_in_order_what_would_be_done(self):
        step = next_step(an_observation(), TO_2025)
        assert step.text().splitlines()[:4] == [
            "ms1.contoso.lab: upgrade management server ms1.contoso.lab from 2022 UR3 to 2025 (the only one of group PROD)",
            "  1. take the lock scom-prod on ms1.contoso.lab as scom-management-server-2025@ms1.contoso.lab",
            "  2. start setup as task scom-management-server-2025;"
            " its script takes the operational database from 10.22.11642.0 to 10.25.10132.0",
            "  3. follow setup to its end, restart the server if setup asks for it",
        ]

    def test_the_first_is_planned_as_if_the_run_had_stopped_the_services_of_the_others(self):
        seen = an_observation(None, a_peer("ms2"))
        assert refused(next_step(seen, TO_2025)).kind is Kind.PEER_SERVICES
        assert isinstance(next_step(suppose(seen, Release.R2025, services_stopped=True), TO_2025), Start)

    def test_the_second_is_planned_as_if_the_run_had_finished_the_first(self):
        seen = an_observation(a_management_server("ms2"), a_peer("ms1"))
        wanted = Wanted(Release.R2025, first="ms1")
        assert refused(next_step(seen, wanted)).kind is Kind.FIRST_UNFINISHED
        step = next_step(suppose(seen, Release.R2025, upgraded=["ms1"]), wanted)
        assert isinstance(step, Start) and not step.is_first

    def test_servers_upgraded_before_may_be_named_as_the_inventory_names_them(self):
        seen = an_observation(a_management_server("ms2"), Peer("scom-a", a_peer("ms1").member), known_as="scom-b")
        step = next_step(suppose(seen, Release.R2025, upgraded=["scom-a"]), Wanted(Release.R2025, first="scom-a"))
        assert isinstance(step, Start)

    def test_a_running_setup_is_not_supposed_away(self):
        seen = an_observation(a_management_server("ms2"), a_peer("ms1", setups=[a_setup()]))
        assert isinstance(next_step(suppose(seen, Release.R2025, upgraded=["ms1"]), TO_2025), Refused)

    def test_an_unreachable_server_is_not_supposed_away(self):
        seen = an_observation(a_management_server("ms2"), an_unreachable_peer("ms1"))
        assert isinstance(next_step(suppose(seen, Release.R2025, upgraded=["ms1"], services_stopped=True), TO_2025), Refused)

    def test_nothing_is_supposed_of_a_group_that_could_not_be_read(self):
        seen = an_observation(a_management_server("ms2"), a_peer("ms1"), group=Fact.unread("the group", "login failed"))
        assert isinstance(next_step(suppose(seen, Release.R2025, upgraded=[fqdn("ms1")]), TO_2025), Refused)


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


class TestARestartThatIsOwed:
    """The server is at the target, does not work, and Windows waits for a restart (4 W)."""

    PENDING = Finding(
        "file renames", "none", "restart", rule="scom.host.pending_reboot", severity=Severity.BLOCKER, reference="4 W", why="x"
    )

    def at_target(self, *peers, **me):
        server = a_management_server("ms2", "2025", running=["HealthService"], ports=[], **me)
        return an_observation(server, *peers, group=a_group("ms1", "ms2", database="2025"), judgement=Judgement((self.PENDING,)))

    @pytest.mark.parametrize(
        ("peer", "begun"), [(a_peer("ms1"), []), (a_peer("ms1", "2025"), [TASK])], ids=["group half done", "begun here"]
    )
    def test_it_is_made_while_it_is_ours(self, peer, begun):
        step = next_step(self.at_target(peer, begun=begun), TO_2025)
        assert isinstance(step, Attach) and step.restarts and step.changes
        assert "restarting it" in step.text()

    def test_it_is_left_to_the_operator_in_a_group_that_is_done(self):
        step = next_step(self.at_target(a_peer("ms1", "2025")), TO_2025)
        assert isinstance(step, Attach) and not step.restarts and not step.changes

    def test_it_is_not_made_for_an_operator_who_forbids_it(self):
        step = next_step(self.at_target(a_peer("ms1")), Wanted(Release.R2025, may_restart=False))
        assert isinstance(step, Attach) and not step.restarts
