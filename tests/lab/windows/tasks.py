"""Long tasks of one host: what host_task was asked to run, and what became of it (windows-tasks 2, 8).

What the wrapper does stands in `task_wrapper`. Here: claiming, registering, losing, forgetting.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import task_definition
from .clock import iso
from .filesystem import FileProblem
from .processes import Process

if TYPE_CHECKING:
    from .host import SimulatedHost

ROOT = r"C:\ProgramData\systemcenter.upgrade\tasks"
BOOT_KEYS = r"HKLM\SOFTWARE\systemcenter.upgrade\boot"
YOUNG_SECONDS = 300  # so long a claim without a wrapper counts as one that is about to start (windows-tasks 8.1)


@dataclass(frozen=True)
class Order:
    """What host_task was asked to run. `secrets` take the place of `{secret:NAME}` in the command line and environment alone."""

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
        """spec.json: placeholders instead of secrets."""
        return {
            "id": self.id,
            "exe": self.exe,
            "arguments": self.arguments,
            "working_directory": self.working_directory,
            "environment": dict(self.environment),
            "logs": [{"name": name, "pattern": pattern} for name, pattern in self.logs],
            "run_as": {"account": self.user, "kind": self.run_as_kind},
            "wait": {"policy": self.wait_policy, "ignore_names": list(self.ignore_names), "settle_seconds": self.settle_seconds},
            "secrets": sorted(self.secrets),
        }


@dataclass(frozen=True)
class LogFacts:
    """Length of a log and the hash of its head before the work began."""

    length: int
    head_hash: str | None


@dataclass(frozen=True)
class WatchedLog:
    """A log with its variables expanded, and what its pattern found before the work began."""

    pattern: str
    baseline: Mapping[str, LogFacts]


@dataclass(eq=False)
class LongTask:
    """One task as it stands. `latched`: the wrapper has passed the point after which the program is never started again."""

    order: Order
    claimed: datetime
    state: str = "running"
    phase: str | None = "starting"
    latched: bool = False
    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None
    launch_error: dict[str, Any] | None = None
    lost_reason: str | None = None
    process: Process | None = None
    orphaned: bool = False
    logs: dict[str, WatchedLog] = field(default_factory=dict)
    left_running: list[dict[str, Any]] = field(default_factory=list)
    wrapper: asyncio.Task[None] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def folder(self) -> str:
        return folder_of(self.order.id)


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
        from .task_wrapper import run

        task = LongTask(order, self._host.clock.now())
        try:
            self._prepare(task)
        except FileProblem:
            self._host.files.delete(task.folder)
            raise
        self._tasks[order.id] = task
        self._host.write("task.claim", id=order.id, requester=order.requester)
        task.wrapper = self._host.world.task(run(self._host, task), f"{self._host.name}: task {order.id}")
        task.wrapper.add_done_callback(lambda wrapper: self._wrapper_ended(task, wrapper))
        return task

    def state(self, task: LongTask) -> str:
        """A task whose wrapper ended before the latch has started nothing; after a while a start may go on from it."""
        if task.state == "lost" and not task.latched:
            young = (self._host.clock.now() - task.claimed).total_seconds() < YOUNG_SECONDS
            return "running" if young else "absent"
        return task.state

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

    def dump(self) -> dict[str, Any]:
        return {
            task.order.id: {
                "state": self.state(task),
                "exe": task.order.exe,
                "user": task.order.user,
                "exit_code": task.exit_code,
                "lost_reason": task.lost_reason,
            }
            for task in self
        }

    def _prepare(self, task: LongTask) -> None:
        order, files = task.order, self._host.files
        claim = {"id": order.id, "spec_hash": order.spec_hash, "requester": order.requester, "utc": iso(task.claimed), "title": order.title}
        files.write(rf"{task.folder}\claim.json", json.dumps(claim))
        files.write(rf"{task.folder}\spec.json", json.dumps(order.as_spec()))
        files.write(rf"{task.folder}\wrapper.ps1", task_definition.WRAPPER)
        if order.secrets:
            files.write(rf"{task.folder}\secret.bin", _protected(order.secrets))
        self._host.registry.create(rf"{BOOT_KEYS}\{order.id}", volatile=True)
        definition = task_definition.text(order, task.folder)
        files.write(task_definition.path(order.id), b"\xff\xfe" + definition.encode("utf-16-le"))
        self._look_for_secrets(order, {"definition": definition, "spec.json": json.dumps(order.as_spec()), "claim.json": json.dumps(claim)})

    def _look_for_secrets(self, order: Order, texts: Mapping[str, str]) -> None:
        secrets = [one for one in {*order.secrets.values(), *self._host.accounts.secrets()} if len(one) > 3]
        spelt = [spelling for one in secrets for spelling in (one, json.dumps(one)[1:-1])]
        if found := [where for where, text in texts.items() if any(secret in text for secret in spelt)]:
            rule, source = "secret_in_task_definition", "windows-tasks 0.7, 4"
            self._host.world.violation(self._host.name, rule, source, id=order.id, where=found)

    def _wrapper_ended(self, task: LongTask, wrapper: asyncio.Task[None]) -> None:
        """A wrapper that fails in the lab must not leave its starter waiting; the journal has the defect."""
        if not wrapper.cancelled() and wrapper.exception():
            self._lose(task, "wrapper_died")

    def _lose(self, task: LongTask, reason: str) -> None:
        if task.state != "running" or self._host.world.is_ending:
            return
        task.state, task.phase, task.lost_reason, task.ended = "lost", None, reason, self._host.clock.now()
        task.orphaned = False
        task.arrived.set()
        if task.latched:
            self._host.write("task.lost", id=task.order.id, exe=task.order.exe, user=task.order.user, reason=reason)


def folder_of(id: str) -> str:
    return rf"{ROOT}\{id}"


def _protected(secrets: Mapping[str, str]) -> bytes:
    """Stands for the DPAPI blob: nothing of the secrets can be read from it."""
    return b"\x01\x00\x00\x00" + hashlib.sha512(base64.b64encode(json.dumps(dict(secrets)).encode())).digest() * 4
