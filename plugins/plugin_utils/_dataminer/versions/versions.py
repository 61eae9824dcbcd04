# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Versions of DataMiner as they are in file names, on agents and in the web API, and how two of them compare (3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

# A third number this large is a year and a week: the version of a program file (major.minor.yyww.build), another scheme (3.1 I).
_YEAR_AND_WEEK = 1000

_NUMBERS = re.compile(r"(?<![\d.])(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?(?![\d]|\.\d)", re.ASCII)
_CU = re.compile(r"[\s(_-]*CU\s?(\d{1,4})(?![\d\w])\)?", re.ASCII | re.IGNORECASE)
_BUILD = re.compile(r"\s?-\s?(\d{4,6})(?!\d)", re.ASCII)
_DATE = re.compile(r"[-_](\d{8})(?!\d)", re.ASCII)
_KIND = re.compile(r"-([A-Za-z]\w{0,30})\s*\Z", re.ASCII)
_HOTFIX = re.compile(r"(?<![A-Za-z])(?:HF_|hotfix)", re.IGNORECASE)


class NotAVersion(ValueError):
    """A text that holds no version of DataMiner."""


class Track(str, Enum):
    """The two tracks of releases: the third number is 0 on the main one and 1 or more on the feature one (3.1 D)."""

    MAIN = "main release"
    FEATURE = "feature release"


class Order(str, Enum):
    """How a version stands to another. ``UNDECIDED``: equal numbers, and neither builds nor cumulative updates of both are known."""

    OLDER = "older"
    SAME = "same"
    NEWER = "newer"
    UNDECIDED = "undecided"


Line = tuple[int, int]


@dataclass(frozen=True)
class Version:
    """One version: four numbers and what else the text told.

    All cumulative updates of a main release share their numbers (``10.5.0.0``): only ``cu`` and ``build`` tell them apart, and the
    version history of an agent holds no CU (3.1 D), so both may be None. ``is_hotfix``: a build outside the usual channels.
    """

    major: int
    minor: int
    month: int
    week: int = 0
    cu: int | None = None
    build: int | None = None
    date: str = ""
    channel: str = ""
    is_hotfix: bool = False

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """The four numbers."""
        return self.major, self.minor, self.month, self.week

    @property
    def line(self) -> Line:
        """The first two numbers, such as (10, 5): what the vendor calls a major version when it speaks of upgrades."""
        return self.major, self.minor

    @property
    def track(self) -> Track:
        return Track.FEATURE if self.month else Track.MAIN

    @property
    def is_main(self) -> bool:
        return self.track is Track.MAIN

    @property
    def dotted(self) -> str:
        """The four numbers as the version history writes them, such as ``10.5.0.0``."""
        return ".".join(str(number) for number in self.numbers)

    def compare(self, other: Version) -> Order:
        """Numbers first; inside equal numbers the builds, which rise with time, and without those the cumulative updates (3.1 I).

        >>> parse("10.5.4.0-15588").compare(parse("10.5.0.0-15999-CU14")).value
        'newer'
        """
        if self.numbers != other.numbers:
            return _order(self.numbers, other.numbers)
        if self.build is not None and other.build is not None:
            return _order((self.build,), (other.build,))
        if self.cu is not None and other.cu is not None:
            return _order((self.cu,), (other.cu,))
        return Order.UNDECIDED

    def same_numbers(self, other: Version) -> bool:
        """Whether the four numbers are equal, and the builds too where both are known: what a version history can prove."""
        return self.numbers == other.numbers and (self.build is None or other.build is None or self.build == other.build)

    def with_cu(self, cu: int | None) -> Version:
        """This version with a cumulative update that was told elsewhere, where the text itself has none."""
        return self if cu is None or self.cu is not None else replace(self, cu=cu)

    def __str__(self) -> str:
        name = f"{self.major}.{self.minor}.{self.month}" + (f".{self.week}" if self.week else "")
        told = [name, f"CU{self.cu}" if self.cu is not None else "", f"(build {self.build})" if self.build is not None else ""]
        return " ".join(filter(None, told)) + (" hotfix" if self.is_hotfix else "")


def parse(text: str) -> Version:
    """The version in a text: an installed string, a version history, a file name, a web API answer, or an operator's words.

    Read are the first three or four dotted numbers, and behind them ``(CU1)``, ``-CU4`` or `` CU11``, a build of four to six digits, a
    date and a channel, each where present. Raises NotAVersion; also for the version of a program file, which is another scheme.

    >>> parse("10.2.0.0-11897-CU4"), str(parse("HF_10.0.7.0(CU0)_20200520-135714"))
    (Version(major=10, minor=2, month=0, week=0, cu=4, build=11897, date='', channel='', is_hotfix=False), '10.0.7 CU0 hotfix')
    """
    found = _NUMBERS.search(text)
    if found is None:
        raise NotAVersion(f"{text[:100]!r} holds no version such as 10.5.0.0-15588 or 10.5.0 CU11")
    major, minor, month, week = (int(number or 0) for number in found.groups())
    if month >= _YEAR_AND_WEEK:
        raise NotAVersion(f"{found[0]} is the version of a program file, not one of DataMiner: it cannot be compared with a release")
    behind = text[found.end() :]
    cu, rest = _taken(_CU.match(behind), behind)
    build, rest = _taken(_BUILD.match(rest), rest)
    if cu is None:
        cu, _unused = _taken(_CU.match(rest), rest)
    date, channel = _DATE.match(rest), _KIND.search(rest)
    return Version(
        major,
        minor,
        month,
        week,
        cu=cu,
        build=build,
        date=date[1] if date else "",
        channel=channel[1] if channel and not _CU.fullmatch(channel[0]) else "",
        is_hotfix=bool(_HOTFIX.search(text)),
    )


def _taken(found: re.Match[str] | None, text: str) -> tuple[int | None, str]:
    return (int(found[1]), text[found.end() :]) if found else (None, text)


def _order(own: tuple[int, ...], other: tuple[int, ...]) -> Order:
    if own == other:
        return Order.SAME
    return Order.NEWER if own > other else Order.OLDER


@dataclass(frozen=True)
class ProgramVersion:
    """The version of a program file or of a module behind the APIGateway: ``major.minor.yyww.build`` (3.1 I).

    It says the line of a release and the week of its build, never the release itself.
    """

    major: int
    minor: int
    year_week: int
    build: int

    @classmethod
    def parse(cls, text: str) -> ProgramVersion:
        """Read ``10.3.2317.354``; raises NotAVersion for any other shape.

        >>> ProgramVersion.parse("10.3.2317.354").line
        (10, 3)
        """
        found = _NUMBERS.fullmatch(text.strip())
        if found is None or found[4] is None or int(found[3]) < _YEAR_AND_WEEK:
            raise NotAVersion(f"{text[:100]!r} is no version of a program file such as 10.3.2317.354")
        return cls(*(int(number) for number in found.groups()))

    @property
    def line(self) -> Line:
        return self.major, self.minor

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.year_week}.{self.build}"
