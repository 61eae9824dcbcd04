"""One machine's WinRM service: its shells, and what each request does to them."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from . import soap
from .invocation import Invocation
from .machine import Machine
from .output import receive_response
from .psrp_shell import PsrpShell
from .shell import Shell
from .soap import FaultCode, Operation, Request, WSManFault
from .winrs_shell import WinrsShell

ENVELOPE_SHARE = 0.7
"""What base64 and the envelope leave of MaxEnvelopeSize for data."""


@dataclass
class Step:
    """A request that was read and has not yet had its effect.

    `starting` are the invocations that `finish` will start: between reading and starting is where a fault may still prevent them.
    `ends_command` is known after `finish`.
    """

    finish: Callable[[], Awaitable[str]]
    invocation: Invocation | None = None
    starting: tuple[Invocation, ...] = ()
    ends_command: bool = False


class Service:
    """`on_start` is called with every invocation that begins to run."""

    def __init__(self, machine: Machine, on_start: Callable[[Invocation], None]) -> None:
        self.machine = machine
        self._on_start = on_start
        self._shells: dict[str, Shell] = {}

    @property
    def open_shells(self) -> int:
        """Shells that no client has deleted; none after a play that left nothing behind."""
        return len(self._shells)

    def reset(self) -> None:
        """Ends all shells with everything that runs in them, as the end of the service's process does."""
        for shell in self._shells.values():
            shell.close()
        self._shells.clear()

    def invocation(self, request: Request) -> Invocation | None:
        """The command a request is about, when it is known."""
        shell = self._shells.get(request.shell_id)
        return shell.invocations.get(request.command_id) if shell else None

    def accept(self, request: Request, user: str, is_gone: Callable[[], bool]) -> Step:
        """Reads a request of an authenticated user. `is_gone` tells whether the client has left. Raises WSManFault."""
        match request.operation:
            case Operation.IDENTIFY:
                return Step(_done(_identify()))
            case Operation.CREATE:
                return Step(self._create(request, user))
            case Operation.COMMAND | Operation.SEND:
                return self._input(request)
            case Operation.RECEIVE:
                return self._receive(request, is_gone)
            case Operation.SIGNAL:
                self._shell(request).signal(request.command_id)
                return Step(_done("<rsp:SignalResponse/>"))
            case Operation.DELETE:
                self._shells.pop(self._shell(request).id).close()
                return Step(_done(""))
        raise WSManFault(FaultCode.UNSUPPORTED, "a:ActionNotSupported", f"the action {request.action} is not supported")

    def _shell(self, request: Request) -> Shell:
        shell = self._shells.get(request.shell_id)
        if shell is None or shell.boot_id != self.machine.power.boot_id:
            raise soap.unknown_shell(request.shell_id)
        return shell

    def _create(self, request: Request, user: str) -> Callable[[], Awaitable[str]]:
        async def create() -> str:
            shell_id = (request.element.get("ShellId") or str(uuid.uuid4())).upper()
            kind = _shell_kind(request.resource)
            shell = self._shells[shell_id] = kind(self.machine, request, shell_id, user)
            return _created(shell, self.machine.name)

        return create

    def _input(self, request: Request) -> Step:
        shell = self._shell(request)
        if request.operation is Operation.COMMAND:
            command_id = shell.command(request)
            body = f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"
        else:
            shell.send(request)
            command_id = request.command_id
            body = "<rsp:SendResponse/>"
        ready = shell.take_ready()

        async def finish() -> str:
            for one in ready:
                self._on_start(shell.invocations[one])
                shell.launch(one)
            return body

        return Step(finish, shell.invocations.get(command_id), tuple(shell.invocations[one] for one in ready))

    def _receive(self, request: Request, is_gone: Callable[[], bool]) -> Step:
        shell = self._shell(request)
        output = shell.output(request.command_id)

        async def finish() -> str:
            if not await output.wait(request.timeout):
                raise soap.timed_out()
            if output.is_closed:
                raise soap.unknown_shell(request.shell_id)
            if is_gone():  # what is fetched for nobody would be lost to the client's next attempt
                raise ConnectionResetError
            chunks, exit_code = output.fetch(int(request.max_envelope * ENVELOPE_SHARE))
            step.ends_command = exit_code is not None
            return receive_response(request.command_id, chunks, exit_code, shell.streams)

        step = Step(finish, shell.invocations.get(request.command_id))
        return step


def _done(body: str) -> Callable[[], Awaitable[str]]:
    async def finish() -> str:
        return body

    return finish


def _shell_kind(resource: str) -> type[Shell]:
    if resource == soap.CMD_RESOURCE:
        return WinrsShell
    if resource.startswith(soap.POWERSHELL_RESOURCES):
        return PsrpShell
    raise WSManFault(FaultCode.UNSUPPORTED, "w:InvalidResourceURI", f"there is no resource {resource}")


def _identify() -> str:
    return (
        f'<wsmid:IdentifyResponse xmlns:wsmid="{soap.IDENTITY}"><wsmid:ProtocolVersion>{soap.WSMAN}</wsmid:ProtocolVersion>'
        "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse>"
    )


def _created(shell: Shell, machine: str) -> str:
    return (
        f"<x:ResourceCreated><a:Address>http://{escape(machine)}/wsman</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{shell.resource}</w:ResourceURI>"
        f'<w:SelectorSet><w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
        f"<rsp:Shell><rsp:ShellId>{shell.id}</rsp:ShellId><rsp:ResourceUri>{shell.resource}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(shell.user)}</rsp:Owner><rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>"
        f"<rsp:OutputStreams>{shell.stream_list}</rsp:OutputStreams></rsp:Shell>"
    )
