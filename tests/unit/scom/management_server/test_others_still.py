"""The other servers' services are held still while the first server is upgraded, and for no other one."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.observation import Observation, Wanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.others_still import has_to_hold
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.scom.builders import a_group, a_management_server, a_peer, an_observation

WANTED = Wanted(Release.R2025)
UNREAD = Fact.unread("the management group", "access is denied")


@pytest.mark.parametrize(
    ("seen", "is_held"),
    [
        (an_observation(), False),
        (an_observation(None, a_peer("ms2")), True),
        (an_observation(None, a_peer("ms2", "2025"), group=a_group(database="2025")), False),
        (an_observation(a_management_server("ms1", "2025"), a_peer("ms2"), group=a_group(database="2025")), False),
        (an_observation(None, a_peer("ms2"), group=a_group(database="2025")), True),
    ],
    ids=["nobody else", "the first", "not the first", "the first is done", "its script has run, and it is not done"],
)
@pytest.mark.parametrize("may_run", [True, False])
def test_the_others_are_held_still_until_the_first_server_is_done(seen: Observation, is_held: bool, may_run: bool) -> None:
    assert has_to_hold(seen, WANTED, may_run=may_run) is is_held


@pytest.mark.parametrize(
    ("peer", "may_run", "is_held"),
    [("2022 UR3", True, True), ("2022 UR3", False, False), ("2025", True, False)],
    ids=["the first one runs", "nothing is started", "another one is done"],
)
def test_while_the_group_cannot_be_read_only_a_first_setup_that_runs_holds_them(peer: str, may_run: bool, is_held: bool) -> None:
    assert has_to_hold(an_observation(None, a_peer("ms2", peer), group=UNREAD), WANTED, may_run=may_run) is is_held
