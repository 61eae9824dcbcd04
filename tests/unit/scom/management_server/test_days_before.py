"""What the upgrade would refuse a server for, told days before it."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, lasting_refusal, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Lock

from tests.unit.scom.builders import ATask, a_group, a_management_server, a_peer, a_setup, an_observation, an_unreachable_peer, fqdn
from tests.unit.scom.management_server.decisions import TASK, TO_2025, refused, second


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
        assert "fix what keeps its processes from being read" in step.next

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
