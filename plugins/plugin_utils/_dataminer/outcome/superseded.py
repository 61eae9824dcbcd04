# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An upgrade that another one has overtaken: a node that started on another version since then is not waited for (0.9)."""

from __future__ import annotations

from dataclasses import replace

from ..files.history import Start, started
from ..node.installation import Installation
from ..package.names import PackageKind
from ..system.observation import Observation, Wanted
from .baseline import Baseline, NodeBaseline
from .phases import NodeRun, Phase, Run


def with_superseded(run: Run, seen: Observation, wanted: Wanted, before: Baseline | None) -> Run:
    """The same, where nodes that were brought to another version since the upgrade was started have failed to get this one."""
    if before is None or wanted.goal.kind not in (PackageKind.FULL, PackageKind.DELTA):
        return run
    return replace(run, nodes={name: _judged(one, seen, wanted, before.nodes.get(name)) for name, one in run.nodes.items()})


def _judged(one: NodeRun, seen: Observation, wanted: Wanted, was: NodeBaseline | None) -> NodeRun:
    node = seen.reached.get(one.name)
    if node is None or was is None or one.phase not in (Phase.WAITING, Phase.UNKNOWN, Phase.STARTING):
        return one
    now = _elsewhere(node, wanted, was)
    return replace(one, phase=Phase.FAILED, cause=f"it has started on {now} since then, not on {wanted.goal.target}") if now else one


def _elsewhere(node: Installation, wanted: Wanted, was: NodeBaseline) -> str:
    """The other version that a node has started on since; '' where its history does not tell, or tells no version."""
    if not node.history.is_known or node.history.value.version is None:
        return ""
    history = node.history.value
    return str(history.version) if started(was.history, history, wanted.goal.target) is Start.ELSEWHERE else ""
