# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was started before on a system: it is followed or verified, and never started a second time by itself (1.1, 6)."""

from __future__ import annotations

from ..._upgrade.facts import NotRead
from ..._upgrade.steps import Refused, Task
from ..._upgrade.texts import NOTHING_STARTED
from ..._upgrade.times import utc_time
from ..files.silence import DEFAULT_SILENCE
from ..system.observation import NodeView, Observation
from ..system.reasons import Attach, Kind, Step
from ..system.scope import is_on_target
from ..system.situation import Situation

CLOSING = "if it has ended and can no longer be verified, add acknowledge: [unproved_upgrade] to close it"


def step(now: Situation) -> Step | None:
    """Whatever was started before comes first; None when nothing was.

    An upgrade is work of the system: it continues when the utility that asked for it has ended, was replaced, or died with a restart of
    its server. So a task that has ended is followed as well, by the logs of the nodes.
    """
    seen = now.seen
    mine = [(view, view.task) for view in seen.nodes.values() if view.has_task and view.task is not None]
    for view, task in sorted(mine, key=lambda one: one[1].state != "running"):
        if task.state != "running" and now.wanted.unproved_acknowledged and _is_still(seen):
            reason = f"what was started from {view.name} has ended; verifying it, and closing it where that fails"
            return Attach(seen.name, task, reason, host=view.name, follows=False, closes=True)
        if task.state != "lost":
            return Attach(seen.name, task, _told(view, task), host=view.name)
        if (attached := _lost(now, view, task)) is not None:
            return attached
    return _other_task(now) or (None if mine else _upgrade_by_others(seen))


def _told(view: NodeView, task: Task) -> str:
    by = f" by {task.requester}" if task.requester else ""
    since = f", started at {task.started_utc}" if task.started_utc else ""
    if task.state == "running":
        return f"an upgrade runs from {view.name}{by}{since}; attaching to it"
    return f"the utility on {view.name} has ended{since}; following what it began, then verifying it"


def _lost(now: Situation, view: NodeView, task: Task) -> Step | None:
    """What to do about a lost task; None when the operator wants to start anew and nothing of it runs."""
    seen, wanted = now.seen, now.wanted
    if seen.moving:
        reason = f"the watcher on {view.name} was lost, the upgrade continues: {seen.moving}; following it"
        return Attach(seen.name, task, reason, host=view.name)
    if _all_done(now):
        reason = f"the watcher on {view.name} was lost, every node has {wanted.goal.title}; verifying it"
        return Attach(seen.name, task, reason, host=view.name, follows=False)
    if task.lost_reason == "rebooted" and _restarted_lately(view):
        return Attach(seen.name, task, f"{view.name} was restarted during the upgrade; following what comes after it", host=view.name)
    unknown = [name for name, what in seen.upgrades_running.items() if not what.is_known]
    if wanted.restart_lost and not unknown:
        return None
    shows = f"what runs on {', '.join(unknown)} is not known" if unknown else "nothing of it runs"
    what = "the server was restarted meanwhile" if task.lost_reason == "rebooted" else "its watcher ended without a result"
    return Refused(
        Kind.LOST,
        seen.name,
        f"an upgrade was started from {view.name} and what became of it is not known",
        f"{what}, started at {task.started_utc or 'an unknown time'}; {shows}; {_versions(now)}",
        "the result of that upgrade",
        "read progress.log on the nodes; to start it again, run with restart_lost: true; nothing was started",
        seen.judgement.findings,
    )


def _all_done(now: Situation) -> bool:
    """Whether every node has the goal, as far as that can be seen of it at all."""
    if not now.wanted.goal.leaves_a_trace:
        return False
    try:
        return all(is_on_target(node, now.wanted.goal.target) for node in now.scope.chosen)
    except NotRead:
        return False


def _is_still(seen: Observation) -> bool:
    """Whether nothing of any upgrade runs, on no node, as far as all of them tell."""
    return not seen.moving and all(what.is_known for what in seen.upgrades_running.values())


def _restarted_lately(view: NodeView) -> bool:
    """Whether the server was started so short a while ago that DataMiner may still be coming up with its new code."""
    node = view.installation
    if node is None:
        return False
    try:
        return (node.now() - utc_time(node.host.boot_time_utc)).total_seconds() < DEFAULT_SILENCE.stalled
    except (NotRead, ValueError):
        return False


def _versions(now: Situation) -> str:
    told = {name: now.version_of(name) for name in now.seen.nodes}
    return ", ".join(f"{name} {version.value if version.is_known else 'version unknown'}" for name, version in told.items())


def _other_task(now: Situation) -> Refused | None:
    seen = now.seen
    unread = {name: node.tasks.unread_reason for name, node in seen.reached.items() if not node.tasks.is_known}
    if unread:
        return Refused(
            Kind.OTHER_TASK,
            seen.name,
            "whether another upgrade was started on it is not known",
            "; ".join(f"{name}: {reason}" for name, reason in unread.items()),
            "the list of tasks on every node",
            "make the tasks' folder readable for the account this runs as; nothing was started",
        )
    others = {name: [one for one in node.tasks.value if one != now.wanted.task_id] for name, node in seen.reached.items()}
    found = [f"{name}: {', '.join(tasks)}" for name, tasks in others.items() if tasks]
    if not found:
        return None
    return Refused(
        Kind.OTHER_TASK,
        seen.name,
        "an upgrade with another package, or of other agents, was started on it and never verified",
        "; ".join([*found, *filter(None, [seen.moving])]),
        "no task of another upgrade",
        f"run that upgrade again, with its package and its scope: it attaches, verifies and tidies up; {CLOSING}; {NOTHING_STARTED}",
    )


def _upgrade_by_others(seen: Observation) -> Refused | None:
    """An upgrade that this did not start: from System Center, the tray icon or another controller."""
    unread = [f"{name}: {what.unread_reason}" for name, what in seen.upgrades_running.items() if not what.is_known]
    if not seen.moving and not unread:
        return None
    return Refused(
        Kind.UPGRADE_RUNNING,
        seen.name,
        "an upgrade that this did not start runs on it" if seen.moving else "whether an upgrade runs on it is not known",
        seen.moving or "; ".join(unread),
        "no upgrade running on any node",
        "wait until it is finished on every node, then run the same command again; nothing was started, and nothing was stopped",
    )
