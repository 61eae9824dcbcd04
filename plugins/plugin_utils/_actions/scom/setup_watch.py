# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Watching one setup: its logs become steps that are shown, copies that are kept, and a verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PureWindowsPath

from ..._scom.setup.logs.files import LOG_FILES, LogKind
from ..._scom.setup.logs.first_cause import ReadLog, verdict_of
from ..._scom.setup.logs.narrator import BootstrapNarrator, Narrator
from ..._scom.setup.logs.verdict import Verdict
from ..._upgrade.redaction import Secrets
from ..._windows.display_lines import Progress
from ..._windows.long_task import WatchedLog, Watcher
from ..._windows.task_status import TaskStatus
from ..run_evidence import Log

WATCHED = tuple(WatchedLog(log.name, log.pattern) for log in LOG_FILES)
KINDS = {log.name: log.kind for log in LOG_FILES}


@dataclass
class _Copy:
    """A log as far as it was read: the file on the host and its bytes."""

    file: str
    content: bytes = b""


class SetupWatch:
    """Follows the logs of one setup, whoever started it."""

    watched = WATCHED

    def __init__(self, progress: Progress, secrets: Secrets) -> None:
        self._progress = progress
        self._secrets = secrets
        self._copies: dict[str, _Copy] = {}
        self._narrators: dict[str, Narrator | BootstrapNarrator] = {}
        self._elapsed = 0.0

    def watcher(self) -> Watcher:
        """The callbacks for L(LongTask.follow)."""

        def look(status: TaskStatus) -> None:
            self._elapsed = status.elapsed_seconds

        return Watcher(self._log, look, lambda text: self._progress.line(text, self._elapsed))

    def verdict(self, status: TaskStatus) -> Verdict | None:
        """What the logs say of the run; None when none of them was read, or none that says anything of it."""
        logs = [ReadLog(KINDS[name], copy.file, copy.content) for name, copy in self._copies.items()]
        return verdict_of(logs, is_running=status.is_running, exit_code=status.exit_code, secrets=self._secrets)

    @property
    def logs(self) -> dict[str, Log]:
        """What was read of the logs, by their names, and what the copy of each is called."""
        files = {name: PureWindowsPath(copy.file).name for name, copy in self._copies.items()}
        shared = Counter(file.casefold() for file in files.values())
        # Two logs of one name, from two folders of the host, are two files here as well.
        return {
            name: Log(f"{name}-{file}" if shared[file.casefold()] > 1 else file, self._copies[name].content) for name, file in files.items()
        }

    def _log(self, name: str, file: str, offset: int, content: bytes) -> None:
        copy = self._copies.get(name)
        if copy is None or copy.file != file or offset == 0:
            copy = self._copies[name] = _Copy(file)
            self._narrators[name] = self._narrator(name)
        copy.content += content
        for step in self._narrators[name].feed(content) if KINDS[name] in (LogKind.WIZARD, LogKind.BOOTSTRAP) else ():
            self._progress.line(step.text, self._elapsed)

    def _narrator(self, name: str) -> Narrator | BootstrapNarrator:
        return BootstrapNarrator(secrets=self._secrets) if KINDS[name] is LogKind.BOOTSTRAP else Narrator(secrets=self._secrets)
