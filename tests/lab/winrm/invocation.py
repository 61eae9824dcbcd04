"""One command of a shell, from its first line of input to its result, and what may be said of it aloud."""

from __future__ import annotations

import logging
from typing import Any

from .machine import Command, Machine, Result
from .manifest import ExecManifest, ManifestReader, UnreadableManifest, is_bootstrap

log = logging.getLogger(__name__)
_PREFIXES = ("psrp_", "winrm_", "powershell_")


def module_of(manifest: ExecManifest | None) -> str | None:
    """The module's name once the input is complete; None for everything that is no module."""
    return manifest.module_name if manifest and manifest.is_module else None


def event_of(manifest: ExecManifest | None, user: str, connection: str) -> dict[str, Any]:
    """What a journal may hold: names only, never arguments or text, which can be secret."""
    return {
        "connection": connection,
        "what": _what(manifest),
        "user": user,
        "become": manifest.become.user if manifest and manifest.become else None,
        "check": manifest.check_mode if manifest else False,
    }


def _what(manifest: ExecManifest | None) -> str:
    """The module's name, or `put_file`, `fetch_file`, `mkdtemp`, `expand_user`, `script` (its text), `raw` (anything else)."""
    if manifest is None:
        return "raw"
    if manifest.is_module:
        return manifest.module_name
    if manifest.is_script_text:
        return "script"
    name = manifest.entry.name.removesuffix(".ps1")
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)


class Invocation:
    """Feeds a machine's command and reads along in the manifest, for the journal and for faults that name a module."""

    def __init__(self, machine: Machine, script: str, arguments: list[str], user: str, connection: str) -> None:
        self.user = user
        self.connection = connection
        self.manifest: ExecManifest | None = None
        self._reader = ManifestReader() if is_bootstrap(script) else None
        self._machine = machine
        self._command: Command | None = None
        self._defect: Exception | None = None
        try:
            self._command = machine.start(script, arguments, user, connection)
        except Exception as error:
            self._note(error)

    def feed(self, line: str) -> None:
        self._read_along(line)
        if self._command is not None and self._defect is None:
            try:
                self._command.feed(line)
            except Exception as error:
                self._note(error)

    def end_input(self) -> None:
        """Called once, before `run`: from here on the manifest is known."""
        if self._reader is not None:
            try:
                self.manifest = self._reader.end()
            except UnreadableManifest:
                self._reader = None

    async def run(self) -> Result:
        """The command's result. A defect of the machine becomes a failed pipeline, and is logged without its input."""
        if self._command is not None and self._defect is None:
            try:
                return await self._command.run()
            except Exception as error:
                self._note(error)
        return Result(1, [], [f"{self._machine.name}: the simulated host failed: {self._defect!r}"], had_errors=True)

    @property
    def module(self) -> str | None:
        return module_of(self.manifest)

    def event(self) -> dict[str, Any]:
        return event_of(self.manifest, self.user, self.connection)

    def _read_along(self, line: str) -> None:
        if self._reader is None or self.manifest is not None:
            return
        try:
            self._reader.feed(line)
            self.manifest = self._reader.manifest
        except UnreadableManifest:
            self._reader = None

    def _note(self, error: Exception) -> None:
        self._defect = error
        log.error("%s: a command failed inside the lab", self._machine.name, exc_info=error)
