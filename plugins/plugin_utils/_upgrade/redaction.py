# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes secrets out of text before anybody keeps or shows it (log-shapes 1.4, 4)."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK = "********"

_SECRET = r"(?:PASSWORD|PASSWD|PWD|SECRET)"
_SECRET_NAME = re.compile(_SECRET, re.IGNORECASE)
_ONE_WORD = re.compile(r"[\w.]+")
# /DASAccountPassword:value, DASPASSWORD=value, "Password" : value; a quoted value ends at a quote that no backslash escapes, and one that
# is dumped as NAME = VALUE, behind whatever begins the line, ends with the line: it may have blanks.
# The last of these words in a name decides: from each only as far as the next, so that a long word is passed once.
_ASSIGNMENT = re.compile(
    rf"(?P<name>{_SECRET}(?:(?!{_SECRET})[\w.])*)(?P<sign>\"?\s*[:=]\s*)(?P<value>\"(?:\\.|[^\"\\])*\"?|'[^']*'?|(?<= = ).+|\S+)",
    re.IGNORECASE,
)
PROPERTY = re.compile(r"(?P<name>[\w.]+) = (?P<value>.*)", re.DOTALL)
# What a dump prints instead of a secret is no secret.
_ALREADY_HIDDEN = "Due to data security"
_BEFORE_A_QUOTE = re.compile(r'(?<!\\)(\\*)"')
_URL_BYTE = re.compile("%[0-9A-F]{2}")


class Secrets:
    """The secrets of one piece of work, and what takes them out of text. Their values never show in C(repr).

    >>> Secrets()("setup /DASAccountPassword:x1 /silent")
    'setup /DASAccountPassword:******** /silent'
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        spellings = {spelling for secret in known if secret for spelling in _spellings(secret)}
        # The longest first: one secret may be part of another.
        self._known = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """One line of somebody else's text, without known secrets and without what is assigned to names that speak of passwords.

        A line ``name = value`` of a secret name loses its whole value, blanks and all.
        """
        text = self.known(text)
        match = PROPERTY.fullmatch(text)
        if match and is_secret_name(match["name"]):
            return text if match["value"].startswith(_ALREADY_HIDDEN) else f"{match['name']} = {MASK}"
        return _ASSIGNMENT.sub(_masked, text)

    def known(self, text: str) -> str:
        """Text of ours without known secrets, however they are written; what it says of passwords stays.

        >>> Secrets(['a "b"']).known('password: "a \\\\"b\\\\"" was refused')
        'password: "********" was refused'
        """
        for spelling in self._known:
            # A text without secrets stays the object that it was: Ansible marks some.
            if spelling in text:
                text = text.replace(spelling, MASK)
        return text

    def in_lines(self, text: str) -> str:
        """A whole file of a host, line by line, with line ends as they are."""
        return "\n".join(map(self._in_line, text.split("\n")))

    def _in_line(self, line: str) -> str:
        text = line.rstrip("\r")
        return f"{self(text)}{line[len(text) :]}"

    def in_facts(self, facts: Any) -> Any:
        """Plain data whose texts hold no known secret; names of facts stay, and a number that JSON has not becomes text."""
        if isinstance(facts, str):
            return self.known(facts)
        if isinstance(facts, Mapping):
            return {name: self.in_facts(value) for name, value in facts.items()}
        if isinstance(facts, list | tuple):
            return [self.in_facts(value) for value in facts]
        return str(facts) if isinstance(facts, float) and not math.isfinite(facts) else facts


def _spellings(secret: str) -> set[str]:
    """How programs write a secret: plain, and as command lines, JSON, XML, URLs, SQL and PowerShell quote it (the text between quotes)."""
    in_urls = {quote(secret, safe, errors="replace") for safe in ("", "/")} | {quote_plus(secret, errors="replace")}
    return {
        secret,
        _BEFORE_A_QUOTE.sub(r'\1\1\\"', secret),
        *(json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)),
        *(escape(secret, entities) for entities in ({}, {'"': "&quot;"}, {'"': "&quot;", "'": "&apos;"})),
        html.escape(secret),
        html.escape(secret).replace("&#x27;", "&#39;"),
        *in_urls,
        # .NET writes both.
        *(_URL_BYTE.sub(lambda byte: byte[0].lower(), one) for one in in_urls),
        *(secret.replace(sign, sign * 2) for sign in ("'", '"')),
    }


# For text of whoever has no secret of ours.
NAMES_ALONE = Secrets()


def is_secret_name(name: str) -> bool:
    """Whether a property of this name holds a secret.

    >>> is_secret_name("DasAccountPassword")
    True
    """
    return bool(_SECRET_NAME.search(name) and _ONE_WORD.fullmatch(name.strip()))


def _masked(match: re.Match[str]) -> str:
    if match["value"].startswith("Due") and match.string.startswith(_ALREADY_HIDDEN, match.start("value")):
        return match[0]
    return f"{match['name']}{match['sign']}{MASK}"
