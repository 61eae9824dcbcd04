# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one value is written on a Windows command line so that the program receives it unchanged.

Windows hands a program one string, which the program splits by the rules of CommandLineToArgvW (windows-tasks 3.1 D): blanks and tabs
separate, quotes protect them, backslashes count only before a quote. No shell takes part, so ``%``, ``^``, ``&`` and ``!`` mean nothing.
"""

from __future__ import annotations

import re

_NEEDS_QUOTES = re.compile(r'[\s"]')
_BACKSLASHES_BEFORE_A_QUOTE = re.compile(r'(?<!\\)(\\*)"')
_BACKSLASHES_AT_THE_END = re.compile(r"(?<!\\)\\+$")
_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029]")


class UnquotableValue(ValueError):
    """A value that cannot stand on a command line; the message does not hold the value."""


def quoted(value: str) -> str:
    r"""The value as it is written after ``/Key:``. Raises UnquotableValue for an empty value, a line break or another control character.

    A value without blanks and quotes stays as it is: the vendor's documented form.

    >>> print(quoted("CONTOSO\\das"), quoted("two words\\"), quoted('say "no"'))
    CONTOSO\das "two words\\" "say \"no\""
    """
    if not value:
        raise UnquotableValue("the value is empty")
    if _UNPRINTABLE.search(value):
        raise UnquotableValue("the value holds a line break, a NUL or another character that no command line can carry")
    if not _NEEDS_QUOTES.search(value):
        return value
    escaped = _BACKSLASHES_BEFORE_A_QUOTE.sub(r'\1\1\\"', value)
    return f'"{_BACKSLASHES_AT_THE_END.sub(lambda tail: tail[0] * 2, escaped)}"'
