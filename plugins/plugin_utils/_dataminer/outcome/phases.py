# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How far an upgrade is on every node, whoever watches it: told by the node's own files, not by the program that started it (6, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..._upgrade.facts import Fact, NotRead
from ..files.silence import DEFAULT_SILENCE, Silence
from ..node.installation import Installation
from ..system.observation import NodeView, Observation, Wanted
from ..system.scope import is_on_target
from ..system.situation import Situation
from ..system.stored_packages import PackageStatus, StoredPackage, same_file
from .baseline import Baseline
from .entry_failure import cause_of, has_failed, stands_in_upload

_NOT_BEGUN = "not begun, because of another node"
_HAS_IT = "it has got the package, and nothing was installed, since another node has not"
_NOT_ARRIVED = "the package did not arrive on it"
_IN_UPLOAD = "its log ends in the upload, and nothing was written on any node since"
_MAYBE_A_PART = "it has got the package, or a part of it, and nothing says that it was installed"


class Phase(str, Enum):
    """Where one node is.

    ``UNSEEN``: it cannot be asked at the moment, which says nothing about its upgrade. ``UNKNOWN``: it was asked, and has no word of it.
    """

    WAITING = "waiting for the package"
    RUNNING = "being upgraded"
    STARTING = "starting on the new code"
    DONE = "done"
    FAILED = "failed"
    UNSEEN = "cannot be asked"
    UNKNOWN = "has the package's folder and nothing in it"


@dataclass(frozen=True)
class NodeRun:
    """One node. ``entry``: the package's entry of this run, None before there is one. ``cause``: of a failure, by its log's first error.

    ``by_another``: what is said of it was read in the log of another node.
    """

    name: str
    phase: Phase
    entry: StoredPackage | None = None
    cause: str = ""
    by_another: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen on it."""
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def is_given_up(self) -> bool:
        """True if the node was given up after a timeout; its upgrade may still be running."""
        return self.phase is Phase.FAILED and not self.by_another and not (self.entry is not None and self.entry.is_over)

    @property
    def words(self) -> str:
        """Where it is and why; of one that is not waited for any more the reason alone."""
        return ": ".join(filter(None, ["" if self.cause and self.phase is Phase.WAITING else self.phase.value, self.cause]))

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {"host": self.name, "phase": self.phase.value, "cause": self.cause, "log": self.entry.log if self.entry else None}


@dataclass(frozen=True)
class Run:
    """The upgrade on all nodes that take part. ``never_uploaded``: its upload has failed, or stands still, so that no agent begins."""

    nodes: Mapping[str, NodeRun]
    utility_runs: bool
    never_uploaded: bool = False

    @property
    def failed(self) -> tuple[NodeRun, ...]:
        return tuple(one for one in self.nodes.values() if one.phase is Phase.FAILED)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen on any node.

        With a node that failed, one that never began will not begin any more once the utility has ended: a refused package is
        installed nowhere (0.5). After an upload that failed its end is not waited for: it may show a window. A node that cannot be asked is
        waited for.
        """
        if any(one.phase in (Phase.UNSEEN, Phase.UNKNOWN, Phase.RUNNING, Phase.STARTING) for one in self.nodes.values()):
            return False
        waiting = any(one.phase is Phase.WAITING for one in self.nodes.values())
        return not waiting or (bool(self.failed) and (self.never_uploaded or not self.utility_runs))

    @property
    def never_began(self) -> bool:
        """Whether the utility has ended and no node shows any trace: it refused, and why is in no log (1.1)."""
        return not self.utility_runs and bool(self.nodes) and all(one.phase is Phase.WAITING for one in self.nodes.values())

    @property
    def arrived(self) -> tuple[str, ...]:
        """The nodes that have, or had, the package of this run."""
        return tuple(one.name for one in self.nodes.values() if one.entry is not None)

    @property
    def not_arrived(self) -> tuple[str, ...]:
        """The nodes that were asked and show nothing of the package, while others have it."""
        lacking = (one.name for one in self.nodes.values() if one.entry is None and one.phase in (Phase.WAITING, Phase.FAILED))
        return tuple(lacking) if self.arrived else ()

    @property
    def first_cause(self) -> str:
        """What went wrong first, in words; '' when nothing did."""
        return "; ".join(f"{one.name}: {one.cause or 'failed without a word in its log'}" for one in self.failed)

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [one.as_result() for one in self.nodes.values()]


def look(
    seen: Observation,
    wanted: Wanted,
    names: Iterable[str],
    before: Baseline | None,
    *,
    utility_runs: bool,
    silence: Silence = DEFAULT_SILENCE,
) -> Run:
    """How far every node is that takes part. ``before``: None when it was lost; the newest entry of the package counts then."""
    now = Situation(seen, wanted)
    found = {name: _node(now, name, before, utility_runs, silence) for name in names}
    failed = any(_is_not_uploaded(view, wanted, before, utility_runs, silence) for view in seen.nodes.values())
    stands = not failed and _upload_stands_still(found.values(), seen, wanted, before, silence)
    if failed:
        found = _upload_failed(found)
    elif stands:
        found = {name: _given_up(one) for name, one in found.items()}
    elif not utility_runs:
        found = _never_arrived(found, seen, silence)
    found = {name: _left_alone(one, seen, tuple(found.values()), utility_runs, silence) for name, one in found.items()}
    return Run(found, utility_runs, never_uploaded=failed or stands)


def _is_not_uploaded(view: NodeView, wanted: Wanted, before: Baseline | None, utility_runs: bool, silence: Silence) -> bool:
    """Whether the log of this node, which may take no part itself, tells of an upload that failed, and nothing comes after it."""
    entry = entry_of(view, wanted, before)
    if entry is None or view.installation is None or not entry.is_not_uploaded:
        return False
    return not utility_runs or entry.silent_seconds(view.installation.host.utc_now) > silence.quiet


def _upload_failed(found: Mapping[str, NodeRun]) -> dict[str, NodeRun]:
    """The same after an upload that failed, which the log of the node tells that started it: nothing is installed on any (RN 30511 D)."""

    def judged(one: NodeRun) -> NodeRun:
        if one.phase in (Phase.DONE, Phase.UNSEEN) or (one.phase is Phase.FAILED and not one.is_given_up):
            return one
        if one.entry is None:
            return replace(one, phase=Phase.FAILED, cause=_NOT_ARRIVED, by_another=True)
        return replace(one, phase=Phase.WAITING, cause=_HAS_IT)

    return {name: judged(one) for name, one in found.items()}


def _upload_stands_still(found: Iterable[NodeRun], seen: Observation, wanted: Wanted, before: Baseline | None, silence: Silence) -> bool:
    """Whether nothing but an upload that came to nothing is seen, on any node. One that cannot be asked may be at work."""
    nodes = seen.nodes.values()
    if any(one.phase is Phase.UNSEEN for one in found) or not all(view.packages.is_known for view in nodes):
        return False
    entries = {view.name: entry_of(view, wanted, before) for view in nodes}
    times = {name: node.host.utc_now for name, node in seen.reached.items()}
    arrived = [(entry, times[name]) for name, entry in entries.items() if entry is not None and name in times]
    return len(times) == len(entries) and stands_in_upload(arrived, silence)


def _given_up(one: NodeRun) -> NodeRun:
    """The same after an upload that stands still: nothing says that it failed, so that somebody has to look."""
    if one.phase not in (Phase.WAITING, Phase.RUNNING, Phase.UNKNOWN):
        return one
    if one.entry is None:
        return replace(one, phase=Phase.FAILED, cause=_NOT_ARRIVED)
    if one.entry.status is PackageStatus.UNKNOWN:
        return replace(one, phase=Phase.FAILED, cause=cause_of(one.entry))
    cause = (one.entry.verdict.first_error or _IN_UPLOAD) if one.entry.is_in_upload else _MAYBE_A_PART
    return replace(one, phase=Phase.FAILED, cause=cause)


def _never_arrived(found: Mapping[str, NodeRun], seen: Observation, silence: Silence) -> dict[str, NodeRun]:
    """The same where a node has no entry although others have, and nothing was written anywhere for longer than any step takes.

    The package is brought to all before anything is executed (2 D), and no log has to tell that one did not get it (9.1 U). With a node
    that has failed it is over in any case.
    """
    nodes = found.values()
    begun, failed = any(one.entry for one in nodes), any(one.phase is Phase.FAILED for one in nodes)
    if failed or not begun or not all(_is_still(one, seen, silence) for one in nodes):
        return dict(found)
    missing = {name: one for name, one in found.items() if one.entry is None and one.phase is Phase.WAITING}
    return {**found, **{name: replace(one, phase=Phase.FAILED, cause=_NOT_ARRIVED) for name, one in missing.items()}}


def _is_still(one: NodeRun, seen: Observation, silence: Silence) -> bool:
    node = seen.nodes[one.name].installation
    if node is None or one.phase is Phase.UNSEEN:
        return False
    return one.entry is None or one.entry.silent_seconds(node.host.utc_now) > silence.stalled


def _left_alone(one: NodeRun, seen: Observation, others: tuple[NodeRun, ...], utility_runs: bool, silence: Silence) -> NodeRun:
    """A node that has the package and will not be upgraded with it: another one refused it for all, or the upload to it failed (0.5, 2).

    The latter is told by a silence longer than any step, after another node has failed and the utility has ended.
    """
    node = seen.nodes[one.name].installation
    failed = [other for other in others if other.phase is Phase.FAILED]
    if one.phase not in (Phase.RUNNING, Phase.UNKNOWN) or one.entry is None or node is None or not failed:
        return one
    refused = any(other.entry is not None and other.entry.is_refused for other in failed)
    given_up = not utility_runs and one.entry.silent_seconds(node.host.utc_now) > silence.stalled
    return replace(one, phase=Phase.WAITING, cause=_NOT_BEGUN) if refused or given_up else one


def _node(now: Situation, name: str, before: Baseline | None, utility_runs: bool, silence: Silence) -> NodeRun:
    view = now.seen.nodes[name]
    if view.installation is None:
        return NodeRun(name, Phase.UNSEEN, cause=view.unreachable)
    entry = entry_of(view, now.wanted, before)
    done = _has_goal(now, name, entry)
    if not done and entry is not None and has_failed(entry, view.installation, utility_runs, silence):
        return NodeRun(name, Phase.FAILED, entry, cause_of(entry))
    if done is None:
        return NodeRun(name, Phase.UNSEEN, entry, "what it runs cannot be read")
    return NodeRun(name, _coming_up(view.installation, now.wanted) if done else _under_way(entry), entry)


def _coming_up(node: Installation, wanted: Wanted) -> Phase:
    """A node with its new code is done when it runs, or when somebody is to start it by hand."""
    starts = wanted.options.automatic_start and wanted.goal.restarts_dataminer
    return Phase.DONE if not starts or (node.running.is_known and node.running.value) else Phase.STARTING


def _under_way(entry: StoredPackage | None) -> Phase:
    """Where the entry is Completed, all files are in place and the line of the first start is still to come (0.9)."""
    if entry is None:
        return Phase.WAITING
    if entry.status is PackageStatus.UNKNOWN:
        return Phase.UNKNOWN
    return Phase.STARTING if entry.status is PackageStatus.COMPLETED else Phase.RUNNING


def entry_of(view: NodeView, wanted: Wanted, before: Baseline | None) -> StoredPackage | None:
    """The newest entry of the package on a node that was not there before; None without one, and where the packages cannot be read."""
    if not view.packages.is_known:
        return None
    earlier = before.nodes[view.name].packages if before and view.name in before.nodes else frozenset()
    return next((one for one in view.packages.value if same_file(one.file, wanted.goal.file) and one.id not in earlier), None)


def _has_goal(now: Situation, name: str, entry: StoredPackage | None) -> bool | None:
    """Whether the node has what the package brings; of a helper its own entry says so. None when it cannot be told.

    What a helper changes may be there before its work is done: the migration sets its flag first, and may roll back (log-shapes 9.2). On
    a node without an entry of this run it is from an earlier one. An entry without a word leaves it to what the helper changes.
    """
    goal = now.wanted.goal
    if goal.is_helper and entry is not None and not (entry.status is PackageStatus.UNKNOWN and goal.leaves_a_trace):
        return entry.status is PackageStatus.COMPLETED
    if not goal.leaves_a_trace:
        return False
    if goal.is_helper and not now.seen.nodes[name].packages.is_known:
        return None
    node = now.cluster.nodes[name]
    done = Fact.reading(f"the version of {name}", lambda: is_on_target(node, goal.target), NotRead)
    return done.value if done.is_known else None
