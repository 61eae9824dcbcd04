"""Whether the whole group is here, and free."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.fields import Misshapen
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Lock

from tests.unit.scom.builders import ATask, a_group, a_management_server, a_peer, an_observation, an_unreachable_peer
from tests.unit.scom.management_server.decisions import TO_2025, refused


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
