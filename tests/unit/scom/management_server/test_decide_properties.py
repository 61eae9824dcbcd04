"""What must hold of every decision, whatever the group looks like."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import SERVER_SERVICES, Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import order
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted, next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Attach, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release, is_at
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Refused
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.scom.builders import ATask, a_group, a_management_server, a_peer, a_setup, an_observation, an_unreachable_peer

NAMES = ("ms1", "ms2", "ms3")
RELEASES = st.sampled_from(["2019 UR6", "2022", "2022 UR3", "2025", "2025 UR1"])

servers = st.fixed_dictionaries(
    {
        "release": RELEASES,
        "running": st.sampled_from([(), ("OMSDK",), SERVER_SERVICES]),
        "ports": st.sampled_from([(), (5723,), (5723, 5724)]),
        "setups": st.sampled_from([(), (a_setup(),), None]),
    }
)
tasks = st.one_of(st.none(), st.builds(ATask, state=st.sampled_from(["absent", "running", "exited", "lost"])))
groups = st.builds(
    lambda names, database, monitored: a_group(*names, database=database, monitored=monitored),
    st.sampled_from([NAMES, NAMES[:2], (*NAMES, "ms4")]),
    st.one_of(st.none(), RELEASES),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*Monitored, None])),
)
wishes = st.builds(Wanted, st.sampled_from([Release.R2022, Release.R2025]), st.sampled_from([None, *NAMES]), st.booleans())


@st.composite
def observations(draw):
    peers = [
        draw(st.one_of(st.just(an_unreachable_peer(name)), servers.map(lambda one, name=name: a_peer(name, **one)))) for name in NAMES[1:]
    ]
    group = draw(st.one_of(groups, st.just(Fact.unread("the group", "login failed"))))
    return an_observation(a_management_server("ms1", **draw(servers)), *peers, group=group, task=draw(tasks))


@settings(max_examples=300)
@given(observations(), wishes)
def test_a_start_is_never_a_guess(seen, wanted):
    step = next_step(seen, wanted)
    if not isinstance(step, Start):
        return
    assert seen.group.is_known
    assert all(peer.member is not None for peer in seen.peers), "an unreachable peer may be running setup"
    assert all(peer.member.setups.is_known and not peer.member.setups.value for peer in seen.peers)
    assert seen.task is None or seen.task.state == "absent" or (seen.task.state == "lost" and wanted.restart_lost)
    assert not seen.me.setups.value
    assert seen.me.release is not wanted.target


@settings(max_examples=300)
@given(observations(), wishes)
def test_nobody_follows_an_unfinished_first(seen, wanted):
    step = next_step(seen, wanted)
    if not isinstance(step, Start):
        return
    group = seen.group.value
    if step.is_first:
        assert not order.finished(seen.peers, wanted.target)
        assert wanted.first in (None, "ms1")
        assert not any(peer.member.running_services for peer in seen.peers)
    else:
        assert is_at(group.database_version, wanted.target)
        assert any(one.health.is_healthy for one in order.finished(seen.peers, wanted.target))


@settings(max_examples=100)
@given(observations(), wishes)
def test_every_decision_can_be_said_in_words(seen, wanted):
    step = next_step(seen, wanted)
    assert isinstance(step, Done | Attach | Start | Refused)
    assert step.text().startswith("ms1.contoso.lab: ")
    if isinstance(step, Refused):
        assert all([step.headline, step.seen, step.wanted, step.next, step.why]), step


@settings(max_examples=100)
@given(observations(), wishes)
def test_a_task_that_runs_is_always_attached_to(seen, wanted):
    if seen.task is not None and seen.task.state in ("running", "exited"):
        assert isinstance(next_step(seen, wanted), Attach)
