# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be done next on a DataMiner System. All judgement about starting an upgrade is in here.

The questions are asked in this order, and the first that has an answer ends it: could every node be asked; was something started
before; is the whole cluster given; is it done; may this part of it be upgraded; are the roles of all pairs clear; is the policy one that
may be used; can the package be used; who starts it; is anything in the way. Whatever is not known is refused, never guessed. What rules
have found is in the judgement: those that cannot be waived answer some of the questions, those that can be come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._upgrade.facts import NotRead
from ..._upgrade.steps import Done, Lock, Refused
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from ..failover.policy import Policy, PolicyUnresolved
from ..failover.roles import Pair, online_afterwards
from ..system import completeness as whole
from ..system import scope
from ..system.observation import Observation, Wanted
from ..system.reasons import Attach, Kind, Start, Step
from ..system.refusals import RULED, besides
from ..system.scope import NoOrchestrator, Orchestrator, choose_orchestrator
from ..system.situation import Situation
from ..utility.upgrade_info import InvalidUpgradeInfo, UpgradeInfo, write_upgrade_info
from . import started_before

# What rules say of a system in the middle of an upgrade, or of half of one, is no reason for anything.
_BEFORE_RULES = (Kind.UNREACHABLE, Kind.UPGRADE_RUNNING, Kind.OTHER_TASK)


def next_step(seen: Observation, wanted: Wanted) -> Step:
    """What may be done now with the system; see the module for the order of the questions."""
    now = Situation(seen, wanted)
    attached = started_before.step(now) if seen.nodes else None
    if isinstance(attached, Attach):
        return attached
    step = whole.unreachable(seen) or attached or whole.package_unnamed(seen) or whole.incomplete(seen) or _finished(now)
    if step is not None:
        return _with_findings(step, seen)
    refused = _ruled_out(now) or (locked(seen.name, seen.lock) if seen.lock and seen.lock.is_others else None)
    return _with_findings(refused or _orchestrated(now), seen)


def lock_owner(wanted: Wanted, orchestrator: str) -> str:
    """Who owns the system's lock: the work, not the controller, so that the same command run again has it already.

    The same upgrade from another orchestrator is other work: two controllers would start it twice.
    """
    return f"{wanted.task_id}@{orchestrator}"


def locked(subject: str, lock: Lock) -> Refused:
    """The refusal for a lock that other work holds, also for one that was lost in the moment of taking it."""
    return Refused(
        Kind.LOCKED,
        subject,
        "the system is locked by other work",
        f"{lock.owner} since {lock.acquired_utc} on {lock.host}: {lock.purpose}",
        "the lock free",
        f"wait for it, then {RUN_AGAIN}; a dead owner's lock expires at {lock.expires_utc}; {NOTHING_STARTED}",
    )


def to_start_first(seen: Observation, wanted: Wanted) -> tuple[str, ...]:
    """The nodes left behind on which DataMiner has to be started before the same command can finish them.

    A stopped node gets the package where its SLNet runs, but somebody has to send it: an agent that runs.
    """
    now = Situation(seen, wanted)
    stopped = [name for name in sorted(now.left_behind) if not _runs(seen, name)]
    try:
        choose_orchestrator(now.scope, wanted.orchestrator)
    except (NoOrchestrator, NotRead):
        return tuple(stopped)
    return tuple(name for name in stopped if not seen.nodes[name].receives)


def _runs(seen: Observation, name: str) -> bool:
    running = seen.reached[name].running
    return running.is_known and running.value


def _finished(now: Situation) -> Step | None:
    """A system that has the goal is done when it works; else what is missing is for the proof to say."""
    seen, wanted, part = now.seen, now.wanted, now.scope
    try:
        behind = part.to_upgrade
    except NotRead as error:
        return seen.refused(
            Kind.VERSION_UNREAD,
            "it is not known which nodes have the version already",
            str(error),
            "a version of every node that can be compared with the target",
            f"fix the cause, or name what runs: known_source: 10.4.0.0-14772 CU11; {NOTHING_STARTED}",
        )
    if behind or part.outside or not part.chosen or not wanted.goal.leaves_a_trace:
        return None
    missing = [*_unwell(seen), *_unfinished_roles(seen)]
    versions = f"every node has {wanted.goal.title}"
    if not missing:
        return Done(seen.name, f"{versions}, all agents run, one node of every pair is online")
    return Attach(seen.name, None, f"{versions} already; verifying the rest: {'; '.join(missing)}", follows=False)


def _unwell(seen: Observation) -> list[str]:
    nodes = seen.reached.items()
    down = [f"DataMiner does not run on {name}" for name, node in nodes if not (node.running.is_known and node.running.value)]
    agents = seen.agents.value if seen.agents.is_known else ()
    return down + [f"agent {one.id} is {one.status or 'in an unknown state'}" for one in agents if one.status.casefold() != "running"]


def _unfinished_roles(seen: Observation) -> list[str]:
    return [f"pair {pair.id} has no online node, or no clear one" for pair in seen.pairs if pair.online is None]


def _ruled_out(now: Situation) -> Refused | None:
    """The first that stands against it of scope, roles, policy and package; None when nothing does."""
    seen = now.seen
    return (
        seen.refused_by_rule(Kind.SCOPE)
        or _nobody_chosen(now)
        or seen.refused_by_rule(Kind.ROLE)
        or _nobody_online(seen)
        or _policy_untold(now)
        or seen.refused_by_rule(Kind.POLICY)
        or seen.refused_by_rule(Kind.USED)
    )


def _nobody_chosen(now: Situation) -> Refused | None:
    part = now.scope
    if part.chosen or part.outside:
        return None
    named, then = ", ".join(part.agents or ()) or "none", f"correct the list of agents; {NOTHING_STARTED}"
    return now.seen.refused(Kind.SCOPE, RULED[Kind.SCOPE].headline, named, "agents of this system", then)


def _nobody_online(seen: Observation) -> Refused | None:
    half = [f"one node of pair {pair.id} is known" for pair in seen.pairs if pair.online is None]
    then = f"look at the pair in System Center; {NOTHING_STARTED}"
    return seen.refused(Kind.ROLE, RULED[Kind.ROLE].headline, "; ".join(half), "both nodes", then) if half else None


def _policy_untold(now: Situation) -> Refused | None:
    try:
        _unused = now.policy
    except (PolicyUnresolved, NotRead) as error:
        then = f"name the policy, best failover_policy: simultaneously; {NOTHING_STARTED}"
        return now.seen.refused(Kind.POLICY, "the default Failover policy is not known", str(error), "a policy that is known", then)
    return None


def _orchestrated(now: Situation) -> Refused | Start:
    try:
        chosen = choose_orchestrator(now.scope, now.wanted.orchestrator)
        info = _upgrade_info(now)
        write_upgrade_info(info)
    except (NoOrchestrator, NotRead, InvalidUpgradeInfo) as error:
        then = f"fix what keeps it from that, or name another as dataminer_orchestrator (option orchestrator); {NOTHING_STARTED}"
        return now.seen.refused(Kind.ORCHESTRATOR, "no agent can start the upgrade", str(error), "an agent that runs and is online", then)
    return _blocked(now.seen) or _start(now, chosen, info)


def _upgrade_info(now: Situation) -> UpgradeInfo:
    """Every agent is listed; the whole cluster is named as such only when all of it takes part (1.2 U)."""
    takes_all = now.scope.is_whole and len(now.scope.to_upgrade) == len(now.seen.nodes)
    entries = scope.addresses(now.scope, now.wanted.pair_entry)
    return UpgradeInfo(entries, takes_all, now.wanted.options, now.policy.policy)


def _blocked(seen: Observation) -> Refused | None:
    blockers = seen.judgement.blockers
    if not blockers:
        return None
    headline = f"{len(blockers)} prerequisite{'s' if len(blockers) > 1 else ''} not met"
    return seen.refused(
        Kind.BLOCKED,
        headline,
        ", ".join(dict.fromkeys(one.rule for one in blockers)),
        "no blocking finding",
        f"fix what is listed below, then {RUN_AGAIN}; {NOTHING_STARTED}",
    )


def _start(now: Situation, chosen: Orchestrator, info: UpgradeInfo) -> Start:
    seen, wanted, part, policy = now.seen, now.wanted, now.scope, now.policy
    nodes = tuple(node.name for node in part.to_upgrade)
    lost = any(view.has_task for view in seen.nodes.values())
    whole = seen.every_node if len(nodes) == len(seen.nodes) else ", ".join([*nodes, *part.outside])
    online = {pair.id: name for pair in seen.pairs if (name := _online(pair, policy.policy, nodes)) is not None}
    return Start(
        subject=seen.name,
        orchestrator=chosen.node.name,
        task_id=wanted.task_id,
        title=f"bring {wanted.goal.title} to {whole}",
        upgrade_info=info,
        nodes=nodes,
        policy=str(policy),
        online_afterwards=online,
        acknowledged=_acknowledged(now),
        forgets_lost=lost,
        steps=_steps(now, chosen, info, lost),
        findings=seen.judgement.findings,
    )


def _online(pair: Pair, policy: Policy, nodes: Iterable[str]) -> str | None:
    """A pair that does not take part as a whole keeps its roles as they are."""
    return online_afterwards(pair, policy) if set(pair.nodes) <= set(nodes) else pair.online


def _acknowledged(now: Situation) -> tuple[str, ...]:
    wanted, part, said = now.wanted, now.scope, []
    if wanted.two_versions_acknowledged and part.left_behind:
        said.append(f"the cluster is left on two versions: {', '.join(node.name for node in part.left_behind)} stay behind")
    if wanted.two_versions_acknowledged and part.outside:
        said.append(f"agents that cannot be seen are upgraded: {', '.join(part.outside)}")
    if wanted.legacy_policy_acknowledged and now.policy.policy.row.legacy:
        said.append(f"the legacy policy {now.policy.policy.value} is used")
    if wanted.fresh_upload:
        said.append("a package of this name may have been used before, and is uploaded afresh")
    return tuple(said)


def _steps(now: Situation, chosen: Orchestrator, info: UpgradeInfo, lost: bool) -> tuple[str, ...]:
    seen, wanted = now.seen, now.wanted
    ends = "every node restarts DataMiner" if wanted.goal.restarts_dataminer else "DataMiner is not restarted"
    return (
        *(["forget the lost task of before"] if lost else []),
        f"take the lock {seen.lock_name} on {seen.lock_host} as {lock_owner(wanted, chosen.node.name)}",
        f"write down versions, roles, counts and alarms of {seen.every_node}",
        f"start the upgrade of {', '.join(info.agents)} from {chosen.node.name} ({chosen.why}) as task {wanted.task_id}",
        f"with the options {_options(info)}, Failover policy {now.policy}",
        f"follow progress.log on every node to its end; {ends}; the web API of {chosen.node.name} answers last",
        f"verify that every node has {wanted.goal.title} and works, and that one node of every pair is online",
        "release the lock",
    )


def _options(info: UpgradeInfo) -> str:
    return ", ".join(f"{name}: {str(value).lower()}" for name, value in vars(info.options).items())


def _with_findings(step: Step, seen: Observation) -> Step:
    if not isinstance(step, Refused) or not isinstance(step.kind, Kind) or step.kind in _BEFORE_RULES:
        return step
    return replace(step, findings=besides(seen.judgement, step.kind))
