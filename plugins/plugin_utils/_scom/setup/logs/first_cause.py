# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first cause of a setup that failed, where OpsMgrSetupWizard.log has none: from the logs of what ran before it and below it (4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath

from ...._installer.msi_log import deciding_session, read_msi_log
from ...._upgrade.redaction import NAMES_ALONE, Secrets
from .bootstrap import read_bootstrap_log
from .files import LogKind
from .prerequisites import read_prerequisite_log
from .verdict import Cause, Outcome, Verdict, judge
from .wizard import read_setup_log


@dataclass(frozen=True)
class ReadLog:
    """A log of one run as far as it was read: its kind, its path on the host, its bytes."""

    kind: LogKind
    file: str
    content: bytes

    @property
    def name(self) -> str:
        """The name of the file: ``Setup1.log``."""
        return PureWindowsPath(self.file).name


def verdict_of(
    logs: Iterable[ReadLog], *, is_running: bool = False, exit_code: int | None = None, secrets: Secrets = NAMES_ALONE
) -> Verdict | None:
    """The verdict on a run from all of its logs; None when they say nothing of it: the wizard's log was not read and no other has a cause.

    An exit code alone is no verdict of a log.
    """
    read = [log for log in logs if log.content]
    wizard = next((log for log in read if log.kind is LogKind.WIZARD), None)
    if wizard is None:
        return _without_wizard(read, secrets)
    verdict = judge(read_setup_log(wizard.content, secrets=secrets), is_running=is_running, exit_code=exit_code)
    if verdict.first_cause is not None or verdict.outcome in (Outcome.PROVISIONAL_SUCCESS, Outcome.RUNNING):
        return verdict
    return replace(verdict, first_cause=first_cause(read, secrets))


def first_cause(logs: Iterable[ReadLog], secrets: Secrets = NAMES_ALONE) -> Cause | None:
    """A refused command line, else a failed prerequisite, else the first action of Windows Installer that failed; None when nothing did."""
    read = tuple(logs)
    return _refusal(read, secrets) or _prerequisite(read) or _installer(read, secrets)


def _without_wizard(read: list[ReadLog], secrets: Secrets) -> Verdict | None:
    if refused := _refusal(read, secrets):
        return Verdict(Outcome.FAILED, "setup refused its command line and began nothing", first_cause=refused)
    cause = first_cause(read, secrets)
    return Verdict(Outcome.UNKNOWN, "setup's own log was not read", first_cause=cause) if cause else None


def _refusal(read: Iterable[ReadLog], secrets: Secrets) -> Cause | None:
    for log in _of(read, LogKind.BOOTSTRAP):
        refusal = read_bootstrap_log(log.content, secrets=secrets).refusal
        if refusal:
            code = ": ".join(filter(None, (refusal.hresult, refusal.explanation)))
            return Cause(
                text=f"{log.name}: {refusal.text}" + (f" ({code})" if code else ""),
                meaning="setup did not take its command line: nothing was changed",
                fix="compare the switches that were given with those of the target release, and the media with the target",
                source="4 W, log-shapes 2 S1",
            )
    return None


def _prerequisite(read: Iterable[ReadLog]) -> Cause | None:
    for log in _of(read, LogKind.PREREQUISITES):
        for failed in read_prerequisite_log(log.content).failed:
            return Cause(
                text=f"{log.name}: {failed.check} failed",
                meaning=failed.known.meaning if failed.known else "a prerequisite of setup's own is not met",
                fix=failed.known.fix if failed.known else "",
                source=failed.known.source if failed.known else "4 D",
            )
    return None


def _installer(read: Iterable[ReadLog], secrets: Secrets) -> Cause | None:
    for log in _of(read, LogKind.MSI):
        session = deciding_session(read_msi_log(log.content, secrets=secrets))
        if session is None or session.succeeded or session.first_failure is None:
            continue
        code = session.exit_code
        product = f" of {session.product}" if session.product else ""
        meaning = f"Windows Installer{product} ended with {code.code}: {code.meaning}" if code else f"Windows Installer{product} failed"
        return Cause(text=f"{log.name}: {session.first_failure.cause}", meaning=meaning, source="log-shapes 4 S1")
    return None


def _of(read: Iterable[ReadLog], kind: LogKind) -> list[ReadLog]:
    return [log for log in read if log.kind is kind]
