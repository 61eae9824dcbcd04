"""The wrapper of a long task (windows-tasks 3, 8.3): a coroutine of the world, not of the connection.

It goes on when WinRM is gone, and ends with the host's power.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import task_logs
from .clock import iso
from .filesystem import FileProblem
from .paths import expand
from .processes import Process
from .profiles import environment_of
from .tasks import LongTask, WatchedLog

if TYPE_CHECKING:
    from .host import SimulatedHost

FILE_NOT_FOUND = 2
TERMINATED_BY_FORCE = 1
UNHANDLED_EXCEPTION = -532462766  # 0xE0434352, as a .NET program ends
LONGEST_SETTLING_SECONDS = 0.2  # real seconds are dear; the order of things stays
LOOK_SECONDS = 0.05


async def run(host: SimulatedHost, task: LongTask) -> None:
    """From the start of the task to the result."""
    await host.world.sleep(host.times.task_start_seconds)
    order = task.order
    secrets = dict(order.secrets)
    host.files.delete(rf"{task.folder}\secret.bin")
    task.latched = True
    _note(host, task, "latch", {})
    environment = environment_of(host.accounts, order.user)
    task.logs = {name: _watched(host, expand(pattern, environment)) for name, pattern in order.logs}
    environment |= {name: _filled(value, secrets) for name, value in order.environment.items()}
    for folder in (environment["LOCALAPPDATA"], environment["APPDATA"], environment["TEMP"]):
        host.files.make_directory(folder)
    host.write("task.start", id=order.id, exe=order.exe, user=order.user)
    command_line = f'"{order.exe}" {_filled(order.arguments, secrets)}'.rstrip()
    process = _launch(host, task, command_line, environment)
    task.arrived.set()
    if process is not None:
        await _watch(host, task, process)


def _launch(host: SimulatedHost, task: LongTask, command_line: str, environment: Mapping[str, str]) -> Process | None:
    order = task.order
    program = host.program_at(order.exe)
    if program is None:
        task.logs = {}
        task.launch_error = {"native": FILE_NOT_FOUND, "message": "The system cannot find the file specified."}
        _finish(host, task, None)
        return None
    facts = {"command_line": command_line, "user": order.user, "environment": environment, "executable": order.exe}
    directory = order.working_directory or order.exe.rpartition("\\")[0]
    task.process = host.processes.run(program, order.exe.rpartition("\\")[2], working_directory=directory, **facts)
    task.started, task.phase = host.clock.now(), "working"
    child = {"process_id": task.process.id, "name": task.process.name}
    _note(host, task, "child.json", child)
    logs = [{"name": name, "pattern": log.pattern} for name, log in task.logs.items()]
    _note(host, task, "started.json", {"utc": iso(task.started), "logs": logs, "secret_deleted": True, **child})
    return task.process


async def _watch(host: SimulatedHost, task: LongTask, process: Process) -> None:
    assert process.task is not None
    await asyncio.wait({process.task})
    code = _code_of(process.task)
    if task.order.wait_policy == "tree":
        await _settle(host, task, process)
    task.left_running = [fact_of(one, 0.0) for one in host.processes.tree(process)[1:]]
    _finish(host, task, code)


async def _settle(host: SimulatedHost, task: LongTask, process: Process) -> None:
    ignored = {name.lower().removesuffix(".exe") for name in task.order.ignore_names}
    while any(one.name.lower() not in ignored for one in host.processes.tree(process)[1:]):
        await host.world.sleep(LOOK_SECONDS)
    await host.world.sleep(min(task.order.settle_seconds, LONGEST_SETTLING_SECONDS))


def _finish(host: SimulatedHost, task: LongTask, code: int | None) -> None:
    task.state, task.phase, task.exit_code, task.ended = "exited", None, code, host.clock.now()
    _note(host, task, "result.json", {"exit_code": code, "launch_error": task.launch_error, "ended_utc": iso(task.ended)})
    host.write("task.end", id=task.order.id, exe=task.order.exe, user=task.order.user, exit_code=code)


def fact_of(process: Process, cpu_seconds: float) -> dict[str, Any]:
    return {"process_id": process.id, "name": process.name, "title": process.title, "cpu_seconds": cpu_seconds}


def _watched(host: SimulatedHost, pattern: str) -> WatchedLog:
    return WatchedLog(pattern, {file.path: task_logs.facts_of(file) for file in host.files.glob(pattern)})


def _filled(text: str, secrets: Mapping[str, str]) -> str:
    for name, secret in secrets.items():
        text = text.replace(f"{{secret:{name}}}", secret)
    return text


def _code_of(program: asyncio.Task[int]) -> int:
    if program.cancelled():
        return TERMINATED_BY_FORCE
    return UNHANDLED_EXCEPTION if program.exception() else program.result()


def _note(host: SimulatedHost, task: LongTask, name: str, content: Mapping[str, Any]) -> None:
    """Writes one of the wrapper's small files; a full disk must not end it (windows-tasks 3.5)."""
    try:
        host.files.write(rf"{task.folder}\{name}", json.dumps(content))
    except FileProblem:
        host.write("task.unwritten", id=task.order.id, file=name)
