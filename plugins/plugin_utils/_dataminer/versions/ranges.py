# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sets of versions in the vendor's own notation, so that a table of rules reads like the page it was taken from.

``10.4.0 CU14/10.5.0 CU2/10.5.5`` is a floor: a change that is in these versions and in all later ones of each track.
``10.3.0 CU20, 10.4.0 CU8-11, 10.4.11-10.5.2`` is a list of affected versions; ``CU7+`` is open at the end of its
line, ``10.6.0+`` and ``10.6.1+`` of their track; ``10.4.0`` alone means all cumulative updates of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..._upgrade.facts import NotRead
from .versions import Line, Version

_POINT = re.compile(r"(\d+)\.(\d+)\.(\d+)(?: CU(\d+))?", re.ASCII)
_CUS = re.compile(r"(\d+)\.(\d+)\.0(?: CU(?P<first>\d+)(?:-(?P<last>\d+)|(?P<open>\+))?)?", re.ASCII)
_LINES = re.compile(r"(\d+)\.(\d+)\.0\+", re.ASCII)
_MONTHS = re.compile(r"(\d+)\.(\d+)\.([1-9]\d*)(?:-(\d+)\.(\d+)\.([1-9]\d*)|(?P<open>\+))?", re.ASCII)

_LAST = 10_000
HOW_TO_SAY_A_CU = (
    "of what runs with dataminer_known_source (option known_source), such as 10.5.0.0-16806 CU12, of the package with"
    " dataminer_package.cumulative_update"
)


@dataclass(frozen=True)
class Point:
    """One version of a floor: a cumulative update of a main release, or a feature release."""

    line: Line
    month: int
    cu: int = 0


@dataclass(frozen=True)
class Floor:
    """A change that every track has from some version on."""

    text: str
    points: tuple[Point, ...]

    def reached_by(self, version: Version) -> bool:
        """Whether a version has the change.

        On a line that the floor names for the version's track, by that point; on another line, when it is above all that the floor
        names for the track (for any track, where it names none for this one). Raises NotRead when that hangs on a cumulative update
        that is not known.

        >>> from .versions import parse
        >>> since("10.4.0 CU14/10.5.0 CU2/10.5.5").reached_by(parse("10.5.4"))
        False
        """
        own = [point for point in self.points if bool(point.month) == bool(version.month)]
        same = next((point for point in own if point.line == version.line), None)
        if same is None:
            return version.line > max(point.line for point in own) if own else version.line > max(point.line for point in self.points)
        if version.month:
            return version.month > same.month or (version.month == same.month and (not same.cu or known_cu(version) >= same.cu))
        return same.cu == 0 or known_cu(version) >= same.cu

    def __str__(self) -> str:
        return self.text.replace("/", " / ")


def since(text: str) -> Floor:
    """The floor that the notation with slashes names. Raises ValueError for anything else."""
    points = [_POINT.fullmatch(part.strip()) for part in text.split("/")]
    if not all(points):
        raise ValueError(f"{text!r} is no list of versions such as 10.4.0 CU14/10.5.5")
    return Floor(text, tuple(Point((int(p[1]), int(p[2])), int(p[3]), int(p[4] or 0)) for p in points if p))


@dataclass(frozen=True)
class MainRange:
    """Cumulative updates of one main release; ``upwards``: of all later lines as well."""

    line: Line
    first: int = 0
    last: int = _LAST
    upwards: bool = False

    def includes(self, version: Version) -> bool:
        if not version.is_main:
            return False
        if version.line != self.line:
            return self.upwards and version.line > self.line
        return (self.first == 0 and self.last == _LAST) or self.first <= known_cu(version) <= self.last


@dataclass(frozen=True)
class FeatureRange:
    """Feature releases from one to another, both included."""

    first: tuple[int, int, int]
    last: tuple[int, int, int]

    def includes(self, version: Version) -> bool:
        return not version.is_main and self.first <= version.numbers[:3] <= self.last


@dataclass(frozen=True)
class Affected:
    """Some versions of both tracks."""

    text: str
    ranges: tuple[MainRange | FeatureRange, ...]

    def includes(self, version: Version) -> bool:
        """Whether a version is one of them. Raises NotRead when that hangs on a cumulative update that is not known.

        >>> from .versions import parse
        >>> affected("10.4.0 CU8-11, 10.4.11-10.5.2").includes(parse("10.5.1.0-15001"))
        True
        """
        return any(one.includes(version) for one in self.ranges if _speaks_of(one, version))

    def may_include(self, version: Version) -> bool:
        """As `includes`, and True where that cannot be told."""
        try:
            return self.includes(version)
        except NotRead:
            return True

    def __str__(self) -> str:
        return self.text


def affected(text: str) -> Affected:
    """The versions that the notation with commas names. Raises ValueError for anything else."""
    return Affected(text, tuple(_range(part.strip()) for part in text.split(",")))


def known_cu(version: Version) -> int:
    """The cumulative update of a version; raises NotRead, so that the rule which asked answers "could not be checked"."""
    if version.cu is None:
        raise NotRead(
            f"the cumulative update of {version}", "a version history and most file names do not say it", f"say it: {HOW_TO_SAY_A_CU}"
        )
    return version.cu


def _speaks_of(one: MainRange | FeatureRange, version: Version) -> bool:
    return isinstance(one, MainRange) == version.is_main


def _range(text: str) -> MainRange | FeatureRange:
    if found := _LINES.fullmatch(text):
        return MainRange((int(found[1]), int(found[2])), upwards=True)
    if found := _CUS.fullmatch(text):
        return _cus(found)
    if found := _MONTHS.fullmatch(text):
        first = (int(found[1]), int(found[2]), int(found[3]))
        if found["open"]:
            return FeatureRange(first, (_LAST, _LAST, _LAST))
        return FeatureRange(first, (int(found[4]), int(found[5]), int(found[6])) if found[4] else first)
    raise ValueError(f"{text!r} is no range of versions such as 10.4.0 CU8-11 or 10.4.11-10.5.2")


def _cus(found: re.Match[str]) -> MainRange:
    line = (int(found[1]), int(found[2]))
    if found["first"] is None:
        return MainRange(line)
    first = int(found["first"])
    if found["open"]:
        return MainRange(line, first)
    return MainRange(line, first, int(found["last"] or first))
