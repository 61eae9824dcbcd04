# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was started before on a management server: it is followed or verified, and never started a second time by itself."""

from __future__ import annotations

from ..._upgrade.steps import Refused, Task
from ..group.group import task_id
from ..group.server import since
from .observation import Observation, Wanted
from .reasons import Attach, Kind, Step


def step(seen: Observation, wanted: Wanted) -> Step | None:
    """Whatever was started before comes first: it is followed or verified, never started a second time."""
    task = seen.task if seen.task is not None and seen.task.state != "absent" else None
    if task is not None and task.state == "running":
        by = f" by {task.requester}" if task.requester else ""
        return Attach(seen.me.name, task, f"setup runs{by}, {_since(seen, task)}; attaching to it")
    if task is not None and task.state == "exited":
        return Attach(seen.me.name, task, f"setup ended with exit code {task.exit_code}; verifying the result")
    if task is not None and seen.me.release is not wanted.target and not _may_restart(seen, wanted):
        return _lost(seen, task)
    if task is not None and seen.me.release is wanted.target:
        return Attach(seen.me.name, task, "the result of setup is not known, the server is at the target; verifying it")
    return _other_task(seen, wanted) or _setup_by_hand(seen)


def _may_restart(seen: Observation, wanted: Wanted) -> bool:
    return wanted.restart_lost and seen.me.setups.is_known and not seen.me.setups.value


def _lost(seen: Observation, task: Task) -> Refused:
    still = [setup.name for setup in seen.me.setups.value] if seen.me.setups.is_known else []
    what = "the host was restarted while setup ran" if task.lost_reason == "rebooted" else "the watcher of setup ended without a result"
    shows = f"{', '.join(still)} still running {seen.me.setup_since()}" if still else "no setup process is left"
    if not seen.me.setups.is_known:
        shows = f"whether setup still runs is not known: {seen.me.setups.unread_reason}"
    again = (
        "wait until they end, then run the same command again"
        if still
        else "read setup's log on the host; to start it again, run with restart_lost: true"
    )
    return Refused(
        Kind.LOST,
        seen.me.name,
        "a setup was started on it and what became of it is not known",
        f"{what}, {_since(seen, task)}; {shows}; server at {seen.me.version or 'an unknown version'}",
        "the result of that setup",
        again,
        seen.judgement.findings,
    )


def _other_task(seen: Observation, wanted: Wanted) -> Refused | None:
    if not seen.me.tasks.is_known:
        return Refused(
            Kind.OTHER_TASK,
            seen.me.name,
            "whether another setup was started on it is not known",
            seen.me.tasks.unread_reason,
            "the list of tasks on the host",
            "make the tasks' folder readable for the account this runs as; nothing was started",
        )
    others = [task for task in seen.me.tasks.value if task != task_id(wanted.target)]
    if not others:
        return None
    return Refused(
        Kind.OTHER_TASK,
        seen.me.name,
        "a setup for another target was started on it and never verified",
        ", ".join(others),
        "no task of another target",
        "run the upgrade to that target again: it attaches, verifies and tidies up; nothing was started",
    )


def _setup_by_hand(seen: Observation) -> Refused | None:
    setups = seen.me.setups
    if setups.is_known and not setups.value:
        return None
    running = ", ".join(f"{one.name} (process {one.process_id})" for one in setups.value) if setups.is_known else setups.unread_reason
    return Refused(
        Kind.SETUP_RUNNING_HERE,
        seen.me.name,
        "a setup that this did not start runs on it" if setups.is_known else "whether a setup runs on it is not known",
        f"{running} {seen.me.setup_since()}".strip(),
        "no setup running",
        "wait until it ends, then run the same command again; nothing was started",
    )


def _since(seen: Observation, task: Task) -> str:
    return since(task.started_utc or "", seen.me.installation.host.utc_now) or "start unknown"
