# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade really happened and the system works: all that can be held against the goal, none of it believed alone (5.7, 9).

The utility's exit code means nothing (1.1): nodes and the web API prove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._facts import Fact, NotRead
from .baseline import Baseline
from .cluster import all_same
from .history import Start, started
from .installation import Installation
from .observation import Observation, Wanted
from .package_names import PackageKind
from .readiness import AgentCounts, Ladder, NodeAfter, Rung, RungSign, SystemAfter, climb_node, climb_system
from .run import Phase, Run
from .scope import is_on_target
from .versions import Version

# What must listen on a node that works (7 D). SLNet's own port depends on the version and on settings, and SLNet is looked at by name.
WEB_PORT = 443


@dataclass(frozen=True)
class Evidence:
    """One thing that was held against what it has to be, with its source mark. One that does not ``decide`` is shown and nothing more."""

    name: str
    expected: str
    seen: str
    agrees: bool
    source: str
    host: str = ""
    decides: bool = True

    def __str__(self) -> str:
        where = f"{self.host}: " if self.host else ""
        return f"{where}{self.name}: {self.seen} (expected {self.expected})"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return dict(vars(self))


@dataclass(frozen=True)
class Proof:
    """All evidence of one upgrade. ``first_cause``: from the log of the node that failed first, else what disagrees first."""

    items: tuple[Evidence, ...]
    first_cause: str = ""
    acknowledged: tuple[str, ...] = field(default=())

    @property
    def proven(self) -> bool:
        """Everything that decides agrees; nothing at all proves nothing."""
        return any(item.decides for item in self.items) and not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Evidence, ...]:
        return tuple(item for item in self.items if item.decides and not item.agrees)

    def text(self) -> str:
        """Every piece of evidence on a line of its own, what disagrees marked."""
        return "\n".join(f"  {_mark(item):<8} {item}" for item in self.items)

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [item.as_result() for item in self.items]


def _mark(item: Evidence) -> str:
    if item.agrees:
        return "agrees"
    return "NOT" if item.decides else "look"


@dataclass(frozen=True)
class ApiAfter:
    """What the web API says afterwards. ``version``: of the agent that answered. ``checks_failed``: the vendor's own health checks."""

    logged_in: Fact[bool]
    version: Fact[Version]
    counts: Fact[Mapping[int, AgentCounts]]
    alarms: Fact[int]
    checks_failed: Fact[tuple[str, ...]] = field(default_factory=lambda: Fact.unread("the vendor's health checks", "they were not run"))


def is_settled(after: Observation, api: ApiAfter, wanted: Wanted, names: Iterable[str]) -> bool:
    """Whether looking again later would show nothing better: every node has the goal, runs, and the pairs and the web API are back.

    A node that has not got the goal will not get it by waiting, and ends the waiting as well.
    """
    names = tuple(names)
    if any(after.nodes[name].installation is None for name in names):
        return False
    cluster = after.cluster(wanted)
    has_goal = [_told(lambda name=name: is_on_target(cluster.nodes[name], wanted.goal.target)) for name in names]
    if wanted.goal.leaves_a_trace and not all(has_goal):
        return True
    running = all(node.running.is_known and node.running.value for node in after.reached.values())
    agents = after.agents.is_known and all(agent.status.casefold() == "running" for agent in after.agents.value)
    return running and agents and api.logged_in.is_known and api.logged_in.value and all(pair.online for pair in after.pairs)


def of(
    after: Observation, api: ApiAfter, wanted: Wanted, names: Iterable[str], before: Baseline | None = None, run: Run | None = None
) -> Proof:
    """The proof of an upgrade of the nodes ``names``.

    ``before``: None when nobody has it, as when the upgrade was done by hand: then the last line of each version history has to name the
    target, and counts cannot be compared. ``run``: how the nodes fared, None when none was followed.
    """
    names = tuple(names)
    items = (
        *(_of_run(run) if run is not None else ()),
        *(item for name in names for item in _of_node(after, wanted, name, before)),
        *_of_versions(after, wanted),
        *_of_pairs(after, before),
        *_of_system(after, api, wanted, before),
    )
    wrong = next((str(item) for item in items if item.decides and not item.agrees), "")
    cause = run.first_cause if run is not None and run.first_cause and wrong else wrong
    return Proof(items, cause, before.acknowledged if before else ())


def _of_run(run: Run) -> list[Evidence]:
    return [
        Evidence(
            "upgrade on the node", "no failure in its log", str(one).partition(": ")[2], one.phase is not Phase.FAILED, "9 D", one.name
        )
        for one in run.nodes.values()
    ]


def _of_node(after: Observation, wanted: Wanted, name: str, before: Baseline | None) -> list[Evidence]:
    node = after.reached.get(name)
    if node is None:
        why = after.nodes[name].unreachable or "no answer"
        return [Evidence("node", "an answer", why, False, "9 I", name)]
    if wanted.goal.kind not in (PackageKind.FULL, PackageKind.DELTA):
        return [*_of_goal(after, wanted, name), *_of_services(node, name, before)]
    was = before.nodes.get(name) if before else None
    seen = NodeAfter(
        ports=node.ports.then(lambda ports: {WEB_PORT: WEB_PORT in ports}),
        services=node.services.then(lambda found: {one.name: one.status for one in found.values()}),
        services_before=_wanted_services(node, was.services if was else frozenset(), wanted),
        modules=node.modules,
        history_before=Fact.known(was.history) if was else Fact.unread("the history before", "nobody has it"),
        history=node.history,
    )
    ladder = climb_node(seen, wanted.goal.target)
    signs = [one for one in ladder.signs if one.rung is not Rung.HISTORY]
    return [*(_sign(one, name) for one in signs), _of_history(node, wanted, name, before)]


def _wanted_services(node: Installation, before: frozenset[str], wanted: Wanted) -> frozenset[str]:
    """What ran before has to run again; Windows' SNMP service, when the upgrade was to stop it, and NATS of old, when it was replaced.

    With automatic_start: false somebody starts DataMiner by hand, and only the rest is looked at.
    """
    left_out = {"SNMP"} if wanted.options.stop_snmp else set()
    if node.maintenance.is_known and node.maintenance.value.broker_gateway:
        left_out |= {"NAS", "NATS"}
    if not wanted.options.automatic_start:
        left_out |= {"SLNet", "SLDataMiner", "SLSNMPAgent"}
    return before - left_out


def _of_history(node: Installation, wanted: Wanted, name: str, before: Baseline | None) -> Evidence:
    """The strongest sign of a node: its first start on the new code left a line (0.9)."""
    target = wanted.goal.target
    expected = f"a last line with {target}"
    if not node.history.is_known:
        return Evidence("version history", expected, node.history.unread_reason, False, "0.9 D", name)
    history, last = node.history.value, node.history.value.last
    shown = str(last) if last else "no line"
    was = before.nodes.get(name) if before else None
    names_it = last is not None and last.version is not None and last.version.same_numbers(target)
    if was is None or (was.history.version is not None and was.history.version.same_numbers(target)):
        return Evidence("version history", expected, shown, names_it, "0.9 D", name)
    proof = started(was.history, history, target)
    return Evidence("version history", f"a new last line with {target}", f"{proof.value}: {shown}", proof is Start.ON_TARGET, "0.9 D", name)


def _of_goal(after: Observation, wanted: Wanted, name: str) -> list[Evidence]:
    """Web applications and helpers leave no line in the version history."""
    if not wanted.goal.leaves_a_trace:
        return []
    version = after.version_of(name, wanted)
    what = "what it changes" if wanted.goal.is_helper else "version of the web applications"
    if not version.is_known:
        return [Evidence(what, wanted.goal.title, version.unread_reason, False, "1, 9 D", name)]
    agrees = version.value.same_numbers(wanted.goal.target)
    shown = ("there" if agrees else "not there") if wanted.goal.is_helper else str(version.value)
    return [Evidence(what, wanted.goal.title, shown, agrees, "1, 9 D", name)]


def _of_services(node: Installation, name: str, before: Baseline | None) -> list[Evidence]:
    was = before.nodes.get(name) if before else None
    if was is None or not node.services.is_known:
        return []
    migrated = node.maintenance.is_known and node.maintenance.value.broker_gateway
    wanted = was.services - ({"NAS", "NATS"} if migrated else set())
    down = [one for one in sorted(wanted) if one not in node.services.value or not node.services.value[one].is_running]
    return [
        Evidence(
            "services", "all running that ran before", f"not running: {', '.join(down)}" if down else "all running", not down, "9 D", name
        )
    ]


def _of_versions(after: Observation, wanted: Wanted) -> list[Evidence]:
    """All nodes of a cluster run the same version (6), those too that took no part."""
    versions = {name: after.version_of(name, wanted) for name in after.nodes}
    shown = ", ".join(f"{name} {one.value if one.is_known else 'unknown'}" for name, one in versions.items())
    same = all(one.is_known for one in versions.values()) and all_same(one.value for one in versions.values())
    if wanted.goal.is_helper:
        return []
    decides = not wanted.two_versions_acknowledged
    return [
        Evidence(
            "same version everywhere", "one version on every node", shown if not same else wanted.goal.title, same, "6 D", decides=decides
        )
    ]


def _of_pairs(after: Observation, before: Baseline | None) -> list[Evidence]:
    """One node of every pair is online, and it is the one that the policy promises (5.7)."""
    items = []
    for pair in after.pairs:
        promised = before.promised.get(pair.id) if before else None
        expected = f"{promised} online, the other offline" if promised else "one online, one offline"
        shown = "; ".join(f"{name} {role.value if role.is_known else role.unread_reason}" for name, role in pair.nodes.items())
        agrees = pair.online is not None and (promised is None or pair.online == promised)
        items.append(Evidence(f"Failover pair {pair.id}", expected, shown, agrees, "5.3, 5.7 D"))
    return items


def _of_system(after: Observation, api: ApiAfter, wanted: Wanted, before: Baseline | None) -> list[Evidence]:
    expected = before.agents if before and before.agents else frozenset(_ids(after))
    seen = SystemAfter(
        logged_in=api.logged_in,
        agents=after.agents,
        expected=expected,
        version=api.version,
        counts_before=before.counts if before else Fact.unread("the counts before", "nobody has them"),
        counts=api.counts,
        alarms_before=before.alarms if before else Fact.unread("the alarms before", "nobody has them"),
        alarms=api.alarms,
        checks_failed=api.checks_failed,
    )
    ladder: Ladder = climb_system(seen, wanted.goal.target)
    installs = wanted.goal.kind in (PackageKind.FULL, PackageKind.DELTA)
    items = []
    for sign in ladder.signs:
        if sign.rung is Rung.VERSION and not installs:
            continue
        # What nobody counted before cannot be compared, and says nothing against the upgrade.
        uncounted = sign.rung is Rung.COUNTS and not seen.counts_before.is_known
        items.append(_sign(sign, "", decides=sign.rung.decides and not uncounted))
    return items


def _ids(after: Observation) -> set[int]:
    return {node.identity.value.id for node in after.reached.values() if node.identity.is_known}


def _sign(sign: RungSign, host: str, decides: bool | None = None) -> Evidence:
    deciding = sign.rung.decides if decides is None else decides
    return Evidence(sign.rung.words, sign.wanted, sign.seen, sign.good is True, "9 D", host, deciding)


def _told(read: Any) -> bool:
    try:
        return bool(read())
    except NotRead:
        return False
