# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How an answer of a host becomes a fact: one that could not be read says why, and the rule that needs it is not passed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TypeVar

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.questions import Answers, Unreadable
from ..._upgrade.times import utc_time
from ..files.state_xml import NotReadable

T = TypeVar("T")


def fact(what: str, read: Callable[[], T]) -> Fact[T]:
    """What ``read`` returns; unread when an answer was denied, broke, was never asked, or lacks what it should hold."""
    return Fact.reading(what, read, Unreadable, NotReadable, KeyError, ValueError, TypeError)


def file_bytes(answers: Answers, question: str) -> bytes | None:
    """The bytes of a whole file; None when there is none. Raises NotRead when only a part of it was read."""
    data = answers.data(question)
    if not data:
        return None
    content = base64.b64decode(data["bytes"])
    if len(content) < int(data["length"]):
        raise NotRead(str(data.get("path") or question), f"it has {data['length']:,} bytes, too many to be read at once")
    return content


def file_end(answers: Answers, question: str) -> bytes | None:
    """The last bytes of a file that may be long; None when there is none."""
    data = answers.data(question)
    return base64.b64decode(data["bytes"]) if data else None


def hours_between(earlier_utc: str, later_utc: str) -> float:
    """Hours between two ISO-8601 UTC times. Raises NotRead for what is no such time.

    >>> hours_between("2026-03-01T01:00:00Z", "2026-03-01T02:30:00.0000000Z")
    1.5
    """
    try:
        return (utc_time(later_utc) - utc_time(earlier_utc)).total_seconds() / 3600
    except ValueError as error:
        raise NotRead("a time", str(error)) from error
