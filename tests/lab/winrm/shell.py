"""What WinRS and PSRP shells have in common: commands, their output, their life."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from . import soap
from .invocation import Invocation
from .machine import Machine, Result
from .output import Output


class Shell(ABC):
    """One shell of one user. A command runs only when `launch` is called with it; `send` and `command` say which became ready."""

    connection: ClassVar[str]
    streams: ClassVar[tuple[str, ...]]
    """Streams whose end is marked in the last answer."""
    stream_list: ClassVar[str]
    """Output streams as a Create answer names them."""

    def __init__(self, machine: Machine, request: soap.Request, shell_id: str, user: str) -> None:
        self.machine = machine
        self.id = shell_id
        self.resource = request.resource
        self.user = user
        self.boot_id = machine.power.boot_id
        self.outputs: dict[str, Output] = {}
        self.invocations: dict[str, Invocation] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    @abstractmethod
    def command(self, request: soap.Request) -> str:
        """Registers a command and returns its id."""

    @abstractmethod
    def send(self, request: soap.Request) -> None:
        """Takes input."""

    @abstractmethod
    def take_ready(self) -> list[str]:
        """Ids of commands whose input has become complete since the last call."""

    @abstractmethod
    def answer(self, command_id: str, result: Result) -> None:
        """Puts a result into the command's output and finishes it."""

    def output(self, command_id: str) -> Output:
        """The output of a command, or with an empty id of the shell. Raises WSManFault when there is none, or no more."""
        output = self.outputs.get(command_id)
        if output is None or output.is_spent:
            raise soap.unknown_command(command_id)
        return output

    def launch(self, command_id: str) -> None:
        task = asyncio.ensure_future(self._run(command_id))
        self._running[command_id] = task
        task.add_done_callback(lambda _task: self._running.pop(command_id, None))

    def signal(self, command_id: str) -> None:
        """Ends a command; every signal that clients send means that (ctrl_c, terminate)."""
        if task := self._running.get(command_id):
            task.cancel()
        self.outputs.pop(command_id, None)
        self.invocations.pop(command_id, None)

    def close(self) -> None:
        """Ends every command, as deleting a shell ends its processes."""
        for task in self._running.values():
            task.cancel()
        for output in self.outputs.values():
            output.close()

    async def _run(self, command_id: str) -> None:
        result = await self.invocations[command_id].run()
        if command_id in self.outputs:
            self.answer(command_id, result)
