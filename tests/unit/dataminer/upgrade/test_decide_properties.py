"""What must hold of every decision, whatever the system looks like."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Attach, Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.situation import Situation
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import (
    write_upgrade_info,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Lock, Refused
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dataminer.system.answers import ABSENT, RUNNING, answer, entries, services, unanswered
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, SOURCE, TARGET, ATask, a_system, upgraded
from tests.unit.dataminer.utility.written import read_upgrade_info

NAMES = ("dma1a", "dma1b", "dma2")
SPOILS = {
    "unreachable": lambda node: setattr(node, "reachable", False),
    "not_installed": lambda node: node.say(root=ABSENT),
    "stopped": lambda node: node.say(services=services(RUNNING[1:])),
    "services_unread": lambda node: node.say(services=unanswered()),
    "no_failover_log": lambda node: node.say(failover_log=ABSENT),
    "no_addresses": lambda node: node.say(addresses=unanswered()),
    "going_online": lambda node: node.say_role("Going Online"),
    "other_role": lambda node: node.say_role("Offline" if node.role == "Online" else "Online"),
    "used": lambda node: node.keep(),
    "running": lambda node: node.keep(id=RUN_ID, log="progress|Uploading package...\r\n", names=[FILE], at="2031-01-15T21:59:00Z"),
    "process": lambda node: node.data("dm.processes")["processes"].append({"name": "SLUpgrade64", "process_id": 9}),
    "packages_unread": lambda node: node.say(packages=unanswered()),
    "old": lambda node: node.run("10.3.0.0-12790-20230301-release"),
    "hotfix": lambda node: node.run(SOURCE, "Hotfix"),
    "history_unread": lambda node: node.say(history=unanswered()),
    "identity_unread": lambda node: node.say(identity=unanswered()),
    "identity_wrong": lambda node: node.say(identity=ABSENT),
    "cut_dms": lambda node: node.say(dms=answer(path="x", length=3, offset=0, bytes="PERN")),
    "other_task": lambda node: node.say(tasks=entries("dataminer-full-10.4.12.0-1", folder=True)),
    "blocked": lambda node: node.say(session=answer(is_admin=False)),
}


@st.composite
def systems(draw):
    system = a_system()
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)):
        upgraded(system, name, version=TARGET)
    for name, spoil in draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(SPOILS))), max_size=2)):
        # A spoil that builds on an answer which another one took away changes nothing.
        if system[name].answers["dm.packages"]["state"] == "present" and system[name].answers["dm.processes"]["state"] == "present":
            SPOILS[spoil](system[name])
    if draw(st.integers(0, 9)) == 9:
        gone = draw(st.sampled_from(NAMES))
        system.nodes = [node for node in system.nodes if node.name != gone]
    for node in system.nodes if draw(st.integers(0, 4)) == 4 else ():
        node.task = draw(
            st.one_of(st.none(), st.none(), st.none(), st.builds(ATask, state=st.sampled_from(["absent", "running", "exited", "lost"])))
        )
    if draw(st.integers(0, 9)) == 9:
        system.agents = draw(st.sampled_from([None, [], system.agents[:1]]))
    if draw(st.integers(0, 9)) == 9:
        system.lock = Lock("dma1a", held=True, owner="other", mine=draw(st.booleans()), expired=draw(st.booleans()))
    return system


wishes = st.fixed_dictionaries(
    {
        "policy": st.sampled_from([*[Policy.SIMULTANEOUSLY] * 5, *Policy]),
        "agents": st.sampled_from([None, None, None, ("dma2",), ("10.20.0.10",), ("10.99.0.9",), ()]),
        "two_versions_acknowledged": st.booleans(),
        "legacy_policy_acknowledged": st.booleans(),
        "restart_lost": st.booleans(),
        "fresh_upload": st.booleans(),
        "orchestrator": st.sampled_from(["", "", "dma1a", "dma1b", "dma9"]),
        "known_source": st.sampled_from([None, parse("10.4.0.0-14772 CU4")]),
    }
)


def decided(system, wish):
    system.configure(**wish)
    seen = system.observe()
    return seen, next_step(seen, system.wanted)


@settings(max_examples=150)
@given(systems(), wishes)
def test_a_start_is_never_a_guess(system, wish):
    seen, step = decided(system, wish)
    if not isinstance(step, Start):
        return
    assert set(seen.nodes) == set(NAMES), "a partial list of hosts"
    assert all(view.installation is not None for view in seen.nodes.values()), "an unreachable node"
    assert seen.agents.is_known
    assert seen.agents.value
    assert all(view.runs().is_known and not view.runs().value for view in seen.nodes.values()), "a running upgrade"
    assert all(role.value.role in (Role.ONLINE, Role.OFFLINE) for pair in seen.pairs for role in pair.nodes.values()), "an unknown role"
    assert all(pair.online for pair in seen.pairs)
    assert not seen.judgement.is_blocked
    assert seen.lock is None or not seen.lock.is_others
    assert not any(view.has_task and (view.task.state != "lost" or not wish["restart_lost"]) for view in seen.nodes.values())


@settings(max_examples=120)
@given(systems(), wishes)
def test_a_start_uses_no_used_package_and_leaves_no_two_versions_unacknowledged(system, wish):
    seen, step = decided(system, wish)
    if not isinstance(step, Start):
        return
    for name in step.nodes:
        used = [one for one in seen.nodes[name].packages.value if one.file == FILE and one.status is PackageStatus.COMPLETED]
        assert not used or wish["fresh_upload"]
    now = Situation(seen, system.wanted)
    left = [name for name in NAMES if name not in step.nodes and not now.version_of(name).value.same_numbers(parse(TARGET))]
    assert not left or wish["two_versions_acknowledged"]
    assert step.upgrade_info.failover_policy is Policy.SIMULTANEOUSLY, "10.4 to 10.5 is a major upgrade"
    assert step.orchestrator in ("dma1a", "dma2"), "an offline node starts nothing"


@settings(max_examples=50)
@given(systems(), wishes)
def test_what_is_started_always_has_its_whole_file(system, wish):
    _unused, step = decided(system, wish)
    if isinstance(step, Start):
        written = read_upgrade_info(write_upgrade_info(step.upgrade_info))
        assert written == step.upgrade_info
        assert written.agents
        assert not written.is_cluster or set(step.nodes) == set(NAMES)


@settings(max_examples=60)
@given(systems(), wishes)
def test_every_decision_can_be_said_in_words(system, wish):
    seen, step = decided(system, wish)
    assert isinstance(step, Done | Attach | Start | Refused)
    assert step.text().startswith(f"{seen.name}: ")
    if isinstance(step, Refused):
        assert all([step.headline, step.seen, step.wanted, step.next, step.why]), step
        assert step.as_result()["rule"].startswith("dataminer.")


@settings(max_examples=50)
@given(systems(), wishes)
def test_a_task_that_runs_or_has_ended_is_always_attached_to(system, wish):
    seen, step = decided(system, wish)
    # A lost one beside it is of the same upgrade.
    if any(view.has_task and view.task.state == "running" for view in seen.nodes.values()):
        assert isinstance(step, Attach)


@settings(max_examples=50)
@given(systems(), wishes)
def test_done_is_said_of_whole_systems_only(system, wish):
    seen, step = decided(system, wish)
    if isinstance(step, Done):
        assert set(seen.nodes) == set(NAMES)
        assert all(view.installation for view in seen.nodes.values())


@settings(max_examples=50)
@given(systems(), wishes)
def test_refusals_of_the_cluster_cannot_be_waived(system, wish):
    seen, step = decided(system, wish)
    if isinstance(step, Refused) and step.kind is not Kind.BLOCKED:
        waivable = {rule.name for rule in prerequisites.ALL_RULES if rule.waivable}
        waived = replace(seen, judgement=prerequisites.judge(system.seen(seen), waived=waivable))
        again = next_step(waived, system.wanted)
        assert isinstance(again, Refused)
        assert again.kind is step.kind
