# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade stands still, told from a watcher that cannot see it (9, 12)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum


@dataclass(frozen=True)
class Silence:
    """How long a log may be silent before it is worth a word, in seconds; all of it 9 I, from the durations the vendor tells of.

    ``stalled``: above the longest step that says nothing, the module installers with their time limit of 30 minutes (RN 42659).
    """

    quiet: float = 300
    blind: float = 120
    stalled: float = 2700


DEFAULT_SILENCE = Silence()


class Movement(str, Enum):
    """What a watcher can say of a node.

    ``BLIND``: the node or its log cannot be read, so nothing is known of the upgrade, which continues. ``STALLED``: the log is read and
    has not moved for longer than any step takes. ``QUIET``: it has not moved for a while, as is normal in long steps.
    """

    WAITING = "waiting for its log"
    MOVING = "moving"
    QUIET = "quiet"
    BLIND = "cannot be seen"
    STALLED = "stalled"


@dataclass(frozen=True)
class Watch:
    """What was seen of one node's log, and when by the watcher's clock, in seconds. A look gives the next watch; nothing is forgotten."""

    began: float
    read: float
    moved: float
    length: int | None = None
    limits: Silence = field(default=DEFAULT_SILENCE)

    @classmethod
    def starting(cls, now: float, limits: Silence = DEFAULT_SILENCE) -> Watch:
        """A watch that begins now."""
        return cls(now, now, now, limits=limits)

    def saw(self, now: float, length: int | None) -> Watch:
        """The node was read; ``length`` of its log in bytes, None when it has none (not begun, or pruned). Any change is movement."""
        return replace(self, read=now, length=length, moved=now if length != self.length else self.moved)

    def movement(self, now: float) -> Movement:
        """What can be said now. A node that is not seen is never called stalled."""
        if now - self.read > self.limits.blind:
            return Movement.BLIND
        silent = now - self.moved
        if silent > self.limits.stalled:
            return Movement.STALLED
        if self.length is None:
            return Movement.WAITING
        return Movement.QUIET if silent > self.limits.quiet else Movement.MOVING
