# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict on one run of setup, from its log, and the first cause of a failure (log-shapes 1.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .known_failures import known_failure
from .tell_tales import Phase, StepSeverity, step_of
from .wizard import Record, ThrownException


class Outcome(str, Enum):
    """What the log says. Success is only ever provisional: the versions prove it."""

    RUNNING = "running"
    PROVISIONAL_SUCCESS = "provisional_success"
    FAILED = "failed"
    HANGING = "hanging"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cause:
    """Why a run failed: the words of a log (one line, cut), what is known about them ('' when nothing), where in the wizard's log."""

    text: str
    clock: str = ""
    offset: int = 0
    meaning: str = ""
    fix: str = ""
    source: str = ""
    exception: ThrownException | None = None


@dataclass(frozen=True)
class Verdict:
    """The verdict, why, the name setup ended with ('' when it did not say), the first cause unless the run went well."""

    outcome: Outcome
    reason: str
    ended: str = ""
    first_cause: Cause | None = None


_ENDED = re.compile(r"Application Ended(?::\s*(?P<name>\w+))?")
_FATAL = re.compile(r"FATAL ACTION: |OM component \S+ is not valid to install|\*{1,20}Starting\*RollBack\*|Uncaught Exception")
# Lines that look like failures and are none: 1.4 P; the last two are harmless in OMReporting.log (4 S1).
_NOISE = re.compile(r"Product check|continuing anyway|ExecNetFx: Error 0xffffffff", re.IGNORECASE)
_LOADING = re.compile(r"ImportManagementPack: Loading management pack (?P<path>.{1,1000}?)\.?(?:\s{1,10}\d{1,2}:\d{2}:\d{2})?", re.DOTALL)
_UNABLE = re.compile(r"ImportManagementPack: Error: Unable to load management pack (?P<path>.+)", re.DOTALL)
_RETRY = re.compile(r"FirstManagementServer: Failed to load MP (?P<path>.{1,1000}?)\.\s{1,10}We will retry\.?", re.DOTALL)
_PACK_FAILURE = re.compile(r"ImportManagementPack: |: ?Verification failed|Verification failed")
_GOOD_CODES = (0, 1641, 3010)
_LONGEST_TEXT = 300
_MOST_FAILURES = 50


@dataclass(frozen=True)
class _Failure:
    record: Record
    pack: str = ""
    retried: bool = False


class Judge:
    """Watches the records of one run and gives the verdict at any time.

    A management pack that fails and is loaded again is no failure (1.4): what an earlier try logged counts only if nothing else does.
    A second run appended to the same file begins anew at ``Application Started``.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._ended = ""
        self._is_over = False
        self._fatal: Record | None = None
        self._failures: list[_Failure] = []
        self._pack = ""
        self._last: Record | None = None

    def observe(self, record: Record) -> None:
        """Takes the next record of the log."""
        if record.text.startswith("Application Started"):
            self._begin()
        if not self._is_over:
            self._last = record
        match = _ENDED.fullmatch(record.text.strip())
        if match:
            self._ended, self._is_over = match["name"] or "", True
        elif _FATAL.match(record.text):
            self._fatal = self._fatal or record
        elif self._fatal is None:
            self._observe_failure(record)

    def verdict(
        self, *, is_running: bool, exit_code: int | None = None, silent_seconds: float = 0, stall_limit_seconds: float | None = None
    ) -> Verdict:
        """The verdict by the order of 1.7.

        ``is_running``: processes of setup are alive. ``silent_seconds``: how long the log has not grown; beyond ``stall_limit_seconds``
        (None: no limit) a running setup hangs. ``exit_code``: of a run that ended, None when unknown.
        """
        decided = self._decided()
        if decided or not is_running:
            return decided or self._without_end(exit_code)
        if stall_limit_seconds is not None and silent_seconds > stall_limit_seconds:
            return Verdict(Outcome.HANGING, f"nothing new in the log for {silent_seconds:.0f} s", "", self._hanging())
        return Verdict(Outcome.RUNNING, "setup is running")

    def _decided(self) -> Verdict | None:
        """The verdict the log itself gives; None when it has no word of it."""
        if self._ended and not self._ended.startswith("Successful"):
            return Verdict(Outcome.FAILED, f"setup ended with {self._ended}", self._ended, self._cause())
        if self._fatal:
            return Verdict(Outcome.FAILED, _cut(self._fatal.text), self._ended, self._cause())
        if self._ended:
            return Verdict(Outcome.PROVISIONAL_SUCCESS, "setup says it ended well", self._ended)
        return None

    def _without_end(self, exit_code: int | None) -> Verdict:
        if exit_code in _GOOD_CODES:
            reason = f"exit code {exit_code}, and the log has no fatal failure"
            return Verdict(Outcome.PROVISIONAL_SUCCESS, reason)
        return Verdict(Outcome.UNKNOWN, "setup is gone and its log has no end", "", self._cause())

    def _observe_failure(self, record: Record) -> None:
        text = record.text
        loading, retry, unable = _LOADING.fullmatch(text), _RETRY.match(text), _UNABLE.fullmatch(text)
        if loading:
            self._pack = _pack(loading["path"])
            self._failures = [failure for failure in self._failures if failure.pack != self._pack]
        elif retry:
            self._retry(_pack(retry["path"]))
        elif text.startswith("FirstManagementServer: Importing Management Pack:"):
            self._pack = ""
        elif _is_candidate(record):
            if unable:
                self._pack = _pack(unable["path"])
            self._remember(_Failure(record, self._pack if _PACK_FAILURE.match(text) else ""))

    def _retry(self, pack: str) -> None:
        self._failures = [_Failure(failure.record, pack, True) if failure.pack == pack else failure for failure in self._failures]
        self._pack = ""

    def _remember(self, failure: _Failure) -> None:
        if len(self._failures) < _MOST_FAILURES:
            self._failures.append(failure)

    def _cause(self) -> Cause | None:
        """The first failure before the fatal record; failures of management packs that were to be tried again come last."""
        ordered = sorted(self._failures, key=lambda failure: failure.retried)
        record = ordered[0].record if ordered else self._fatal
        return _cause(record) if record else None

    def _hanging(self) -> Cause | None:
        """The first failure, or else the last words: a run hangs in what it began (1.7)."""
        return self._cause() or (_cause(self._last) if self._last else None)


def judge(records: Iterable[Record], *, is_running: bool = False, exit_code: int | None = None) -> Verdict:
    """The verdict on a whole log."""
    watching = Judge()
    for record in records:
        watching.observe(record)
    return watching.verdict(is_running=is_running, exit_code=exit_code)


def _is_candidate(record: Record) -> bool:
    if record.is_stack_trace or _NOISE.search(record.text):
        return False
    step = step_of(record.text)
    return record.is_failure or (step is not None and step.severity is StepSeverity.ERROR and step.phase is not Phase.END)


def _cause(record: Record) -> Cause:
    whole = "\n".join((record.text, *record.more))
    known = known_failure(whole)
    return Cause(
        text=_cut(record.text),
        clock=record.clock,
        offset=record.offset,
        meaning=known.meaning if known else "",
        fix=known.fix if known else "",
        source=known.source if known else "",
        exception=record.exception,
    )


def _pack(path: str) -> str:
    return path.strip().rstrip(".").replace("/", "\\").rsplit("\\", 1)[-1].casefold()


def _cut(text: str) -> str:
    """One line of readable length: the context of a SQL exception holds whole scripts, its message comes last (1.3)."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_TEXT:
        return line
    return f"{line[: _LONGEST_TEXT // 2]} \u2026 {line[-_LONGEST_TEXT // 2 :]}"
