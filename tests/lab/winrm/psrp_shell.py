"""The PowerShell shell (resource .../powershell/...): what the `psrp` connection uses. One pipeline per command, input as objects."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from typing import Any

from psrpcore import (
    CreatePipelineEvent,
    EndOfPipelineInputEvent,
    PipelineInputEvent,
    PSRPEvent,
    PSRPPayload,
    ServerPipeline,
    ServerRunspacePool,
    StreamType,
)
from psrpcore.types import ErrorCategory, ErrorCategoryInfo, HostMethodIdentifier, NETException, PSInvocationState

from . import soap
from .invocation import Invocation
from .machine import Machine, Result
from .output import Output
from .shell import Shell

FRAGMENT_BYTES = 32768
"""Windows cuts what it sends into fragments of 32 KiB (reference 7)."""
_VERSION = {"PSVersionTable": {"PSVersion": "5.1.20348.2227", "PSEdition": "Desktop"}}
_POOL = ""


class PsrpShell(Shell):
    connection = "psrp"
    streams = ()
    stream_list = "stdout"

    def __init__(self, machine: Machine, request: soap.Request, shell_id: str, user: str) -> None:
        super().__init__(machine, request, shell_id, user)
        self._pool = ServerRunspacePool(application_private_data=_VERSION)
        self._ready: list[str] = []
        self.outputs[_POOL] = Output()
        creation = request.element.find(f"{{{soap.POWERSHELL}}}creationXml")
        self._receive("" if creation is None else creation.text or "")

    def command(self, request: soap.Request) -> str:
        command_id = request.command_id or str(uuid.uuid4()).upper()
        self.outputs[command_id] = Output()
        # The pipeline has to exist before the fragment that describes it is read (reference 7).
        ServerPipeline(self._pool, uuid.UUID(command_id))
        self._receive("".join(request.texts("Arguments")))
        return command_id

    def send(self, request: soap.Request) -> None:
        self.output(request.command_id)
        self._receive(request.stream.text or "")

    def take_ready(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready

    def answer(self, command_id: str, result: Result) -> None:
        pipeline = self._pipeline(command_id)
        if pipeline is None:
            return
        for line in result.output:
            pipeline.write_output(line)
        if result.had_errors:
            _write_error_records(pipeline, result.errors)
        else:
            for line in result.errors:
                pipeline.host_call(HostMethodIdentifier.WriteErrorLine, [line])
        if result.code:
            pipeline.host_call(HostMethodIdentifier.SetShouldExit, [_signed(result.code)])
        if result.had_errors:
            pipeline._change_state(PSInvocationState.Failed)  # psrpcore has no public way to end a pipeline as failed
        else:
            pipeline.complete()
        self._transmit()
        self.outputs[command_id].finish(result.code)

    def signal(self, command_id: str) -> None:
        super().signal(command_id)
        if (pipeline := self._pipeline(command_id)) is not None:
            self._pool.pipeline_table.pop(pipeline.pipeline_id, None)

    def _pipeline(self, command_id: str) -> ServerPipeline | None:
        return self._pool.pipeline_table.get(uuid.UUID(command_id)) if command_id else None

    def _receive(self, fragments: str) -> None:
        self._pool.receive_data(PSRPPayload(base64.b64decode(fragments), StreamType.default, None))
        while (event := self._pool.next_event()) is not None:
            self._handle(event)
        self._transmit()

    def _handle(self, event: PSRPEvent[Any, Any]) -> None:
        command_id = str(event.pipeline_id).upper()
        if isinstance(event, PipelineInputEvent):
            if command_id in self.invocations:
                for line in _input_lines(event.data):
                    self.invocations[command_id].feed(line)
        elif isinstance(event, CreatePipelineEvent):
            self._create(command_id, event)
        elif isinstance(event, EndOfPipelineInputEvent) and command_id in self.invocations:
            self._end_input(command_id)

    def _create(self, command_id: str, event: CreatePipelineEvent) -> None:
        command = event.pipeline.commands[0]
        arguments = [str(value) for _name, value in command.parameters]
        self.invocations[command_id] = Invocation(self.machine, command.command_text, arguments, self.user, self.connection)
        # A real server never tells that a pipeline is running; `start()` would (reference 7).
        self._pool.pipeline_table[uuid.UUID(command_id)]._change_state(PSInvocationState.Running, emit=False)
        if event.pipeline.no_input:
            self._end_input(command_id)

    def _end_input(self, command_id: str) -> None:
        self.invocations[command_id].end_input()
        self._ready.append(command_id)

    def _transmit(self) -> None:
        """Routes what the pool has to say to the pipeline it belongs to, each of which is fetched by itself."""
        while (payload := self._pool.data_to_send(FRAGMENT_BYTES)) is not None:
            output = self.outputs.get(str(payload.pipeline_id).upper() if payload.pipeline_id else _POOL)
            if output is not None:
                output.write("stdout", payload.data)


def _input_lines(data: object) -> Iterable[str]:
    """Ansible pipes strings, and while it uploads a file, lists of one string."""
    if isinstance(data, list):
        return [str(item) for item in data]
    return [data if isinstance(data, str) else str(data)]


def _write_error_records(pipeline: ServerPipeline, messages: list[str]) -> None:
    category = ErrorCategoryInfo(Category=ErrorCategory.NotSpecified, Reason="WriteErrorException")
    for message in messages:
        pipeline.write_error(
            NETException(Message=message),
            category,
            fully_qualified_error_id="Microsoft.PowerShell.Commands.WriteErrorException",
        )


def _signed(code: int) -> int:
    """SetShouldExit takes a signed number of 32 bits."""
    code &= 0xFFFFFFFF
    return code - 0x1_0000_0000 if code & 0x8000_0000 else code
