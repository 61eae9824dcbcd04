# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signs: observed values compared with expected ones, each by itself, and whether all of them together say that something works.

Pure: the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sign:
    """One thing that was compared with what it must be, with its source mark.

    ``good`` is None when it could not be read, which is not good. A sign that does not ``decide`` is shown and nothing more.
    ``is_final``: looking again later would show nothing else. ``acknowledged``: it is not good, and somebody has looked at it and takes
    that upon them.

    >>> print(Sign("service OMSDK", "running", "stopped", False, "5 W"))
    service OMSDK: stopped (wanted running)
    """

    name: str
    wanted: str
    seen: str
    good: bool | None
    source: str
    host: str = ""
    decides: bool = True
    is_final: bool = False
    acknowledged: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it keeps the whole from being good."""
        return self.decides and self.good is not True and not self.acknowledged

    @property
    def title(self) -> str:
        """What was looked at, and where."""
        return f"{self.host}: {self.name}" if self.host else self.name

    def __str__(self) -> str:
        return f"{self.title}: {self.seen} (wanted {self.wanted})"


@dataclass(frozen=True)
class Signs:
    """The verdict over all signs of a server or a system."""

    signs: tuple[Sign, ...]

    @property
    def missing(self) -> tuple[Sign, ...]:
        """What is still missing, in the order in which it was looked at."""
        return tuple(sign for sign in self.signs if sign.is_missing)

    @property
    def is_healthy(self) -> bool:
        """All signs that decide are good; one that could not be read is not, and nothing at all says nothing."""
        return bool(self.signs) and not self.missing

    @property
    def reasons(self) -> tuple[str, ...]:
        """What keeps it from being healthy, in words."""
        return tuple(str(sign) for sign in self.missing)

    def text(self) -> str:
        """``healthy``, or why not, in one line."""
        return "healthy" if self.is_healthy else f"not healthy: {'; '.join(self.reasons) or 'nothing was asked'}"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        signs = [{"name": sign.name, "wanted": sign.wanted, "seen": sign.seen, "good": sign.good} for sign in self.signs]
        return {"healthy": self.is_healthy, "reasons": list(self.reasons), "signs": signs}
