"""What host_task says of a task, whatever it was asked to do (RETURN of plugins/modules/host_task.yml)."""

from __future__ import annotations

import base64
from typing import Any

from ..clock import iso
from ..host import SimulatedHost
from ..task_logs import candidates
from ..task_wrapper import fact_of
from ..tasks import LongTask, folder_of
from .probe_records import TASK_RUNNING

TAIL_BYTES = 256 * 1024
SHOWN_LOGS = 5
HEARTBEAT_SECONDS = 15
RUNNING, READY = 4, 3  # TASK_STATE


def report(host: SimulatedHost, id: str) -> dict[str, Any]:
    """State and evidence; of a task that does not exist, the same keys without values."""
    task = host.tasks.get(id)
    found: dict[str, Any] = {
        "id": id,
        "changed": False,
        "folder": folder_of(id),
        "utc_now": iso(host.clock.now()),
        "boot_time_utc": iso(host.boot_time),
        "logs": {},
        "attached": False,
        "damaged": False,
        "failure": None,
    }
    return found | (_facts(host, task) if task else _NONE)


_NONE: dict[str, Any] = {
    "state": "absent",
    "phase": None,
    "lost_reason": None,
    "orphaned": False,
    "leftover": False,
    "exit_code": None,
    "exit_code_unsigned": None,
    "exit_code_hex": None,
    "launch_error": None,
    "spec_hash": "",
    "requester": "",
    "claimed_utc": None,
    "started_utc": None,
    "ended_utc": None,
    "elapsed_seconds": 0.0,
    "heartbeat": None,
    "left_running": [],
    "tree": "",
    "secret_present": False,
}


def _facts(host: SimulatedHost, task: LongTask) -> dict[str, Any]:
    state = host.tasks.state(task)
    code = None if task.exit_code is None else task.exit_code % 2**32
    has_result = state == "exited"
    return {
        "state": state,
        "phase": ("working" if task.latched else "starting") if state == "running" else None,
        "lost_reason": task.lost_reason if state == "lost" else None,
        "orphaned": task.orphaned,
        "leftover": state == "absent",
        "exit_code": None if code is None else code - 2**32 * (code >= 2**31),
        "exit_code_unsigned": code,
        "exit_code_hex": None if code is None else f"0x{code:08X}",
        "launch_error": task.launch_error,
        "spec_hash": task.order.spec_hash,
        "requester": task.order.requester,
        "claimed_utc": iso(task.claimed),
        "started_utc": iso(task.started) if task.started else None,
        "ended_utc": iso(task.ended) if task.ended and has_result else None,
        "elapsed_seconds": _elapsed(host, task),
        "heartbeat": _heartbeat(host, task),
        "left_running": task.left_running,
        "tree": "job" if has_result else "",
        "secret_present": host.tasks.secret_present(task),
    }


def collected(host: SimulatedHost, task: LongTask | None) -> dict[str, Any]:
    """The task's own small files by their names, its logs by their paths, and what the scheduler knows."""
    if task is None:
        return {"files": {}, "events": [], "task": None, "logs": {}}
    own = [entry.path for pattern in ("*.json", "*.txt") for entry in host.files.entries(task.folder, pattern)]
    files = {path.rpartition("\\")[2]: _tail(host, path, None) for path in own}
    for name, log in task.logs.items():
        files |= {one.file.path: _tail(host, one.file.path, name) for one in candidates(host, task, log)[-SHOWN_LOGS:]}
    running = task.state == "running"
    instance = {"state": RUNNING if running else READY, "last_result": TASK_RUNNING if running else 0, "enabled": True}
    events = [(100, task.claimed), *([(201, task.ended)] if task.ended else [])]
    return {
        "files": files,
        "events": [{"id": id, "utc": iso(moment), "message": ""} for id, moment in events],
        "task": {**instance, "last_run_utc": iso(task.claimed)},
        "logs": {name: {"file": None, "pattern": log.pattern, "bytes": ""} for name, log in task.logs.items()},
    }


def _tail(host: SimulatedHost, path: str, log: str | None) -> dict[str, Any]:
    file = host.files.file(path)
    if file.locked:
        return {"path": path, "length": 0, "bytes": "", "log": log, "error": "locked"}
    tail = base64.b64encode(file.content[-TAIL_BYTES:]).decode()
    return {"path": path, "length": len(file.content), "bytes": tail, "log": log, "error": None}


def _elapsed(host: SimulatedHost, task: LongTask) -> float:
    if task.started is None:
        return 0.0
    return max(0.0, round(((task.ended or host.clock.now()) - task.started).total_seconds(), 1))


def _heartbeat(host: SimulatedHost, task: LongTask) -> dict[str, Any] | None:
    """What the wrapper last wrote: sequence, uptime, tree."""
    if task.started is None:
        return None
    seconds = _elapsed(host, task)
    alive = host.processes.tree(task.process) if task.process and host.processes.get(task.process.id) else []
    return {
        "sequence": 1 + int(seconds // HEARTBEAT_SECONDS),
        "uptime_ms": int(seconds * 1000),
        "utc": iso(task.ended or host.clock.now()),
        "tree": [fact_of(one, round(seconds / 2, 1)) for one in alive],
    }
