# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Records of OpsMgrSetupWizard.log (log-shapes 1.2, 1.3): prefixes of every dialect, continuation lines, exceptions, the property dump."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from ...._upgrade.log_lines import Line, LineReader
from ...._upgrade.redaction import NAMES_ALONE, PROPERTY, Secrets

# A record longer than this is a dump gone wrong: the rest of its lines is counted, not kept (1.3).
LONGEST_RECORD = 500


class Level(str, Enum):
    """Levels of a record. ``ALWAYS`` says nothing about success: failures are logged there too (1.4 S1)."""

    ALWAYS = "Always"
    ERROR = "Error"
    WARNING = "Warning"
    INFO = "Info"
    DEBUG = "Debug"
    DATA = "Data"
    EXCEPTION = "Exception"
    OTHER = "Other"


_LEVELS = {level.value.casefold(): level for level in Level} | {"warn": Level.WARNING}


@dataclass(frozen=True)
class Head:
    """The first line of a record. ``clock`` is the log's own wall clock as text, '' when cut off: 12 or 24 hours is unknown (1.1), so it
    is shown and never reckoned with."""

    level: Level
    clock: str
    text: str
    offset: int


@dataclass(frozen=True)
class Record:
    """One record: its head and its further lines, as far as they are kept."""

    level: Level
    clock: str
    text: str
    more: tuple[str, ...]
    offset: int

    @property
    def exception(self) -> ThrownException | None:
        """The exception this record tells of, if any."""
        return thrown("\n".join((self.text, *self.more)))

    @property
    def is_failure(self) -> bool:
        """Whether the record tells of something that failed: by its level or because an exception is in it, at whatever level."""
        return self.level in (Level.ERROR, Level.EXCEPTION) or "Threw Exception.Type:" in self.text

    @property
    def is_stack_trace(self) -> bool:
        """Whether the record only continues the failure of the record before."""
        return self.text.startswith(("StackTrace:", "InnerException.Type:", "InnerException.StackTrace:"))


# The dialects, tried in this order (1.2): A with a TAB or blanks, C, B' with a header of its own, B of the sibling products.
_DIALECT_A = re.compile(r"\[(?P<clock>\d{1,2}:\d{2}:\d{2})\]:\s+(?P<level>[A-Z][A-Za-z]+):\s*:?(?P<text>.*)", re.DOTALL)
_DIALECT_C = re.compile(
    r"\[(?P<clock>[^\]]{4,40})\]:?\s+(?P<level>Always|Info|Debug|Warn|Warning|Error|Data|Exception)\s*:\s*:?(?P<text>.*)", re.DOTALL
)
_DIALECT_B_HEADER = re.compile(
    r"(?P<clock>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,7}\S*)\t(?P<level>[A-Z][A-Za-z]+):\t(?P<text>.*)", re.DOTALL
)
_DIALECT_B = re.compile(
    r"(?P<clock>(?:\d{2}/\d{2}/\d{4} )?\d{2}:\d{2}:\d{2}):(?P<level>\*\*\*ERROR\*\*\*\s+)?(?P<text>(?!\d).*)", re.DOTALL
)
_TIMED = (_DIALECT_A, _DIALECT_C, _DIALECT_B_HEADER, _DIALECT_B)
# A'': people cut the time off. Only where no line of the log has a time, for a continuation may begin with "Error:" too.
_UNTIMED = re.compile(r"(?P<level>Always|Info|Debug|Warn|Warning|Error):\s*:?(?P<text>.*)", re.DOTALL)
_LABEL = re.compile(r"(?:Info|Error|Warn|Warning|Debug|Always):\s?")


class HeadParser:
    """Tells heads of records from continuation lines; remembers whether this log writes times."""

    def __init__(self) -> None:
        self._has_times = False

    def head(self, line: Line) -> Head | None:
        """The head of the record that begins in this line; None for a continuation."""
        for dialect in _TIMED:
            match = dialect.fullmatch(line.text)
            if match:
                self._has_times = True
                return Head(_level(match["level"]), match["clock"], _stripped(match["text"]), line.start)
        match = None if self._has_times else _UNTIMED.fullmatch(line.text)
        return Head(_level(match["level"]), "", _stripped(match["text"]), line.start) if match else None


class RecordReader:
    """Records out of the bytes of a growing log; may be fed in any pieces and gives the same records.

    A record is given once the next one begins; `finish` gives the last. Secrets are masked before anything is kept.
    """

    def __init__(self, *, start: int = 0, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> None:
        self._redacted = secrets
        self._lines = LineReader(start, ansi, self._redacted)
        self._heads = HeadParser()
        self._open: Head | None = None
        self._more: list[str] = []

    def feed(self, data: bytes) -> list[Record]:
        """The records that ended within all bytes fed so far and were not given before."""
        return self._records(self._lines.feed(data))

    def finish(self) -> list[Record]:
        """The records left when no more bytes will come; a last line cut in the middle counts."""
        return self._records(self._lines.finish()) + self._close()

    def _records(self, lines: list[Line]) -> list[Record]:
        records: list[Record] = []
        for line in lines:
            head = self._heads.head(line)
            if head:
                records += self._close()
                self._open = head
            elif self._open and len(self._more) < LONGEST_RECORD:
                self._more.append(line.text)
        return records

    def _close(self) -> list[Record]:
        if self._open is None:
            return []
        head, more = self._open, self._more
        text = self._redacted(head.text)
        if text != head.text and PROPERTY.fullmatch(text):
            more = []  # further lines of a secret
        record = Record(head.level, head.clock, text, tuple(map(self._redacted, more)), head.offset)
        self._open, self._more = None, []
        return [record]


def read_setup_log(data: bytes, *, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> tuple[Record, ...]:
    """All records of a whole file."""
    reader = RecordReader(ansi=ansi, secrets=secrets)
    return (*reader.feed(data), *reader.finish())


@dataclass(frozen=True)
class ThrownException:
    """An exception as setup logs it: what was being done, the type, the code ('' when not logged), the message."""

    doing: str
    type: str
    code: str
    message: str
    known_as: str = field(default="", compare=False)


# Names of codes (1.3 S; the first three are .NET standard).
_CODES = {
    "0x80131904": "SQL Server refused or failed",
    "0x80131604": "a called method failed",
    "0x80131501": "a system call failed",
    "0x80070005": "access is denied",
}
_THROWN = "Threw Exception.Type: "
_AFTER_TYPE = re.compile(
    r"(?P<type>[\w.+`]+)(?:, Exception Error Code: (?P<code>0x[0-9A-Fa-f]{1,8}))?, Exception\.Message: (?P<text>.*)", re.DOTALL
)


def thrown(text: str) -> ThrownException | None:
    """The exception in a record's text; None when there is none.

    >>> thrown("Load: Threw Exception.Type: System.IO.IOException, Exception.Message: gone").message
    'gone'
    """
    doing, mark, rest = text.partition(_THROWN)
    match = _AFTER_TYPE.match(rest) if mark else None
    if match is None:
        return None
    code = (match["code"] or "").lower()
    return ThrownException(doing.strip().rstrip(":. "), match["type"], code, match["text"].strip(), _CODES.get(code, ""))


def _level(text: str | None) -> Level:
    if not text:
        return Level.INFO
    return Level.ERROR if text.startswith("*") else _LEVELS.get(text.casefold(), Level.OTHER)


def _stripped(text: str) -> str:
    """The text without one repeated label and one leading colon (1.2)."""
    text = text.strip()
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    return text.removeprefix(": ") if text.startswith(": ") else text
