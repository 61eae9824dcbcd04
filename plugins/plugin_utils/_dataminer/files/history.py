# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""VersionHistory.txt: one line for each first start of a node on new code, which is the proof of an upgrade (0.9, log-shapes 9.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..._upgrade.cut_lines import lines_of
from ..versions.versions import NotAVersion, Version, parse
from .text_lines import decoded

_LINE = re.compile(r"(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2});(?P<raw>.+)", re.ASCII)
_LONGEST = 500


@dataclass(frozen=True)
class HistoryEntry:
    """One line. ``time`` is the node's own local time as text, shown and not reckoned with. ``version`` is None for the bare word
    ``Hotfix`` and for what is no version."""

    time: str
    raw: str
    version: Version | None

    def __str__(self) -> str:
        return f"{self.time} {self.raw}"


@dataclass(frozen=True)
class VersionHistory:
    """All lines of one node, oldest first. ``unreadable`` counts lines that are none."""

    entries: tuple[HistoryEntry, ...] = ()
    unreadable: int = 0

    @property
    def last(self) -> HistoryEntry | None:
        """The line of the code that runs now; None when there is none."""
        return self.entries[-1] if self.entries else None

    @property
    def version(self) -> Version | None:
        """What the last line says; None when there is none or it holds no version."""
        return self.last.version if self.last else None

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [{"time": one.time, "version": str(one.version) if one.version else None, "raw": one.raw} for one in self.entries]


class Start(str, Enum):
    """What the history proves after an upgrade.

    ``ON_TARGET``: a new last line with the target. ``NOT_YET``: no new line. ``ELSEWHERE``: a new last line with another version.
    ``REWRITTEN``: the old lines are no longer the beginning of the file, so that nothing can be told from it.
    """

    ON_TARGET = "started on the target"
    NOT_YET = "not started on new code yet"
    ELSEWHERE = "started on another version"
    REWRITTEN = "the history was rewritten"


def read_history(data: bytes) -> VersionHistory:
    """The lines of a file. Never raises.

    >>> str(read_history(b"2031-01-15 22:40:11;10.5.4.0-15588-20250319-release\\r\\n").version)
    '10.5.4 (build 15588)'
    """
    lines = [line.strip()[:_LONGEST] for line in lines_of(decoded(data)) if line.strip()]
    matches = [_LINE.fullmatch(line) for line in lines]
    entries = tuple(HistoryEntry(found["time"], found["raw"].strip(), _version(found["raw"])) for found in matches if found)
    return VersionHistory(entries, len(lines) - len(entries))


def started(before: VersionHistory, after: VersionHistory, target: Version) -> Start:
    """What two readings of one node's file prove. Lines are counted, and clocks not asked: a node's clock may be wrong, and be set right.

    A target with a cumulative update is proven by its build where both builds are known, else by its numbers: the line holds no CU.
    """
    if after.entries[: len(before.entries)] != before.entries:
        return Start.REWRITTEN
    new = after.entries[len(before.entries) :]
    if not new:
        return Start.NOT_YET
    version = new[-1].version
    return Start.ON_TARGET if version is not None and version.same_numbers(target) else Start.ELSEWHERE


def _version(raw: str) -> Version | None:
    try:
        return parse(raw)
    except NotAVersion:
        return None
