"""The hand host_task: starts a long task once, attaches to it ever after, shows its logs, forgets it (windows-tasks 2, 5, 8)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from ..filesystem import FileProblem
from ..module_call import Call, ModuleFailed
from ..task_logs import read
from ..tasks import LongTask, Order
from . import task_refusals
from .task_report import collected, report

_ID = re.compile(r"(?!(con|prn|aux|nul|com\d|lpt\d)(\.|\Z))[a-z0-9_-]([a-z0-9._-]{0,58}[a-z0-9_-])?")
_REFERENCE = re.compile(r"\{secret:([^}]+)\}")


async def answer(call: Call) -> dict[str, Any]:
    id = str(call.need("id"))
    if not _ID.fullmatch(id):
        raise ModuleFailed(
            f"id: '{id}' is no id of a task; 1 to 60 of a-z, 0-9, dot, hyphen, underscore, "
            "no dot first or last, no device's name such as con"
        )
    operation = {"start": _start, "poll": _poll, "collect": _collect, "forget": _forget}[call.need("operation").lower()]
    return await operation(call, id, call.host.tasks.get(id))


async def _start(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    order = _order(call, id)
    if task is not None and call.host.tasks.state(task) != "absent":
        return {**report(call.host, id), "attached": True}
    _refuse(call, id, task_refusals.before_any_write(call, order))
    if call.check_mode:
        return {**report(call.host, id), "changed": True}
    _refuse(call, id, task_refusals.at_registration(call, order) or task_refusals.at_run(call, order))
    if task is not None:
        call.host.tasks.forget(task)
    try:
        begun = call.host.tasks.begin(order)
    except FileProblem as full:
        _refuse(call, id, [task_refusals.refusal("start_failed", str(full), full.native)])
    else:
        await _arrival(begun, float(call.get("start_timeout", default=180)))
    return {**report(call.host, id), "changed": True}


async def _poll(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    found = report(call.host, id)
    return {**found, "logs": read(call.host, task, call.get("offsets", default=[])) if task else {}}


async def _collect(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    return {**report(call.host, id), **collected(call.host, task)}


async def _forget(call: Call, id: str, task: LongTask | None) -> dict[str, Any]:
    state = call.host.tasks.state(task) if task else "absent"
    if state == "running":
        _refuse(call, id, [task_refusals.refusal("still_running", "the work still runs, it cannot be forgotten")])
    if state == "lost" and not call.get("force", default=False):
        message = "how the work ended is not known; check it first, then forget it with force"
        _refuse(call, id, [task_refusals.refusal("lost", message)])
    if task is not None and not call.check_mode:
        call.host.tasks.forget(task)
    return {**report(call.host, id), "changed": task is not None}


async def _arrival(task: LongTask, seconds: float) -> None:
    """Waits for proof that the wrapper has started the program; when only time ran out, the task is still starting."""
    try:
        await asyncio.wait_for(task.arrived.wait(), seconds)
    except TimeoutError:
        return


def _refuse(call: Call, id: str, refusals: list[dict[str, Any]]) -> None:
    if refusals:
        reasons = "; ".join(f"{one['code']}: {one['message']}" for one in refusals)
        operation = call.need("operation").lower()
        raise ModuleFailed(f"{operation} of task '{id}' refused: {reasons}", **{**report(call.host, id), "refusals": refusals})


def _order(call: Call, id: str) -> Order:
    command, run_as, wait = call.get("command", default={}), call.get("run_as", default={}), call.get("wait", default={})
    if missing := [name for name, given in (("command", command), ("run_as", run_as)) if not given]:
        raise ModuleFailed(f"operation is start but all of the following are missing: {', '.join(missing)}")
    kind = str(run_as["kind"])
    account = "SYSTEM" if kind == "system" else str(run_as.get("account") or "")
    order = Order(
        id=id,
        exe=str(command["exe"]),
        arguments=str(command.get("arguments") or ""),
        user=call.host.accounts.full_name(account),
        run_as_kind=kind,
        requester=call.session.user,
        working_directory=str(command.get("working_directory") or ""),
        environment={str(name): str(value) for name, value in (command.get("environment") or {}).items()},
        logs=tuple((str(log["name"]), str(log["pattern"])) for log in call.get("logs", default=[])),
        wait_policy=str(wait.get("policy") or "root"),
        ignore_names=tuple(wait.get("ignore_names") or ()),
        settle_seconds=float(10 if wait.get("settle_seconds") is None else wait["settle_seconds"]),
        title=str(call.get("title", default="")),
        spec_hash=str(call.get("spec_hash", default="")),
        secrets=_secrets(call.get("secrets", default="")),
    )
    _check(call, order, account)
    return order


def _check(call: Call, order: Order, account: str) -> None:
    """What no host could carry out."""
    if not account:
        raise ModuleFailed("run_as.account: needed for this kind of account")
    if order.run_as_kind == "password" and not call.get("run_as_password"):
        raise ModuleFailed("run_as_password: needed for an account with a password")
    if not 1 <= int(call.get("start_timeout", default=180)) <= 900:
        raise ModuleFailed("start_timeout: not between 1 and 900")
    for text in (order.arguments, *order.environment.values()):
        for name in _REFERENCE.findall(text):
            if name not in order.secrets:
                raise ModuleFailed(f"secrets: the command names {{secret:{name}}}, which was not given")


def _secrets(text: str) -> Mapping[str, str]:
    try:
        return {str(name): str(value) for name, value in json.loads(text or "{}").items()}
    except (ValueError, AttributeError) as error:
        raise ModuleFailed("secrets: no JSON object of names and texts") from error
