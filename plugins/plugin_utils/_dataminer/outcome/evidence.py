# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an upgrade is proved by: pieces of evidence, each held against what it has to be, and all of them together (9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """One thing that was held against what it has to be, with its source mark. One that does not ``decide`` is shown and nothing more.

    ``is_final``: looking again later would show nothing else.
    """

    name: str
    expected: str
    seen: str
    agrees: bool
    source: str
    host: str = ""
    decides: bool = True
    is_final: bool = False

    @property
    def disagrees(self) -> bool:
        """Whether it keeps the upgrade from being proved."""
        return self.decides and not self.agrees

    @property
    def title(self) -> str:
        """What was looked at, and where."""
        return f"{self.host}: {self.name}" if self.host else self.name

    def __str__(self) -> str:
        return f"{self.title}: {self.seen} (expected {self.expected})"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {name: value for name, value in vars(self).items() if name != "is_final"}


@dataclass(frozen=True)
class Proof:
    """All evidence of one upgrade. ``first_cause``: from the log of the node that failed first, else what disagrees first."""

    items: tuple[Evidence, ...]
    first_cause: str = ""
    acknowledged: tuple[str, ...] = field(default=())

    @property
    def proven(self) -> bool:
        """Everything that decides agrees; nothing at all proves nothing."""
        return any(item.decides for item in self.items) and not self.disagreeing

    @property
    def is_settled(self) -> bool:
        """Whether looking again later would show nothing better: it is proved, or what disagrees will never agree."""
        return self.proven or any(item.is_final for item in self.disagreeing)

    @property
    def disagreeing(self) -> tuple[Evidence, ...]:
        return tuple(item for item in self.items if item.disagrees)

    def text(self) -> str:
        """Every piece of evidence on a line of its own, what disagrees marked."""
        return "\n".join(f"  {_mark(item):<8} {item}" for item in self.items)

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [item.as_result() for item in self.items]


def _mark(item: Evidence) -> str:
    if item.agrees:
        return "agrees"
    return "NOT" if item.decides else "look"
