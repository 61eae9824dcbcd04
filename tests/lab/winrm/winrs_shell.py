"""The WinRS shell (resource .../shell/cmd): what the `winrm` connection uses. One powershell.exe per command, stdin in chunks of bytes."""

from __future__ import annotations

import base64
import re
import uuid
from xml.sax.saxutils import escape

from . import soap
from .invocation import Invocation
from .machine import Machine, Result
from .manifest import decode_encoded_command
from .output import Output
from .shell import Shell

_NO_STDIN = "TRUE"
_NEEDS_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x1f]")


class WinrsShell(Shell):
    connection = "winrm"
    streams = ("stdout", "stderr")
    stream_list = "stdout stderr"

    def __init__(self, machine: Machine, request: soap.Request, shell_id: str, user: str) -> None:
        super().__init__(machine, request, shell_id, user)
        self._unfinished: dict[str, bytes] = {}
        self._ready: list[str] = []

    def command(self, request: soap.Request) -> str:
        command_id = request.command_id or str(uuid.uuid4()).upper()
        line = " ".join(request.texts("Command", "Arguments")).strip().strip('"')
        script, arguments = decode_encoded_command(line) or (line, [])
        self.outputs[command_id] = Output()
        self.invocations[command_id] = Invocation(self.machine, script, arguments, self.user, self.connection)
        self._unfinished[command_id] = b""
        # Ansible announces input by turning console input off; without the announcement none will come (reference 1.2).
        if request.options.get("WINRS_CONSOLEMODE_STDIN", _NO_STDIN).upper() == _NO_STDIN:
            self._end_input(command_id)
        return command_id

    def send(self, request: soap.Request) -> None:
        command_id = request.command_id
        if command_id not in self._unfinished:
            raise soap.unknown_command(command_id)
        invocation = self.invocations[command_id]
        data = self._unfinished[command_id] + base64.b64decode(request.stream.text or "")
        *lines, self._unfinished[command_id] = data.split(b"\n")
        for line in lines:
            invocation.feed(line.removesuffix(b"\r").decode())
        if (request.stream.get("End") or "").lower() == "true":
            self._end_input(command_id)

    def take_ready(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready

    def answer(self, command_id: str, result: Result) -> None:
        output = self.outputs[command_id]
        if result.output:
            output.write("stdout", _lines(result.output))
        if result.errors:
            output.write("stderr", clixml(result.errors) if result.had_errors else _lines(result.errors))
        output.finish(1 if result.had_errors and not result.code else result.code)

    def signal(self, command_id: str) -> None:
        super().signal(command_id)
        self._unfinished.pop(command_id, None)

    def _end_input(self, command_id: str) -> None:
        invocation = self.invocations[command_id]
        if rest := self._unfinished.pop(command_id):
            invocation.feed(rest.removesuffix(b"\r").decode())
        invocation.end_input()
        self._ready.append(command_id)


def _lines(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def clixml(messages: list[str]) -> bytes:
    """Error records as powershell.exe writes them to standard error under -EncodedCommand (reference 7).

    >>> clixml(["no"]).partition(b"04\\">")[2]
    b'<S S="Error">no_x000D__x000A_</S></Objs>'
    """
    records = "".join(f'<S S="Error">{escape(_escape_control(message))}_x000D__x000A_</S>' for message in messages)
    head = '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    return f"{head}{records}</Objs>".encode()


def _escape_control(text: str) -> str:
    return _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
