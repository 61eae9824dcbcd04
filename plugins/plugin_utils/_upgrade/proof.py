# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What verifies an upgrade: observed values compared with expected ones, and the verdict over all of them.

Pure: the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .signs import Sign


@dataclass(frozen=True)
class Proof:
    """All signs of one upgrade.

    ``cause``: what a log calls the cause of a failure, '' when none does. ``accepted_before``: what somebody took upon them at the start,
    in words. ``details``: fields of a sign that results show besides what all of them show.
    """

    items: tuple[Sign, ...]
    cause: str = ""
    accepted_before: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Everything that decides agrees; nothing at all proves nothing."""
        return any(item.decides for item in self.items) and not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Sign, ...]:
        return tuple(item for item in self.items if item.is_missing)

    @property
    def is_settled(self) -> bool:
        """Whether looking again later would show nothing better: it is proved, or what disagrees will never agree."""
        return self.proven or any(item.is_final for item in self.disagreeing)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What disagrees, in words."""
        return tuple(_told(item) for item in self.disagreeing)

    @property
    def first_cause(self) -> str:
        """The cause that a log gives, else what disagrees first; '' when it is proved."""
        return "" if self.proven else self.cause or next(iter(self.reasons), "")

    @property
    def acknowledged(self) -> tuple[str, ...]:
        """What somebody takes upon them, in words."""
        return (*self.accepted_before, *(_told(item) for item in self.items if item.acknowledged))

    def text(self) -> str:
        """Every sign on a line of its own, what disagrees marked."""
        return "\n".join(f"  {_mark(item):<8} {_told(item)}" for item in self.items)

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [_shown(item) | {name: getattr(item, name) for name in self.details} for item in self.items]


def _told(item: Sign) -> str:
    return f"{item.title}: {item.seen} (expected {item.wanted})"


def _mark(item: Sign) -> str:
    if item.good:
        return "agrees"
    if item.acknowledged:
        return "accepted"
    return "NOT" if item.decides else "look"


def _shown(item: Sign) -> dict[str, Any]:
    agrees = item.good is True
    return {"name": item.name, "expected": item.wanted, "seen": item.seen, "agrees": agrees, "source": item.source}
