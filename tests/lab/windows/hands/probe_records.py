"""Questions of host_probe about events, scheduled tasks, certificates and audit policy (powershell-probes 1.22-1.26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..clock import iso, parse
from ..session import Session
from .envelope import Absent, Data, Trouble

Question = Mapping[str, Any]
OWN_FOLDER = "systemcenter.upgrade"
TASK_RUNNING = 267009  # SCHED_S_TASK_RUNNING


def event_count(session: Session, question: Question) -> Data:
    log = str(question["log"])
    if log.lower() == "security" and not session.is_administrator:
        raise Trouble("denied", "System.UnauthorizedAccessException", "Attempted to perform an unauthorized operation.", native=5)
    records = [one for one in session.host.events if one.log.lower() == log.lower()]
    since = parse(str(question["since_utc"]))
    ids, levels, provider = question.get("ids") or (), question.get("levels") or (), question.get("provider")
    counted = [
        one
        for one in records
        if one.time >= since
        and (not ids or one.id in ids)
        and (not levels or one.level in levels)
        and (not provider or one.provider == provider)
    ]
    oldest = min((one.time for one in records), default=None)
    by_id = {str(id): count for id, count in sorted(Counter(one.id for one in counted).items())}
    return {"count": len(counted), "by_id": by_id, "oldest_record_utc": iso(oldest) if oldest else None}


def scheduled_tasks(session: Session, question: Question) -> Data:
    folder = str(question["folder"]).strip("\\")
    known = {name.strip("\\").lower(): tasks for name, tasks in session.host.inventory.scheduled_tasks.items()}
    own = [_own(task) for task in session.host.tasks] if folder.lower() == OWN_FOLDER else []
    if folder.lower() not in known and not own:
        raise Absent("System.IO.FileNotFoundException", f"there is no folder {question['folder']} of scheduled tasks")
    return {"tasks": [*known.get(folder.lower(), []), *own] if session.is_administrator else []}


def _own(task: Any) -> Data:
    running = task.state == "running"
    result = TASK_RUNNING if running else 0
    return {
        "name": task.order.id,
        "state": "running" if running else "ready",
        "last_result": result,
        "last_run_utc": iso(task.claimed),
    }


def certificates(session: Session, question: Question) -> Data:
    return {"certificates": list(session.host.inventory.certificates.get(str(question.get("store", "My")), []))}


def audit_command_line(session: Session, question: Question) -> Data:
    """Without the right to read it, the policy is unknown, not off."""
    inventory = session.host.inventory
    success = inventory.process_creation_audited if session.is_administrator else None
    return {"process_creation_success": success, "include_command_line": inventory.command_line_audited}
