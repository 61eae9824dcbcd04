"""The hand host_task: starts a long task once, attaches to it ever after, shows its logs, forgets it (windows-tasks 2, 5, 8)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from ..clock import iso
from ..filesystem import FileProblem
from ..module_call import Call, ModuleFailed
from ..tasks import LongTask, Order, elapsed
from . import task_logs, task_refusals

_ID = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,59}")
TAIL_BYTES = 256 * 1024
HIDDEN_FILES = ("secret.bin", "secret.key")


async def answer(call: Call) -> dict[str, Any]:
    id = str(call.need("id"))
    if not _ID.fullmatch(id):
        raise ModuleFailed(f"id: '{id}' is no id of a task; 1 to 60 of a-z, 0-9, dot, hyphen, underscore, no dot first")
    operation = {"start": _start, "poll": _poll, "collect": _collect, "forget": _forget}[call.need("operation").lower()]
    return await operation(call, id, call.host.tasks.get(id))


async def _start(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    if task is not None and _state(task) != "absent":
        return {**facts(call, id, task), "changed": False, "attached": True}
    order = _order(call, id)
    if refusals := task_refusals.before_any_write(call, order):
        raise _refused(call, id, task, refusals)
    if call.check_mode:
        return {**facts(call, id, task), "changed": True}
    if refusals := task_refusals.at_registration(call, order):
        raise _refused(call, id, task, refusals)
    if task is not None:
        call.host.tasks.forget(task)
    try:
        begun = call.host.tasks.begin(order)
    except FileProblem as full:
        raise _refused(call, id, None, [task_refusals.refusal("disk_full", str(full), full.native)]) from full
    await _arrival(begun, float(call.get("start_timeout", default=180)))
    return {**facts(call, id, begun), "changed": True}


async def _poll(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    logs = task_logs.read(call.host, task, call.get("offsets", default=[])) if task else {}
    return {**facts(call, id, task), "changed": False, "logs": logs}


async def _collect(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    found = {**facts(call, id, task), "changed": False, "files": {}, "events": [], "task": {}}
    if task is None:
        return found
    files = call.host.files
    paths = {entry.name: entry.path for entry in files.entries(task.folder) if entry.name not in HIDDEN_FILES}
    paths |= {name: chosen.path for name, pattern in task.logs.items() if (chosen := task_logs.newest(call.host, task, pattern))}
    for name, path in paths.items():
        content = files.file(path).content
        found["files"][name] = {"length": len(content), "bytes": base64.b64encode(content[-TAIL_BYTES:]).decode()}
    found["task"] = {"priority": 4, "execution_time_limit": "PT0S", "run_as": task.order.user, "run_level": "highest"}
    found["events"] = [{"id": 100, "time_utc": iso(task.started)}, *([{"id": 201, "time_utc": iso(task.ended)}] if task.ended else [])]
    return found


async def _forget(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    if task is None:
        return {**facts(call, id, None), "changed": False}
    if task.state == "running":
        raise ModuleFailed(f"task {id} is still running; it is neither ended nor forgotten", **facts(call, id, task))
    if task.state == "lost" and _state(task) != "absent" and not call.get("force", default=False):
        raise ModuleFailed(f"task {id} was lost ({task.lost_reason}); force forgets it once its outcome is judged", **facts(call, id, task))
    if not call.check_mode:
        call.host.tasks.forget(task)
        task = None
    return {**facts(call, id, task), "changed": True}


async def _arrival(task: LongTask, seconds: float) -> None:
    """Waits for proof that the wrapper has started the program; when only time ran out, the task is still starting."""
    try:
        await asyncio.wait_for(task.arrived.wait(), seconds)
    except TimeoutError:
        return


def facts(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    """The part of the result that every operation returns."""
    host = call.host
    none = dict.fromkeys(_EMPTY)
    common = {**none, "id": id, "utc_now": iso(host.clock.now()), "boot_time_utc": iso(host.boot_time), "logs": {}}
    common |= {"attached": False, "orphaned": False, "leftover": False, "secret_present": False, "left_running": [], "state": "absent"}
    if task is None:
        return common
    state = _state(task)
    code = None if task.exit_code is None else task.exit_code % 2**32
    return common | {
        "state": state,
        "leftover": state == "absent",
        "phase": task.phase,
        "exit_code": None if code is None else code - 2**32 * (code >= 2**31),
        "exit_code_unsigned": code,
        "exit_code_hex": None if code is None else f"0x{code:08X}",
        "launch_error": task.launch_error,
        "lost_reason": task.lost_reason if state == "lost" else None,
        "orphaned": task.orphaned,
        "spec_hash": task.order.spec_hash,
        "requester": task.order.requester,
        "started_utc": iso(task.started),
        "ended_utc": iso(task.ended) if task.ended else None,
        "elapsed_seconds": round(elapsed(task, host.clock.now()).total_seconds(), 1),
        "heartbeat": host.tasks.heartbeat(task),
        "left_running": task.left_running,
        "secret_present": host.tasks.secret_present(task),
        "folder": task.folder,
    }


_EMPTY = (
    "phase",
    "exit_code",
    "exit_code_unsigned",
    "exit_code_hex",
    "launch_error",
    "lost_reason",
    "spec_hash",
    "requester",
    "started_utc",
    "ended_utc",
    "elapsed_seconds",
    "heartbeat",
    "folder",
)


def _state(task: LongTask) -> str:
    """A task whose wrapper ended before the latch has never started anything (windows-tasks 8.1)."""
    return "absent" if task.state == "lost" and not task.latched else task.state


def _order(call: Call, id: str) -> Order:
    command, run_as = call.get("command", default={}), call.get("run_as", default={})
    for name, given in (("command", command), ("run_as", run_as)):
        if not given:
            raise ModuleFailed(f"{name}: needed to start a task")
    wait = call.get("wait", default={})
    accounts = call.host.accounts
    return Order(
        id=id,
        exe=str(command["exe"]),
        arguments=str(command.get("arguments") or ""),
        user=accounts.full_name(str(run_as.get("account") or "SYSTEM")),
        run_as_kind=str(run_as.get("kind") or "password"),
        requester=call.session.user,
        working_directory=str(command.get("working_directory") or ""),
        environment=dict(command.get("environment") or {}),
        logs=tuple((str(log["name"]), str(log["pattern"])) for log in call.get("logs", default=[])),
        wait_policy=str(wait.get("policy") or "root"),
        ignore_names=tuple(wait.get("ignore_names") or ()),
        settle_seconds=float(wait.get("settle_seconds") or 0),
        title=str(call.get("title", default="")),
        spec_hash=str(call.get("spec_hash", default="")),
        secrets=_secrets(call.get("secrets", default="")),
    )


def _secrets(text: str) -> Mapping[str, str]:
    try:
        return {str(name): str(value) for name, value in json.loads(text or "{}").items()}
    except (ValueError, AttributeError) as error:
        raise ModuleFailed("secrets: no JSON object") from error


def _refused(call: Call, id: str, task: LongTask | None, refusals: list[dict[str, Any]]) -> ModuleFailed:
    reasons = "; ".join(one["message"] for one in refusals)
    return ModuleFailed(f"task {id} was not started: {reasons}", **{**facts(call, id, task), "refusals": refusals})
