# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Looking at a host again and again: one that was just upgraded or restarted may not answer for a while, or refuse our logon."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .host import TROUBLE, ConnectionLost
from .waiting import Patience

T = TypeVar("T")

# One may be a host that has just started and cannot ask its domain yet.
REFUSED_LOGONS = 3


class RefusedLogons:
    """How often a host has refused our logon since it let us in: more tries could lock the account.

    A host that is away in between has let nobody in: the directory still counts.
    """

    def __init__(self) -> None:
        self._refused = 0

    @property
    def are_enough(self) -> bool:
        """Whether nothing more is to be tried."""
        return self._refused >= REFUSED_LOGONS

    def count(self, trouble: Exception | None) -> None:
        """Takes how a look ended: with what trouble, None for an answer. A helper that failed has let us in too."""
        if not isinstance(trouble, ConnectionLost):
            self._refused = 0
        elif trouble.is_refused_logon:
            self._refused += 1


def look_until(
    look: Callable[[], T],
    good: Callable[[T], bool],
    patience: Patience,
    *,
    on_pause: Callable[[T], None] = lambda _: None,
    on_trouble: Callable[[Exception], None] = lambda _: None,
) -> T:
    """Looks until it is good or the time is over, and returns what was seen last.

    Trouble with the host is told, and raised only when the time is over or the logon was refused too often. C(on_pause) is told what was
    seen before it is looked again.
    """
    refused = RefusedLogons()
    while True:
        try:
            seen = look()
        except TROUBLE as trouble:
            refused.count(trouble)
            if patience.is_over or refused.are_enough:
                raise
            on_trouble(trouble)
        else:
            refused.count(None)
            if good(seen) or patience.is_over:
                return seen
            on_pause(seen)
        patience.pause()
