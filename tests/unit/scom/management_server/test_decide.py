"""What may be done next on a management server."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, next_step, wanted_release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.supposed_by_check_mode import suppose
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Finding, Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import Judgement
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Refused

from tests.unit.scom.builders import a_group, a_management_server, a_peer, a_setup, an_observation, an_unreachable_peer, fqdn
from tests.unit.scom.management_server.decisions import BLOCKER, TASK, TO_2025, WARNING, refused


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
