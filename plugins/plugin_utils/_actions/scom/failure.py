# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A setup that failed, or that is not proved to have gone well: when that is certain, and how it is reported."""

from __future__ import annotations

from collections.abc import Mapping

from ..._installer.exit_codes import setup_exit_code
from ..._scom.management_server.observation import Observation
from ..._scom.management_server.proof import setup_disagrees
from ..._scom.releases.releases import Release
from ..._scom.setup.logs.files import LOG_FILES
from ..._upgrade.proof import Proof
from ..._windows.task_status import TaskState, TaskStatus
from ..failure_text import unproved

LOST_REASONS = {"rebooted": "the server was restarted while setup ran", "wrapper_died": "the watcher of setup ended without a result"}
LOST_NEXT = (
    "setup may have left the databases half changed: read its log. Then restore them, or run the same command again with "
    "restart_lost: true to start setup anew; without it nothing is started"
)
AT_TARGET_NEXT = (
    "setup upgraded this server but then failed, or its result is not known: it is not started again. Read its log, fix "
    "what it left undone, and run again with this server in scom_setup_acknowledged (setup_acknowledged: true of the module): "
    "everything except setup's own result is then verified, and the evidence says so. Or restore the server and the databases"
)


def is_judged_failed(seen: Observation, target: Release, status: TaskStatus | None) -> bool:
    """Whether setup has ended and left the server where it was: its task can be forgotten then, and the same command starts it again.

    Waiting makes no server reach the target after its setup has ended. One that failed at the target stays: forgotten, nothing would tell
    that server from one that is done. So does a lost one.
    """
    return status is not None and status.state is TaskState.EXITED and seen.me.release is not target


def failure(host: str, proved: Proof, status: TaskStatus | None, logs: Mapping[str, str], evidence: str, *, is_at_target: bool) -> str:
    """The failure of an upgrade for somebody at 2 a.m."""
    lines = {
        "cause": proved.first_cause,
        "exit": _exit(status),
        "running": "nothing; setup has ended" if status else "nothing; setup was not started",
        "next": _next(proved, status, is_at_target),
        "log": next((logs[log.name] for log in LOG_FILES if log.name in logs), ""),
        "proof": evidence,
    }
    return unproved(host, lines, proved)


def _next(proved: Proof, status: TaskStatus | None, is_at_target: bool) -> str:
    if is_at_target and setup_disagrees(proved):
        return AT_TARGET_NEXT
    if status is not None and status.state is TaskState.LOST:
        return LOST_NEXT
    return "fix the cause, then run the same command again"


def _exit(status: TaskStatus | None) -> str:
    if status is None:
        return ""
    if status.exit_code is None:
        lost = LOST_REASONS.get(status.lost_reason or "", "")
        return f"none: {status.launch_error or lost or 'the task is ' + status.state.value}"
    code = setup_exit_code(status.exit_code)
    return f"{code.code}: {code.meaning}"
