# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folder on the controller that documents what one upgrade did: what was before, logs, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .._upgrade.redaction import Secrets
from .._upgrade.texts import NOTHING_STARTED
from .._windows.evidence_folder import Evidence, owner, started_at
from .._windows.upgrade_action import Stop
from .._windows.waiting import Once

PROOF = "evidence.json"
Facts = Mapping[str, Any]


class Log(NamedTuple):
    """A log of the work as far as it was read: what its copy is called, and its bytes."""

    file: str
    content: bytes


class RunEvidence:
    """Each upgrade has a folder of its own: the logs of one that failed are still wanted when the next has ended well.

    ``name``: of what is upgraded, ``known_by``: the inventory's names for it, where ``name`` is what a host says. ``to``: what it is
    upgraded to. ``began``: when it was started, None while it is not known. ``tell``: where trouble with files is told.

    A disk that is full is no reason to leave a host half-way; before the start it is one not to begin.
    """

    def __init__(
        self, directory: str, name: str, to: str, secrets: Secrets, tell: Callable[[str], None], known_by: Iterable[str] = ()
    ) -> None:
        self._directory = directory
        self._names = (owner(name, known_by), f"to {to}")
        self._secrets = secrets
        self._tell = Once(tell)
        self.began: str | None = None

    @property
    def folder(self) -> str:
        """Where it is."""
        return str(self._evidence().folder)

    def prepare(self, subject: str = "") -> None:
        """Makes the folder; ends the action where that fails, by the subject's name."""
        self._or_stop(subject, lambda: self._evidence().prepare())

    def write_down(self, name: str, facts: Facts, subject: str) -> None:
        """Writes what has to be there before anything is started; ends the action where that fails."""
        self._or_stop(subject, lambda: self._evidence().write(name, facts))

    def keep_logs(self, logs: Mapping[str, Log]) -> dict[str, str]:
        """Keeps the logs that say anything; returns the paths of their copies by their keys, {} when they could not be kept."""
        try:
            return {key: str(self._evidence().write_log(log.file, log.content)) for key, log in logs.items() if log.content}
        except OSError as error:
            self._tell(f"the logs cannot be kept: {error}")
            return {}

    def keep_proof(self, facts: Facts, beside: Mapping[str, Facts] | None = None) -> str:
        """Keeps the proof, and what is wanted beside it by the names of files. Returns the proof's path, '' when it could not be kept."""
        try:
            for name, content in (beside or {}).items():
                self._evidence().write(name, content)
            return str(self._evidence().write(PROOF, facts))
        except OSError as error:
            self._tell(f"{PROOF} cannot be kept: {error}")
            return ""

    @staticmethod
    def _or_stop(subject: str, write: Callable[[], Any]) -> None:
        try:
            write()
        except OSError as error:
            about = f"{subject}: " if subject else ""
            raise Stop(f"{about}evidence_directory: {error}; correct it and run again; {NOTHING_STARTED}") from error

    def _evidence(self) -> Evidence:
        return Evidence(self._directory, self._secrets, *self._names, *started_at(self.began))
