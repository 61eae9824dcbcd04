"""One script that reached a host over WinRM: an exec manifest, a file transfer, or one of the few plain scripts Ansible sends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import Become, ExecManifest, ManifestReader, UnreadableManifest, is_bootstrap

from . import dispatch, file_transfer, plain_scripts
from .directory import Logon
from .session import Session

if TYPE_CHECKING:
    from .host import SimulatedHost


class HostCommand:
    """Implements `tests.lab.winrm.machine.Command`."""

    def __init__(self, host: SimulatedHost, script: str, arguments: list[str], user: str, connection: str) -> None:
        self._host, self._script, self._arguments = host, script, arguments
        self._reader = ManifestReader() if is_bootstrap(script) else None
        self._input: list[str] = []
        self._session = Session(host, host.accounts.full_name(user), is_network_logon=True, connection=connection)

    def feed(self, line: str) -> None:
        if self._reader is None or self._reader.feed(line):
            self._input.append(line)

    async def run(self) -> Result:
        if self._reader is None:
            await _think(self._host)
            return await plain_scripts.answer(self._session, self._script)
        try:
            manifest = self._reader.end()
        except UnreadableManifest as trouble:
            return Result(1, [json.dumps({"failed": True, "msg": f"failure during exec_wrapper: {trouble}"})])
        return await carry_out(self._session, manifest, self._input)


async def carry_out(session: Session, manifest: ExecManifest, lines: Sequence[str] = ()) -> Result:
    """Does what a manifest asks for; `lines` are the input of its action."""
    await _think(session.host)
    if manifest.become:
        logon = _become(session, manifest.become)
        if logon is not Logon.OK:
            return _refused(manifest.become, logon)
        session = Session(session.host, session.host.accounts.full_name(manifest.become.user), is_network_logon=False)
    if manifest.action("async_wrapper.ps1"):
        return Result(1, [json.dumps({"failed": True, "msg": "async is not simulated by the lab (tests/lab/windows/command.py)"})])
    if manifest.is_script_text:
        return await plain_scripts.answer(session, manifest.entry_text)
    if manifest.is_module:
        return await dispatch.run(manifest, session)
    return file_transfer.run(session, manifest.entry.name, manifest.entry.params, lines)


async def _think(host: SimulatedHost) -> None:
    if host.times.answer_seconds:
        await host.world.sleep(host.times.answer_seconds)


def _become(session: Session, become: Become) -> Logon:
    """An administrator becomes SYSTEM and managed accounts without a password; anybody else needs the right one."""
    accounts = session.host.accounts
    if accounts.is_system(become.user):
        return Logon.OK if session.is_administrator else Logon.RIGHT_MISSING
    return accounts.logon(become.user, become.password, "become")


def _refused(become: Become, logon: Logon) -> Result:
    """What become_wrapper.ps1 prints when LogonUser fails (Ansible.AccessToken.cs, exec_wrapper.ps1)."""
    account = become.user.rpartition("\\")[2]
    error = f"Failed to logon {account} ({logon.message.rstrip('.')}, Win32ErrorCode {logon.code} - 0x{logon.code:08X})"
    message = f'failure during exec_wrapper: Exception calling "CreateProcessAsUser" with "9" argument(s): "{error}"'
    return Result(1, [json.dumps({"failed": True, "msg": message, "exception": error})])
