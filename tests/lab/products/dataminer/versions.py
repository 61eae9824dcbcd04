"""Versions of DataMiner as a scenario writes them, and every spelling the product gives them (dataminer 3.1).

The calendar is the vendor's: feature release 10.Y.M is of month M of the year 2020+Y, and 10.Y.0 CUn goes with 10.Y.(n+3) (3.1 I). Build
numbers and days are the lab's own; they rise with time across both tracks, as the real ones do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_NAME = re.compile(r"(\d+)\.(\d+)\.(\d+)(?: CU(\d+))?")
_INSTALLED = re.compile(r"(\d+\.\d+\.\d+)\.\d+-(\d+)")
_ZERO_MONTH, _ZERO_BUILD, _PER_MONTH = 2024 * 12 + 8, 14794, 113  # 10.4.9.0-14794 (3.1), counted from zero for January


@dataclass(frozen=True)
class Version:
    """One version. `month` 0 is a main release, told from others of its line by `cu`.

    >>> version_of("10.4.0 CU6").installed, version_of("10.5.4").module
    ('10.4.0.0-14772-20240820-release', '10.5.2512.585')
    """

    major: int
    minor: int
    month: int
    cu: int = 0

    @property
    def title(self) -> str:
        return f"{self.major}.{self.minor}.{self.month}" + (f" CU{self.cu}" if self.cu or self.is_main else "")

    @property
    def is_main(self) -> bool:
        return self.month == 0

    @property
    def line(self) -> tuple[int, int]:
        return self.major, self.minor

    @property
    def four(self) -> str:
        return f"{self.major}.{self.minor}.{self.month}.0"

    @property
    def build(self) -> int:
        own = 7 * self.cu if not self.is_main else -22
        return _ZERO_BUILD + _PER_MONTH * (self._months - _ZERO_MONTH) + own

    @property
    def day(self) -> date:
        """A release is built in the month before its name's (10.5.4 on 2025-03-19)."""
        return date((self._months - 1) // 12, (self._months - 1) % 12 + 1, 20)

    @property
    def installed(self) -> str:
        """As VersionHistory.txt has it, without the CU (3.1 D)."""
        return f"{self.four}-{self.build}-{self.day:%Y%m%d}-release"

    @property
    def module(self) -> str:
        """File version of SLNet.exe, another scheme: major.minor.yyww.build (3.1 I)."""
        _unused, week, _unused = self.day.isocalendar()
        return f"{self.major}.{self.minor}.{self.day:%y}{week:02}.{self.build % 1000}"

    def file_name(self, kind: str = "Full", channel: str = "") -> str:
        """The package's file name (3.1 I)."""
        cu = f"(CU{self.cu})" if self.cu else ""
        return f"DataMiner {self.four}{cu}-{self.build} {kind} Upgrade{f' ({channel})' if channel else ''}.dmupgrade"

    @property
    def _months(self) -> int:
        month = self.cu + 3 if self.is_main else self.month
        return (2020 + self.minor) * 12 + month - 1


def version_of(title: str) -> Version:
    """Reads `10.5.0 CU12` or `10.5.9`. Raises LookupError for anything else, and for a month no year has.

    >>> version_of("10.5.0").title
    '10.5.0 CU0'
    """
    found = _NAME.fullmatch(title)
    if not found or int(found[1]) != 10 or int(found[3]) > 12:
        raise LookupError(f"{title!r} is no version of DataMiner such as '10.5.0 CU12' or '10.5.9'")
    return Version(int(found[1]), int(found[2]), int(found[3]), int(found[4] or 0))


def is_at_least(version: Version, floor: str) -> bool:
    """Whether a version has what came with `floor`, written as the vendor does: main releases first, then the feature release.

    >>> [is_at_least(version_of(one), "10.3.0 CU11 / 10.4.2") for one in ("10.3.0 CU10", "10.3.0 CU11", "10.4.0", "10.4.1", "10.4.2")]
    [False, True, True, False, True]
    """
    floors = [version_of(one.strip()) for one in floor.split("/")]
    own = [one for one in floors if one.is_main == version.is_main]
    if not own:
        newest = max(one.line for one in floors)
        return version.line > newest if version.is_main else version.line >= newest
    if not version.is_main:
        return any((version.line, version.month) >= (one.line, one.month) for one in own)
    same_line = [one for one in own if one.line == version.line]
    return version.cu >= same_line[0].cu if same_line else version.line > max(one.line for one in own)
