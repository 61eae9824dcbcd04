# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How an answer of a host becomes a fact: one that could not be read says why, and the rule that needs it is not passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.questions import Unreadable
from ...._upgrade.times import utc_time

T = TypeVar("T")


def fact(what: str, read: Callable[[], T]) -> Fact[T]:
    """What ``read`` returns; unread when an answer was denied, broke, was never asked, or lacks what it should hold."""
    return Fact.reading(what, read, Unreadable, KeyError, ValueError, TypeError)


def hours_between(earlier_utc: str, later_utc: str) -> float:
    """Hours between two ISO-8601 UTC times.

    >>> hours_between("2026-03-01T01:00:00Z", "2026-03-01T02:30:00.0000000Z")
    1.5
    """
    try:
        return (utc_time(later_utc) - utc_time(earlier_utc)).total_seconds() / 3600
    except ValueError as error:
        raise NotRead("a time", str(error)) from error
