# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folder on the controller that proves what was done to a DataMiner System: before, how it was started, logs, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..._dataminer.outcome import baseline
from ..._dataminer.outcome.baseline import Baseline
from ..._dataminer.prerequisites.backup import latest
from ..._dataminer.system.goal import Goal
from ..._dataminer.system.reasons import Start
from ..._upgrade.redaction import Secrets
from ..._windows.evidence_folder import Evidence, owner, started_at
from ..._windows.upgrade_action import Stop
from .system import Seen

BEFORE, PROOF = "before.json", "evidence.json"


def started_with(goal: Goal, step: Start, seen: Seen, backup: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an upgrade is started with, as plain data: it is kept beside the upgrade, so that whoever ends it has it in the evidence."""
    return {
        "package": package(goal),
        "upgrade_info": step.upgrade_info.as_result(),
        "policy": step.policy,
        "orchestrator": step.orchestrator,
        "backup": {"attested": dict(backup)} if backup else {"last_dmbackup": _backups(seen)},
        "waived": waived(seen),
    }


def package(goal: Goal) -> dict[str, Any]:
    """Which file it is, to the byte."""
    return {"file": goal.file, "sha256": goal.sha256, "size": goal.size}


def waived(seen: Seen) -> list[dict[str, Any]]:
    """Findings that would block and were waived by name."""
    return [finding.as_result() for finding in seen.observation.judgement.waived]


def _backups(seen: Seen) -> dict[str, str | None]:
    found = {name: latest(answers) for name, answers in seen.answers.items()}
    return {name: (at.value or None) if at.is_known else None for name, at in found.items()}


class RunEvidence:
    """The folder of one run, by the system's name and by its hosts in the inventory: the name is what a host says.

    ``began``: when it was started, None as long as nobody knows; ``tell``: where trouble with files is told.

    A disk that is full is no reason to leave a system half-way; before the start it is one not to begin.
    """

    def __init__(self, directory: str, name: str, hosts: Iterable[str], title: str, secrets: Secrets, tell: Callable[[str], None]) -> None:
        self._directory = directory
        self._names = (owner(name, hosts), f"to {title}")
        self._secrets = secrets
        self._name = name
        self._tell = tell
        self.began: str | None = None

    @property
    def folder(self) -> str:
        """Where it is."""
        return str(self._evidence().folder)

    def prepare(self) -> None:
        """Makes the folder; ends the action where that fails."""
        self._or_stop(lambda: self._evidence().prepare())

    def keep_before(self, before: Baseline) -> None:
        """Writes down what was before the upgrade is started; ends the action where that fails."""
        self._or_stop(lambda: self._evidence().write(BEFORE, baseline.document(before)))

    def keep_proof(self, result: Mapping[str, Any], before: Baseline | None) -> str:
        """Keeps the proof, and what was before with it. Returns the path of the proof, '' when it could not be kept."""
        try:
            if before is not None:
                self._evidence().write(BEFORE, baseline.document(before))
            return str(self._evidence().write(PROOF, result))
        except OSError as error:
            self._tell(f"{PROOF} cannot be kept: {error}")
            return ""

    def keep_logs(self, logs: Mapping[str, bytes]) -> None:
        """Keeps progress.log of every node."""
        try:
            for name, content in logs.items():
                if content:
                    self._evidence().write_log(f"{name}-progress.log", content)
        except OSError as error:
            self._tell(f"the logs cannot be kept: {error}")

    def _or_stop(self, write: Callable[[], Any]) -> None:
        try:
            write()
        except OSError as error:
            raise Stop(f"{self._name}: evidence_directory: {error}; correct it and run again; nothing was started") from error

    def _evidence(self) -> Evidence:
        return Evidence(self._directory, self._secrets, *self._names, *started_at(self.began))
