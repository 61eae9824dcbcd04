# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agents that are no host given, "external IP" in System Center's words: nobody can look at them, only at what started their upgrade (1).

The utility's own end is that of the upgrade as long as nobody replaces it; on an agent that is upgraded itself the package does (1.1 I).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..files.silence import DEFAULT_SILENCE, Silence
from ..system.observation import NodeView, Observation, Wanted
from ..system.stored_packages import PackageStatus, StoredPackage
from .baseline import Baseline
from .phases import NodeRun, Phase, Run, entry_of


def with_outside(
    run: Run,
    agents: Iterable[str],
    seen: Observation,
    wanted: Wanted,
    orchestrator: str,
    before: Baseline | None,
    silence: Silence = DEFAULT_SILENCE,
    exit_code: int | None = None,
) -> Run:
    """The same with the agents from outside, all of which are where the utility on the orchestrator and its log say that they are.

    ``exit_code``: of the utility. No vendor documents it: one that is not 0 counts for a failure, 0 proves nothing (1.1).
    """
    agents = tuple(agents)
    if not agents:
        return run
    view = seen.nodes[orchestrator]
    entry = entry_of(view, wanted, before)
    phase = _phase(run, view, entry, silence, exit_code)
    cause = _words(run, phase, orchestrator, entry, exit_code)
    kept = entry if phase is Phase.FAILED else None
    return replace(run, nodes={**run.nodes, **{agent: NodeRun(agent, phase, kept, cause) for agent in agents}})


def _phase(run: Run, view: NodeView, entry: StoredPackage | None, silence: Silence, exit_code: int | None) -> Phase:
    if view.installation is None or not view.packages.is_known:
        return Phase.UNSEEN
    if run.never_uploaded or run.utility_runs:
        return Phase.FAILED if run.never_uploaded else Phase.RUNNING
    own = run.nodes.get(view.name)
    if own is not None and not own.is_over:
        return Phase.WAITING if own.phase is Phase.WAITING else Phase.RUNNING
    if entry is None:
        return Phase.WAITING
    if own is None:
        return Phase.FAILED if exit_code or _tells_of_failure(entry) else Phase.DONE
    # What replaced the utility tells of the others as long as there is anything to tell.
    return Phase.RUNNING if entry.silent_seconds(view.installation.host.utc_now) < silence.quiet else Phase.DONE


def _tells_of_failure(entry: StoredPackage) -> bool:
    return entry.status is PackageStatus.FAILED or bool(entry.verdict.first_error)


def _words(run: Run, phase: Phase, orchestrator: str, entry: StoredPackage | None, exit_code: int | None) -> str:
    if phase is Phase.DONE:
        return f"the utility on {orchestrator} has ended, and its log has no error; this agent cannot be asked from here"
    if phase is Phase.FAILED and entry is not None:
        logged = entry.verdict.first_error or ("it failed" if entry.status is PackageStatus.FAILED else "")
        logged = logged or ("its upload stands still" if run.never_uploaded else "")
        return f"by the log on {orchestrator}: {logged}" if logged else f"the utility on {orchestrator} ended with exit code {exit_code}"
    return f"{orchestrator} cannot be asked" if phase is Phase.UNSEEN else ""
