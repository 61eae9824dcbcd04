"""The processes of one simulated host. A process may be a mere name (a console somebody left open) or run a program of the world."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .paths import matches


class Program(Protocol):
    """What a file does when it is started. CancelledError in `run` means that the process was killed or the host went down."""

    async def run(self, process: Process) -> int:
        """Runs to its exit code (any 32-bit number, signed or not)."""


@dataclass(eq=False)
class Process:
    """One process.

    `command_line` is verbatim, with the program's own name in front; `arguments` are what CommandLineToArgvW makes of the rest; `user`
    is `DOMAIN\\name`; `environment` is that of the user's profile. `title` is that of its main window.
    """

    host: Any
    id: int
    name: str
    command_line: str = ""
    user: str = "NT AUTHORITY\\SYSTEM"
    environment: Mapping[str, str] = field(default_factory=dict)
    executable: str = ""
    working_directory: str = ""
    parent_id: int = 4
    session_id: int = 0
    started: datetime | None = None
    title: str = ""
    on_progress: Callable[[float], None] | None = None
    task: asyncio.Task[int] | None = None

    @property
    def arguments(self) -> list[str]:
        """The arguments without the program's name."""
        return split_command_line(self.command_line)[1:]

    def progress(self, percent: float) -> None:
        """Called by a program as it goes; faults of the scenario hang on it (`faults.py`, at_percent)."""
        if self.on_progress:
            self.on_progress(percent)


Running = list[Process]


class Processes:
    """The running processes by id.

    >>> processes = Processes(host=None, now=lambda: None)
    >>> console = processes.spawn("Microsoft.EnterpriseManagement.Monitoring.Console", session_id=2)
    >>> [one.name for one in processes]
    ['Microsoft.EnterpriseManagement.Monitoring.Console']
    """

    def __init__(self, host: Any, now: Callable[[], Any]) -> None:
        self._host, self._now = host, now
        self._running: dict[int, Process] = {}
        self._ids = itertools.count(4200, 4)
        self.on_progress: Callable[[Process, float], None] | None = None

    def __iter__(self) -> Iterator[Process]:
        return iter(list(self._running.values()))

    def get(self, process_id: int) -> Process | None:
        return self._running.get(process_id)

    def list(self) -> Running:
        return list(self._running.values())

    def spawn(self, name: str, **facts: Any) -> Process:
        """Starts a process that does nothing; `facts` are fields of Process. It runs until `end`, `kill` or a reboot."""
        process = Process(self._host, next(self._ids), name.removesuffix(".exe"), started=self._now(), **facts)
        process.on_progress = lambda percent: self.on_progress(process, percent) if self.on_progress else None
        self._running[process.id] = process
        return process

    def run(self, program: Program, name: str, **facts: Any) -> Process:
        """Starts a program of the world; `process.task` ends with its exit code and is cancelled when the process is killed."""
        process = self.spawn(name, **facts)
        process.task = self._host.world.task(program.run(process), f"{self._host.name}: {process.name}")
        process.task.add_done_callback(lambda _: self.end(process))
        return process

    async def call(self, program: Program, name: str, **facts: Any) -> int:
        """Runs a program to its end, as a parent that waits for its child does; killed with the caller."""
        process = self.run(program, name, **facts)
        assert process.task is not None
        try:
            return await process.task
        except asyncio.CancelledError:
            process.task.cancel()
            raise

    @staticmethod
    async def _run(program: Program, process: Process) -> int:
        return await program.run(process)

    def end(self, process: Process) -> None:
        self._running.pop(process.id, None)

    def kill(self, process: Process) -> None:
        """Ends a process by force, with all below it."""
        for child in [one for one in self if one.parent_id == process.id]:
            self.kill(child)
        if process.task:
            process.task.cancel()
        self.end(process)

    def power_off(self) -> None:
        for process in self:
            self.kill(process)

    def tree(self, root: Process) -> Running:
        """A process and everything below it that still runs."""
        below = [one for one in self if one.parent_id == root.id]
        return [root, *(process for child in below for process in self.tree(child))]

    def find(self, *names: str) -> Running:
        return [one for one in self if any(matches(one.name, name.removesuffix(".exe")) for name in names)]


def split_command_line(text: str) -> list[str]:
    """CommandLineToArgvW (windows-tasks 3.1): the first word has no escapes, elsewhere 2n backslashes before a quote are n.

    >>> split_command_line(r'"C:\\Program Files\\a.exe" /p:"x y" "a\\"b" c\\d "e\\\\"')
    ['C:\\\\Program Files\\\\a.exe', '/p:x y', 'a"b', 'c\\\\d', 'e\\\\']
    """
    if not text.strip():
        return []
    first, rest = _program_name(text.lstrip())
    return [first, *_arguments(rest)]


def _program_name(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        name, _unused, rest = text[1:].partition('"')
        return name, rest
    end = next((at for at, character in enumerate(text) if character in " \t"), len(text))
    return text[:end], text[end:]


def _arguments(text: str) -> list[str]:
    found: list[str] = []
    current: list[str] | None = None
    quoted = False
    at = 0
    while at < len(text):
        character = text[at]
        if character in " \t" and not quoted:
            if current is not None:
                found.append("".join(current))
                current = None
            at += 1
            continue
        current = [] if current is None else current
        slashes = len(text[at:]) - len(text[at:].lstrip("\\"))
        after = at + slashes
        if slashes and text[after : after + 1] == '"':
            current.append("\\" * (slashes // 2) + ('"' if slashes % 2 else ""))
            at = after + slashes % 2
        elif slashes:
            current.append("\\" * slashes)
            at = after
        elif character == '"':
            if quoted and text[at + 1 : at + 2] == '"':  # two quotes inside quotes are one, and quoting goes on
                current.append('"')
                at += 2
                continue
            quoted = not quoted
            at += 1
        else:
            current.append(character)
            at += 1
    return [*found, "".join(current)] if current is not None else found
