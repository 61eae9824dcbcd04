"""The line to one simulated host without a wire: logons, power, lost answers and the journal's requests are as they are over WinRM."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from pypsrp.exceptions import WinRMTransportError

from tests.lab.windows.command import carry_out
from tests.lab.windows.host import SimulatedHost
from tests.lab.windows.session import Session
from tests.lab.winrm.accounts import Accounts
from tests.lab.winrm.faults import At, Effect, Faults, Moment, Stage
from tests.lab.winrm.invocation import Invocation, event_of, module_of
from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import ExecManifest

PLUGIN = "psrp"
# What one call takes, about as long as over loopback: nothing in the world is over before anybody could look.
CALL_SECONDS = 0.05
# When the client gives a silent host up (`connection.read_timeout` of a scenario).
READ_TIMEOUT = 30.0
OnRequest = Callable[[str, dict[str, Any]], None]


class Door:
    """Where all lines to one host end. Going down, or a restart of WinRM, cuts them together with what runs in them."""

    def __init__(self, host: SimulatedHost, faults: Faults, on_request: OnRequest) -> None:
        self.host = host
        self.faults = faults
        self.on_request = on_request
        # The file of hashes is NTLM's, which nobody speaks here.
        self.accounts = Accounts(host, Path())
        self.era = 0
        self._running: set[asyncio.Task[Result]] = set()
        host.power.watch(self.cut, lambda: None)

    def cut(self) -> None:
        """Ends every line and what runs in it."""
        self.era += 1
        for task in self._running:
            task.cancel()

    async def carry(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Does what came over a line. Raises ConnectionError when the line is cut meanwhile."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            raise ConnectionResetError("Connection reset by peer") from None
        finally:
            self._running.discard(task)


class Line:
    """One connection to a host. What breaks raises what the psrp plugin raises: AnsibleConnectionFailure, or its libraries' errors."""

    def __init__(self, door: Door, user: str, password: str) -> None:
        self._door = door
        self._user, self._password = user, password
        self._era: int | None = None
        self._account = ""

    def close(self) -> None:
        self._era = None

    async def open(self) -> None:
        """Logs on, unless it is open."""
        if self._era is not None:
            return
        name = self._door.host.name
        if not self._door.host.power.is_up:
            raise AnsibleConnectionFailure(f"Failed to connect to the host via PSRP: {name}: Connection refused")
        await self._suffer(At.CREATE, Stage.BEFORE, None)
        if not self._door.accounts.has_password(self._user, self._password):
            raise AnsibleConnectionFailure("failed to authenticate with the server: the server answered 401")
        self._account = self._door.accounts.find(self._user) or ""
        self._era = self._door.era

    async def manifest(self, manifest: ExecManifest, lines: Sequence[str] = ()) -> Result:
        """Does what a manifest asks for, with the input of its action."""
        await self.open()
        host = self._door.host
        session = Session(host, host.accounts.full_name(self._account), is_network_logon=True, connection=PLUGIN)
        return await self._exchange(manifest, lambda: carry_out(session, manifest, lines))

    async def script(self, text: str, arguments: list[str], lines: Sequence[str]) -> Result:
        """Runs a script with its input through the door that the front end uses."""
        await self.open()
        invocation = Invocation(self._door.host, text, arguments, self._account, PLUGIN)
        for line in lines:
            invocation.feed(line)
        invocation.end_input()
        return await self._exchange(invocation.manifest, invocation.run)

    async def _exchange(self, manifest: ExecManifest | None, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        if self._era != self._door.era:
            raise ConnectionResetError("Connection reset by peer")
        module = module_of(manifest)
        await self._suffer(At.COMMAND, Stage.BEFORE, module, starts_command=True)
        await self._suffer(At.SEND, Stage.BEFORE, module, starts_command=True)
        self._door.on_request(self._door.host.name, event_of(manifest, self._account, PLUGIN))
        await asyncio.sleep(CALL_SECONDS)
        result = await self._door.carry(work())
        await self._suffer(At.RECEIVE, Stage.AFTER, module, ends_command=True)
        return result

    async def _suffer(self, at: At, stage: Stage, module: str | None, **where: bool) -> None:
        """Lets a due fault of the wire happen."""
        rule = self._door.faults.due(Moment(at, stage, self._door.host.name, module, **where))
        if rule is None:
            return
        if rule.action is Effect.DELAY:
            await asyncio.sleep(rule.delay_ms / 1000)
        elif rule.action is Effect.HANG:
            await asyncio.sleep(READ_TIMEOUT)
            raise AnsibleConnectionFailure("HTTP read timeout during PSRP script execution")
        elif rule.action in (Effect.HTTP_500, Effect.HTTP_503):
            raise WinRMTransportError("http", int(rule.action.value.removeprefix("http_")), "")
        else:
            raise ConnectionResetError("Connection reset by peer")
