# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SCOMPrereqCheck.log: the results of setup's own prerequisite checks, in XML (log-shapes 3)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ...._upgrade.log_lines import decoded
from .known_failures import KnownFailure, known_failure


class CheckStatus(str, Enum):
    """How a check ended. ``UNKNOWN`` is a word no reference has: somebody has to look."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PrerequisiteResult:
    """One check. ``check`` and ``description`` are resource keys, the same in every language; ``id`` is stable per check.

    ``parts``: names and status numbers of the sub-checks, joined by ``logic`` (``and``, ``or``; '' when not told).
    """

    check: str
    status: CheckStatus
    id: str = ""
    components: tuple[str, ...] = ()
    description: str = ""
    logic: str = ""
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        """The check's name without the ending of its key: ``ReportViewer``."""
        return self.check.removesuffix("CheckTitle") or self.check

    @property
    def known(self) -> KnownFailure | None:
        """What is known about this check failing; None when nothing is."""
        return known_failure(self.check)


@dataclass(frozen=True)
class PrerequisiteLog:
    """All results of one file. ``unreadable`` counts results that are no XML."""

    results: tuple[PrerequisiteResult, ...] = ()
    unreadable: int = 0
    failed: tuple[PrerequisiteResult, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "failed", tuple(result for result in self.results if result.status is CheckStatus.FAILED))


_OPEN, _CLOSE = re.compile(r"<Result(?=[\s>])"), "</Result>"
# Words other than "Failed" were not seen (3 ?): a word in neither table asks for a look.
_WORDS = {
    "failed": CheckStatus.FAILED,
    "warning": CheckStatus.WARNING,
    "passed": CheckStatus.PASSED,
    "success": CheckStatus.PASSED,
    "succeeded": CheckStatus.PASSED,
}
# 2 is S1; 0 and 1 by the rule of the sibling product (3 F).
_CODES = {0: CheckStatus.PASSED, 1: CheckStatus.WARNING, 2: CheckStatus.FAILED}
_LOGIC = re.compile(r"Logic Type:\s*(and|or)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_PART = re.compile(r"(?:^|\t)([^\t:]{1,200}):\s*(\d{1,6})(?=\s*(?:\t|$))")


def read_prerequisite_log(data: bytes, *, ansi: int = 1252) -> PrerequisiteLog:
    """The results in a file, wherever in it they stand: its root element is not known, and it may be cut or appended to.

    Every ``Result`` is read by itself, so that the file can declare no entities: nothing is ever expanded or fetched.
    """
    text = decoded(data, ansi)
    results: list[PrerequisiteResult] = []
    unreadable = 0
    for block in _blocks(text):
        try:
            results.append(_result(ET.fromstring(block)))
        except (ET.ParseError, ValueError):
            unreadable += 1
    return PrerequisiteLog(tuple(results), unreadable)


def _blocks(text: str) -> Iterator[str]:
    position = 0
    while opened := _OPEN.search(text, position):
        closed = text.find(_CLOSE, opened.start())
        if closed < 0:
            return
        position = closed + len(_CLOSE)
        yield text[opened.start() : position]


def _result(element: ET.Element) -> PrerequisiteResult:
    word, code = _text(element, "Status"), _number(element.get("StatusCode"))
    logic, parts = _log_information(_text(element, "LogInformation"))
    return PrerequisiteResult(
        check=_text(element, "Check"),
        status=_status(word, code),
        id=_text(element, "Id").strip("{}").upper(),
        components=tuple(found for component in element.iter("Component") if (found := (component.text or "").strip())),
        description=_text(element, "Description"),
        logic=logic,
        parts=parts,
    )


def _status(word: str, code: int | None) -> CheckStatus:
    if word:
        return _WORDS.get(word.casefold(), CheckStatus.UNKNOWN)
    return _CODES.get(code, CheckStatus.UNKNOWN) if code is not None else CheckStatus.UNKNOWN


def _log_information(text: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Setup writes an *escaped* CDATA section: after decoding its marks are still in the text (3 S1)."""
    text = text.removeprefix("<![CDATA[").removesuffix("]]>")
    logic = _LOGIC.search(text)
    parts = _PART.findall(text[logic.end() :] if logic else text)
    return (logic[1].lower() if logic else ""), tuple((name.strip(), int(number)) for name, number in parts)


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if _NUMBER.fullmatch(text) else None
