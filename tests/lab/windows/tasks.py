"""Long tasks of one host: what host_task started, the wrapper that runs it, and the files both leave (windows-tasks 2, 3, 8).

The wrapper is a coroutine of the world, not of the connection: it goes on when WinRM is gone, and ends with the host's power.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import task_definition
from .clock import iso
from .filesystem import FileProblem, expand
from .processes import Process
from .profiles import environment_of

if TYPE_CHECKING:
    from .host import SimulatedHost

ROOT = r"C:\ProgramData\systemcenter.upgrade\tasks"
BOOT_KEYS = r"HKLM\SOFTWARE\systemcenter.upgrade\boot"
HEARTBEAT_SECONDS = 15
FILE_NOT_FOUND = 2


@dataclass(frozen=True)
class Order:
    """What host_task was asked to run. `secrets` go into the command line in place of `{secret:NAME}`, and nowhere else."""

    id: str
    exe: str
    arguments: str
    user: str
    requester: str
    working_directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: tuple[tuple[str, str], ...] = ()
    wait_policy: str = "root"
    ignore_names: tuple[str, ...] = ()
    settle_seconds: float = 0.0
    title: str = ""
    spec_hash: str = ""
    run_as_kind: str = "password"
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def as_spec(self) -> dict[str, Any]:
        """spec.json: arguments with placeholders, no secret."""
        return {
            "id": self.id,
            "exe": self.exe,
            "arguments": self.arguments,
            "working_directory": self.working_directory,
            "environment": dict(self.environment),
            "logs": [{"name": name, "pattern": pattern} for name, pattern in self.logs],
            "run_as": self.user,
            "wait": {"policy": self.wait_policy, "ignore_names": list(self.ignore_names), "settle_seconds": self.settle_seconds},
            "secrets": sorted(self.secrets),
        }


@dataclass(eq=False)
class LongTask:
    """One task as it stands. `latched`: the wrapper has passed the point after which the program is never started again."""

    order: Order
    started: datetime
    boot_time: datetime
    state: str = "running"
    phase: str | None = "starting"
    latched: bool = False
    exit_code: int | None = None
    launch_error: dict[str, Any] | None = None
    lost_reason: str | None = None
    ended: datetime | None = None
    process: Process | None = None
    orphaned: bool = False
    logs: dict[str, str] = field(default_factory=dict)
    left_running: list[dict[str, Any]] = field(default_factory=list)
    wrapper: asyncio.Task[None] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def folder(self) -> str:
        return rf"{ROOT}\{self.order.id}"


class Tasks:
    """The long tasks of one host by id."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host
        self._tasks: dict[str, LongTask] = {}

    def __iter__(self) -> Iterator[LongTask]:
        return iter(list(self._tasks.values()))

    def get(self, id: str) -> LongTask | None:
        return self._tasks.get(id)

    def begin(self, order: Order) -> LongTask:
        """Claims the folder, registers the definition and starts the wrapper. Raises FileProblem when the disk is full."""
        task = LongTask(order, self._host.clock.now(), self._host.boot_time)
        try:
            self._prepare(task)
        except FileProblem:
            self._host.files.delete(task.folder)
            raise
        self._tasks[order.id] = task
        task.wrapper = self._host.world.task(self._wrap(task), f"{self._host.name}: task {order.id}")
        return task

    def forget(self, task: LongTask) -> None:
        """Removes every trace; the caller has made sure that nothing runs."""
        self._host.files.delete(task.folder)
        self._host.files.delete(task_definition.path(task.order.id))
        self._host.registry.delete(rf"{BOOT_KEYS}\{task.order.id}")
        self._tasks.pop(task.order.id, None)

    def power_off(self) -> None:
        """The host goes down: what ran is lost, and nothing starts again (windows-tasks 2.4 D)."""
        for task in self:
            if task.wrapper:
                task.wrapper.cancel()
            if task.state == "running":
                self._lose(task, "rebooted")

    def kill_wrapper(self, task: LongTask, *, with_program: bool) -> None:
        """Ends the wrapper by force. The program goes on as an orphan whose exit code nobody will know, unless it is ended too."""
        if task.wrapper:
            task.wrapper.cancel()
        if with_program and task.process:
            self._host.processes.kill(task.process)
        if task.process is None or with_program:
            self._lose(task, "wrapper_died")
            return
        task.orphaned = True
        assert task.process.task is not None
        task.process.task.add_done_callback(lambda _: self._lose(task, "wrapper_died"))

    def secret_present(self, task: LongTask) -> bool:
        return self._host.files.is_file(rf"{task.folder}\secret.bin")

    def heartbeat(self, task: LongTask) -> dict[str, Any] | None:
        """What the wrapper last wrote: sequence, uptime, tree."""
        if not task.latched:
            return None
        seconds = ((task.ended or self._host.clock.now()) - task.started).total_seconds()
        alive = self._host.processes.tree(task.process) if task.process and self._host.processes.get(task.process.id) else []
        tree = [{"process_id": one.id, "name": one.name, "title": one.title, "cpu_seconds": round(seconds / 2, 1)} for one in alive]
        return {"sequence": 1 + int(seconds // HEARTBEAT_SECONDS), "uptime_ms": int(seconds * 1000), "tree": tree}

    def dump(self) -> dict[str, Any]:
        return {
            task.order.id: {
                "state": task.state,
                "exe": task.order.exe,
                "user": task.order.user,
                "exit_code": task.exit_code,
                "lost_reason": task.lost_reason,
            }
            for task in self
        }

    def _prepare(self, task: LongTask) -> None:
        order = task.order
        claim = {"id": order.id, "spec_hash": order.spec_hash, "requester": order.requester, "utc": iso(task.started)}
        self._note(task, "claim.json", claim)
        self._note(task, "spec.json", order.as_spec())
        self._host.files.write(rf"{task.folder}\wrapper.ps1", task_definition.WRAPPER)
        if order.secrets:
            self._host.files.write(rf"{task.folder}\secret.bin", _protected(order.secrets))
        self._host.registry.create(rf"{BOOT_KEYS}\{order.id}", volatile=True)
        self._register(task)

    def _register(self, task: LongTask) -> None:
        definition = task_definition.text(task.order, task.folder)
        self._host.files.write(task_definition.path(task.order.id), b"\xff\xfe" + definition.encode("utf-16-le"))
        spec = json.dumps(task.order.as_spec())
        for secret in {*task.order.secrets.values(), *self._host.accounts.secrets()}:
            for where, text in (("definition", definition), ("spec.json", spec)):
                if len(secret) > 3 and (secret in text or json.dumps(secret)[1:-1] in text):
                    self._host.world.violation(
                        self._host.name, "secret_in_task_definition", "windows-tasks 0.7, 4", id=task.order.id, where=where
                    )

    async def _wrap(self, task: LongTask) -> None:
        await self._host.world.sleep(self._host.times.task_start_seconds)
        order = task.order
        environment = {**environment_of(self._host.accounts, order.user), **order.environment}
        task.logs = {name: expand(pattern, environment) for name, pattern in order.logs}
        arguments = order.arguments
        for name, secret in order.secrets.items():
            arguments = arguments.replace(f"{{secret:{name}}}", secret)
        self._host.files.delete(rf"{task.folder}\secret.bin")
        task.latched = True
        self._note(task, "latch", {"utc": iso(self._host.clock.now())})
        self._host.files.make_directory(environment["LOCALAPPDATA"])
        self._host.files.make_directory(environment["TEMP"])
        self._host.write("task.start", id=order.id, exe=order.exe, user=order.user)
        self._launch(task, f'"{order.exe}" {arguments}'.rstrip(), environment)
        task.arrived.set()
        if task.process:
            await self._watch(task, task.process)

    def _launch(self, task: LongTask, command_line: str, environment: Mapping[str, str]) -> None:
        order, host = task.order, self._host
        program = host.world.programs.get(host.files.file(order.exe).program) if host.files.is_file(order.exe) else None
        if program is None:
            task.launch_error = {"native": FILE_NOT_FOUND, "message": "The system cannot find the file specified."}
            self._finish(task, None)
            return
        facts = {"command_line": command_line, "user": order.user, "environment": environment, "executable": order.exe}
        task.process = host.processes.run(program, order.exe.rpartition("\\")[2], working_directory=order.working_directory, **facts)
        task.phase = "working"
        process = {"process_id": task.process.id, "name": task.process.name}
        self._note(task, "child.json", process)
        self._note(task, "started.json", {"utc": iso(host.clock.now()), "logs": task.logs, "secret_deleted": True, **process})

    async def _watch(self, task: LongTask, process: Process) -> None:
        assert process.task is not None
        await asyncio.wait({process.task})
        code = TERMINATED_BY_FORCE if process.task.cancelled() else _code_of(process.task)
        if task.order.wait_policy == "tree":
            await self._settle(task, process)
        task.left_running = [{"process_id": one.id, "name": one.name} for one in self._host.processes.tree(process)[1:]]
        self._finish(task, code)

    async def _settle(self, task: LongTask, process: Process) -> None:
        ignored = {name.lower().removesuffix(".exe") for name in task.order.ignore_names}
        while any(one.name.lower() not in ignored for one in self._host.processes.tree(process)[1:]):
            await self._host.world.sleep(0.05)
        await self._host.world.sleep(min(task.order.settle_seconds, 0.2))

    def _finish(self, task: LongTask, code: int | None) -> None:
        task.state, task.phase, task.exit_code, task.ended = "exited", None, code, self._host.clock.now()
        task.arrived.set()
        self._note(task, "result.json", {"exit_code": code, "launch_error": task.launch_error, "ended_utc": iso(task.ended)})
        self._host.write("task.end", id=task.order.id, exe=task.order.exe, user=task.order.user, exit_code=code)

    def _lose(self, task: LongTask, reason: str) -> None:
        if task.state != "running" or self._host.world.is_ending:
            return
        task.state, task.phase, task.lost_reason, task.ended = "lost", None, reason, self._host.clock.now()
        task.orphaned = False
        task.arrived.set()
        self._host.write("task.lost", id=task.order.id, exe=task.order.exe, user=task.order.user, reason=reason)

    def _note(self, task: LongTask, name: str, content: Mapping[str, Any]) -> None:
        """Writes one of the small files. Once latched, a full disk must not end the wrapper (windows-tasks 3.5)."""
        try:
            self._host.files.write(rf"{task.folder}\{name}", json.dumps(content))
        except FileProblem:
            if not task.latched:
                raise


TERMINATED_BY_FORCE = 1


def elapsed(task: LongTask, now: datetime) -> timedelta:
    return (task.ended or now) - task.started


def _code_of(program: asyncio.Task[int]) -> int:
    """A program that fails in the lab ends as an unhandled .NET exception does; the world's journal has the defect."""
    return -532462766 if program.exception() else program.result()


def _protected(secrets: Mapping[str, str]) -> bytes:
    """Stands for the DPAPI blob: nothing of the secrets can be read from it."""
    return b"\x01\x00\x00\x00" + hashlib.sha512(base64.b64encode(json.dumps(dict(secrets)).encode())).digest() * 4
