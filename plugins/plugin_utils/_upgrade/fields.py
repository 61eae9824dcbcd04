# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fields of what a host answered, each with the type it has to have: a host may be broken, or not the one it says it is.

Pure: the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from .times import utc_time

E = TypeVar("E", bound=Enum)

# Half of a surrogate pair is no character, and cannot be written to any file; NUL ends a text in whatever C has written.
_HALF = re.compile("[\ud800-\udfff]")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class Misshapen(ValueError):
    """A field is missing, or is something else than it has to be."""


class Fields:
    """Reads fields of one object of an answer. Every method raises Misshapen; what may be missing is None, or empty.

    >>> Fields({"state": "running", "exit_code": 3}).number("exit_code")
    3
    """

    def __init__(self, raw: Any, path: str = "") -> None:
        if not isinstance(raw, Mapping):
            raise Misshapen(f"{path or 'it'} is {_kind(raw)}, not an object")
        self._raw = raw
        self._path = f"{path}." if path else ""

    def __contains__(self, name: str) -> bool:
        return self._raw.get(name) is not None

    def text(self, name: str) -> str | None:
        """A text without NUL and halves of characters."""
        value = self._raw.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._misshapen(name, value, "a text")
        if _NO_TEXT.search(value):
            raise Misshapen(f"{self._path}{name} has characters that are none")
        return value

    def words(self, name: str) -> str:
        """A text for people; what is no character in it is shown as that."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, str):
            raise self._misshapen(name, value, "a text")
        return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", value or "")

    def need_text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.text(name)
        if value is None:
            raise self._missing(name)
        return value

    def time(self, name: str) -> str | None:
        """A time in UTC, as it is written."""
        value = self.text(name)
        if not value:
            return None
        try:
            utc_time(value)
        except ValueError as error:
            raise Misshapen(f"{self._path}{name}: {error}") from error
        return value

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self._raw.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self._misshapen(name, value, "a whole number")
        return value

    def place(self, name: str) -> int:
        """A whole number that has to be there and is not below zero: an offset, a length."""
        value = self.number(name)
        if value is None:
            raise self._missing(name)
        if value < 0:
            raise self._misshapen(name, value, "a number of bytes")
        return value

    def seconds(self, name: str) -> float:
        """A time span; 0 where there is none."""
        value = self._raw.get(name)
        if value is None:
            return 0.0
        # No number that is none, nor one without an end: neither is at most anything.
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e12:
            raise self._misshapen(name, value, "a number of seconds")
        return float(value)

    def truth(self, name: str) -> bool:
        """Whether something is so; what is not said is not so."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._misshapen(name, value, "true or false")
        return bool(value)

    def need_truth(self, name: str) -> bool:
        """The same where it has to be said."""
        if name not in self:
            raise self._missing(name)
        return self.truth(name)

    def one_of(self, name: str, kind: type[E]) -> E:
        """A word that has to be there, and to be known."""
        word = self.need_text(name)
        for member in kind:
            if member.value == word:
                return member
        raise Misshapen(f"{self._path}{name} {word[:60]!r} is none of {', '.join(str(member.value) for member in kind)}")

    def object(self, name: str) -> Fields | None:
        """An object within."""
        value = self._raw.get(name)
        return None if value is None else Fields(value, f"{self._path}{name}")

    def mapping(self, name: str) -> Mapping[str, Any]:
        """The same as plain data; empty when it is not there."""
        value = self._raw.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self._misshapen(name, value, "an object")
        return value

    def each(self, name: str) -> list[Any]:
        """A list as plain data; empty when it is not there."""
        value = self._raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise self._misshapen(name, value, "a list")
        return list(value)

    def _missing(self, name: str) -> Misshapen:
        return Misshapen(f"{self._path}{name} is missing")

    def _misshapen(self, name: str, value: Any, wanted: str) -> Misshapen:
        return Misshapen(f"{self._path}{name} is {_kind(value)}, not {wanted}")


def without_halves(value: Any) -> Any:
    """Plain data with the halves of surrogate pairs in its texts shown as what they are: no file and no screen takes them."""
    if isinstance(value, str):
        return value if value.isascii() or not _HALF.search(value) else _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {without_halves(name): without_halves(of) for name, of in value.items()}
    return [without_halves(one) for one in value] if isinstance(value, list) else value


def _kind(value: Any) -> str:
    """What a value is, without showing all of it.

    >>> _kind(True), _kind([1]), _kind(-5)
    ('true', 'a list', '-5')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}" if isinstance(value, float) or abs(value) < 10**15 else "a number without measure"
    if isinstance(value, str):
        return "a text"
    return "an object" if isinstance(value, Mapping) else "a list"
