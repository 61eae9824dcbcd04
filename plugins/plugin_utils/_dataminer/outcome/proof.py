# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade really happened and the system works: all that can be compared with the goal, none of it believed alone (5.7, 9).

The utility's exit code means nothing (1.1): nodes and the web API prove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..._upgrade.facts import Fact
from ..._upgrade.proof import Proof
from ..._upgrade.signs import Sign
from ..package.names import PackageKind
from ..system.cluster import all_same
from ..system.observation import Observation, Wanted
from ..system.situation import Situation
from ..system.web_api import AgentCounts
from ..versions.versions import Version
from .baseline import Baseline
from .node_proof import of_node
from .phases import Phase, Run
from .readiness import Rung, SystemAfter, climb_system


@dataclass(frozen=True)
class ApiAfter:
    """What the web API says afterwards. ``version``: of the agent that answered. ``checks_failed``: the vendor's own health checks."""

    logged_in: Fact[bool]
    version: Fact[Version]
    counts: Fact[Mapping[int, AgentCounts]]
    alarms: Fact[int]
    checks_failed: Fact[tuple[str, ...]] = field(default_factory=lambda: Fact.unread("the vendor's health checks", "they were not run"))


def of(
    after: Observation, api: ApiAfter, wanted: Wanted, names: Iterable[str], before: Baseline | None = None, run: Run | None = None
) -> Proof:
    """The proof of an upgrade of the nodes ``names``.

    ``before``: None when nobody has it, as when the upgrade was done by hand: then the last line of each version history has to name the
    target, and counts cannot be compared. ``run``: how the nodes fared, None when none was followed.
    """
    names, now = tuple(names), Situation(after, wanted)
    items = (
        *(_of_run(run) if run is not None else ()),
        *(item for name in names for item in of_node(now, name, before)),
        *_of_versions(now),
        *_of_pairs(after, before),
        *_of_system(after, api, wanted, before, takes_part=bool(names)),
    )
    return Proof(items, run.first_cause if run is not None else "", before.acknowledged if before else (), details=("host", "decides"))


def _of_run(run: Run) -> list[Sign]:
    """A node that was followed to the end is done, has failed, or never began, which looking again does not change."""
    return [
        Sign(
            "upgrade on the node",
            "done, with no failure in its log",
            str(one).partition(": ")[2],
            one.phase is Phase.DONE,
            "9 D",
            one.name,
            is_final=one.phase is not Phase.DONE,
        )
        for one in run.nodes.values()
    ]


def _of_versions(now: Situation) -> list[Sign]:
    """All nodes of a cluster run the same version (6), those too that took no part."""
    if now.wanted.goal.is_helper:
        return []
    versions = {name: now.version_of(name) for name in now.seen.nodes}
    shown = ", ".join(f"{name} {one.value if one.is_known else 'unknown'}" for name, one in versions.items())
    known = all(one.is_known for one in versions.values())
    same = known and all_same(one.value for one in versions.values())
    decides = not now.wanted.two_versions_acknowledged
    what, expected = "same version everywhere", "one version on every node"
    return [Sign(what, expected, shown, same, "6 D", decides=decides, is_final=known and not same)]


def _of_pairs(after: Observation, before: Baseline | None) -> list[Sign]:
    """One node of every pair is online, and it is the one that the policy promises (5.7)."""
    items = []
    for pair in after.pairs:
        promised = before.promised.get(pair.id) if before else None
        expected = f"{promised} online, the other offline" if promised else "one online, one offline"
        shown = "; ".join(f"{name} {role.value if role.is_known else role.unread_reason}" for name, role in pair.nodes.items())
        agrees = pair.online is not None and (promised is None or pair.online == promised)
        items.append(Sign(f"Failover pair {pair.id}", expected, shown, agrees, "5.3, 5.7 D"))
    return items


def _of_system(after: Observation, api: ApiAfter, wanted: Wanted, before: Baseline | None, *, takes_part: bool) -> list[Sign]:
    """What the web API says. Where only agents from outside were upgraded, the version of this system stays as it is."""
    expected = before.agents if before and before.agents else frozenset(_ids(after))
    seen = SystemAfter(
        logged_in=api.logged_in,
        agents=after.agents,
        expected=expected,
        version=api.version,
        counts_before=before.counts if before else Fact.unread("the counts before", "they were not recorded"),
        counts=api.counts,
        alarms_before=before.alarms if before else Fact.unread("the alarms before", "they were not recorded"),
        alarms=api.alarms,
        checks_failed=api.checks_failed,
    )
    installs = wanted.goal.kind in (PackageKind.FULL, PackageKind.DELTA)
    items = []
    for sign in climb_system(seen, wanted.goal.target).signs:
        if sign.name == Rung.VERSION and not (installs and takes_part):
            continue
        # What nobody counted before cannot be compared, and says nothing against the upgrade.
        uncounted = sign.name == Rung.COUNTS and not seen.counts_before.is_known
        items.append(replace(sign, decides=sign.decides and not uncounted))
    return items


def _ids(after: Observation) -> set[int]:
    return {node.identity.value.id for node in after.reached.values() if node.identity.is_known}
