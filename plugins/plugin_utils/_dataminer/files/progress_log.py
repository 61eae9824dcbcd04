# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""progress.log of one node: read while it grows, shown as one step a line, and checked at the end (9, log-shapes 9.1, 9.2).

No whole file was ever published: any word is taken for a kind of line, only ``error`` counts as bad, and no text proves success.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from ..._upgrade.redaction import NAMES_ALONE, Secrets
from .check_results import FailedPrerequisite, failed_prerequisite
from .text_lines import GrowingText, TextLine

_RECORD = re.compile(
    r"(?:(?P<agent>[^|\s]{1,255})\|)?(?:(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})\|)?(?P<kind>[A-Za-z]{1,30})\|(?P<text>.*)",
    re.ASCII | re.DOTALL,
)
_MIGRATION = re.compile(r"\[(?P<time>\d{2}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}\.\d{3})\](?P<agent>\S{1,255}) - (?P<text>.*)", re.ASCII)
# What is in a log before anything is executed (log-shapes 9.1).
IN_UPLOAD = re.compile(
    r"Could not auto-detect port|Starting upgrade thread for agent|Launching upgrade of|Uploading package|Failed getting progress from",
    re.IGNORECASE,
)
_SHOWN = 300


class LineKind(str, Enum):
    """Kinds of lines. ``OUTPUT``: what a tool or script wrote, without a kind; ``OTHER``: a kind no table here knows."""

    INFORMATION = "information"
    PROGRESS = "progress"
    STEP = "step"
    NOTICE = "notice"
    ERROR = "error"
    EVENT = "event"
    OTHER = "other"
    OUTPUT = "output"


# Words of events of the Taskbar Utility, which may stand where a kind does (log-shapes 9.1 D names, U place).
_EVENTS = frozenset({"finished", "success", "localcomplete", "uploadcomplete", "upgradecomplete"})


@dataclass(frozen=True)
class Record:
    """One line. ``agent`` and ``time`` are '' where the line has none; ``time`` is the node's own and is shown only."""

    kind: LineKind
    text: str
    agent: str = ""
    time: str = ""
    offset: int = 0


@dataclass(frozen=True)
class TellTale:
    """A text that means something, in words of our own; ``bad`` when it tells of a failure, whatever kind its line is of."""

    pattern: re.Pattern[str]
    words: str
    source: str
    bad: bool = False


def _tell(pattern: str, words: str, source: str, bad: bool = False) -> TellTale:
    return TellTale(re.compile(pattern, re.IGNORECASE), words, source, bad)


UPGRADE_FAILED = _tell(r"Upgrade failed:", "the upgrade failed", "9.1 S1", bad=True)
ON_FAILURE = _tell(r"Executing on-failure steps due to failure", "a step failed, the steps for failures are run", "9.1 S1", bad=True)
PREREQUISITES_FAILED = _tell(r"(?:- )?One or more prerequisites failed", "a prerequisite failed: the package is refused", "8 D", bad=True)
NO_EXECUTOR = _tell(
    r"Failed to verify prerequisites: the BPA executor could not be found", "the package brings no executor for its checks", "9 D", bad=True
)
BLIND = _tell(r"Failed getting progress from ", "the progress of another agent cannot be read; its upgrade continues by itself", "9.1 S1")
UPLOADED = _tell(r"Upload has been completed successfully", "the upload is complete", "2 D")
MIGRATED = _tell(r"Migration successful!", "the migration is complete", "9.2 S1")
NOT_JOINED = _tell(r"ERROR: \S+ was not able to remove itself", "a node could not join the new cluster", "9.2 S1", bad=True)
TELL_TALES: tuple[TellTale, ...] = (
    UPGRADE_FAILED,
    ON_FAILURE,
    PREREQUISITES_FAILED,
    NO_EXECUTOR,
    BLIND,
    UPLOADED,
    MIGRATED,
    NOT_JOINED,
)


@dataclass(frozen=True)
class ProgressStep:
    """One line of live progress; ``bad`` when it tells of something that failed, which is not yet the verdict."""

    text: str
    kind: LineKind
    bad: bool = False
    agent: str = ""


@dataclass(frozen=True)
class ProgressVerdict:
    """What one log tells so far of the node it is of. Lines about other agents, which the one that started it relays, are no part of it.

    ``first_error``: the text of the first line of kind error, or of the first tell-tale that names a failure; '' when there is none.
    ``cause``: the notice that stands before it, which says why. ``failed``: the log says in so many words that the upgrade failed or
    the package was refused. ``blind``: how often another agent's progress could not be seen, which says nothing of that agent.
    ``uploaded``: the log says that the upload is complete. ``in_upload``: it tells of an upload and, errors and notices aside, of nothing
    that comes after it; what it may tell of else counts for more than an upload. No text proves an upgrade (log-shapes 9.1): see `history`.
    """

    first_error: str = ""
    cause: str = ""
    failed: bool = False
    blind: int = 0
    uploaded: bool = False
    in_upload: bool = False
    prerequisites: tuple[FailedPrerequisite, ...] = ()
    records: int = 0
    last: str = ""


def read_record(line: TextLine) -> Record | None:
    """What a line says; None for an empty one. Never raises.

    >>> read_record(TextLine("10.20.0.11|2031-01-15 22:10:01|error|Upgrade failed: why", 0, 0)).agent
    '10.20.0.11'
    """
    text = line.text.strip("\ufeff\0")
    if not text.strip():
        return None
    if found := _RECORD.fullmatch(text):
        return Record(_kind(found["kind"]), found["text"].strip(), found["agent"] or "", found["time"] or "", line.start)
    if found := _MIGRATION.fullmatch(text):
        return Record(LineKind.STEP, found["text"].strip(), found["agent"], found["time"], line.start)
    return Record(LineKind.OUTPUT, text.rstrip(), offset=line.start)


class ProgressLog:
    """A progress.log while it is written: ``feed(bytes) -> list[ProgressStep]``, in any pieces, and ``verdict`` at any time.

    Output of scripts is not told, and the same step not twice running. When the file was begun anew, take a new one. ``own``: names and
    addresses of the node; lines that name another agent are told and not judged. Without any, every line is taken for the node's own.

    >>> ProgressLog().feed(b"step|Stopping services\\r\\nnotice|one of many\\r\\n")[0].text
    'Stopping services'
    """

    def __init__(self, start: int = 0, own: Iterable[str] = (), secrets: Secrets = NAMES_ALONE) -> None:
        self._secrets = secrets
        self._lines = GrowingText(start)
        self._own = frozenset(one.casefold() for one in own)
        self._last: ProgressStep | None = None
        self._notice = ""
        self.verdict = ProgressVerdict()

    @property
    def offset(self) -> int:
        """Where to read on."""
        return self._lines.offset

    def feed(self, data: bytes) -> list[ProgressStep]:
        """The steps told by the lines that ended within these bytes."""
        return self._steps(self._lines.feed(data))

    def finish(self) -> list[ProgressStep]:
        """The step of a last line without an end."""
        return self._steps(self._lines.finish())

    def _steps(self, lines: list[TextLine]) -> list[ProgressStep]:
        steps: list[ProgressStep] = []
        for line in lines:
            record = read_record(line)
            step = self._taken(replace(record, text=self._secrets(record.text))) if record else None
            if step and step != self._last:
                steps.append(step)
                self._last = step
        return steps

    def _taken(self, record: Record) -> ProgressStep | None:
        tale = next((one for one in TELL_TALES if one.pattern.match(record.text.lstrip())), None)
        prerequisite = failed_prerequisite(record.text)
        # A watcher that cannot see another agent says nothing against either, whatever kind of line it takes for that.
        bad = tale is not BLIND and (record.kind is LineKind.ERROR or prerequisite is not None or (tale is not None and tale.bad))
        if self._is_of_another(record):
            self.verdict = replace(self.verdict, records=self.verdict.records + 1)
        else:
            self._judge(record, tale, prerequisite, bad)
        if record.kind is LineKind.OUTPUT and not bad and tale is None:
            return None
        return ProgressStep(_shown(record, tale), record.kind, bad, record.agent)

    def _is_of_another(self, record: Record) -> bool:
        return bool(self._own and record.agent) and record.agent.casefold() not in self._own

    def _judge(self, record: Record, tale: TellTale | None, prerequisite: FailedPrerequisite | None, bad: bool) -> None:
        seen = self.verdict
        # The step that begins the tail of a failure names no cause; the error that follows it does.
        is_first = bad and not seen.first_error and tale is not ON_FAILURE
        self.verdict = replace(
            seen,
            first_error=record.text.strip()[:_SHOWN] if is_first else seen.first_error,
            cause=self._notice if is_first else seen.cause,
            failed=seen.failed or tale in (UPGRADE_FAILED, PREREQUISITES_FAILED, NO_EXECUTOR),
            blind=seen.blind + (tale is BLIND),
            uploaded=seen.uploaded or tale is UPLOADED,
            in_upload=_in_upload(seen, record),
            prerequisites=(*seen.prerequisites, prerequisite) if prerequisite else seen.prerequisites,
            records=seen.records + 1,
            last=record.text.strip()[:_SHOWN],
        )
        if record.kind is not LineKind.OUTPUT and tale is not ON_FAILURE:
            self._notice = record.text[:_SHOWN] if record.kind is LineKind.NOTICE and tale is not BLIND else ""


def _in_upload(before: ProgressVerdict, record: Record) -> bool:
    if record.kind in (LineKind.ERROR, LineKind.NOTICE):
        return before.in_upload
    return IN_UPLOAD.match(record.text.strip()) is not None and (before.in_upload or not before.records)


def _kind(word: str) -> LineKind:
    word = word.casefold()
    if word in _EVENTS:
        return LineKind.EVENT
    # "output" and "other" are names of ours and are in no file.
    return next((kind for kind in LineKind if kind.value == word and kind not in _OURS), LineKind.OTHER)


_OURS = (LineKind.OUTPUT, LineKind.OTHER, LineKind.EVENT)


def _shown(record: Record, tale: TellTale | None) -> str:
    text = record.text.strip()[:_SHOWN]
    return f"{tale.words}: {text}" if tale else text
