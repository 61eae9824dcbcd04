# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fact that was read, or why it could not be: whoever needs an unread one is told so, instead of getting something that looks good.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class NotRead(Exception):
    """A fact was needed that could not be read. ``fix``: how else it can be told, where making it readable is not the way."""

    def __init__(self, what: str, reason: str, fix: str = "") -> None:
        self.what = what
        self.reason = reason
        self.fix = fix
        super().__init__(f"{what} could not be read: {reason}")


@dataclass(frozen=True)
class Fact(Generic[T]):
    """Something read from a host or a database, or why it could not be.

    >>> Fact.known(3).value, Fact.unread("memory", "access denied").is_known
    (3, False)
    """

    _value: tuple[T, ...] = ()
    unread_what: str = ""
    unread_reason: str = ""
    unread_fix: str = ""

    @classmethod
    def known(cls, value: T) -> Fact[T]:
        return cls((value,))

    @classmethod
    def unread(cls, what: str, reason: str, fix: str = "") -> Fact[T]:
        return cls((), what, reason, fix)

    @classmethod
    def reading(cls, what: str, read: Callable[[], T], *failures: type[Exception]) -> Fact[T]:
        """The value of ``read()``, or unread with the message of the failure when it raises NotRead or one of ``failures``."""
        try:
            return cls.known(read())
        except NotRead as error:
            return cls.unread(error.what, error.reason, error.fix)
        except failures as error:
            return cls.unread(what, str(error))

    @property
    def is_known(self) -> bool:
        return bool(self._value)

    @property
    def value(self) -> T:
        """The value; raises NotRead, which makes the rule that asked answer "could not be checked"."""
        if not self._value:
            raise NotRead(self.unread_what, self.unread_reason, self.unread_fix)
        return self._value[0]

    def then(self, derive: Callable[[T], U]) -> Fact[U]:
        """A fact derived from this one; unread for the same reason when this one is."""
        return Fact.known(derive(self._value[0])) if self._value else Fact.unread(self.unread_what, self.unread_reason, self.unread_fix)
