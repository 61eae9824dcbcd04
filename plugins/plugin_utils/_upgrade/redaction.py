# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes secrets out of log text before anybody keeps it (log-shapes 1.4, 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "********"

_SECRET = r"(?:PASSWORD|PASSWD|PWD|SECRET)"
_SECRET_NAME = re.compile(_SECRET, re.IGNORECASE)
_ONE_WORD = re.compile(r"[\w.]+")
# /DASAccountPassword:value, DASPASSWORD=value, "Password" : value; a quoted value ends at a quote that no backslash escapes.
# The last of these words in a name decides: from each only as far as the next, so that a long word is passed once.
_ASSIGNMENT = re.compile(
    rf"(?P<name>{_SECRET}(?:(?!{_SECRET})[\w.])*)(?P<sign>\"?\s*[:=]\s*)(?P<value>\"(?:\\.|[^\"\\])*\"?|'[^']*'?|\S+)", re.IGNORECASE
)
PROPERTY = re.compile(r"(?P<name>[\w.]+) = (?P<value>.*)", re.DOTALL)
# What a dump prints instead of a secret is no secret.
_ALREADY_HIDDEN = "Due to data security"


class Redactor:
    """Masks values assigned to names that speak of passwords, and secrets known beforehand wherever they stand.

    >>> Redactor()("setup /DASAccountPassword:x1 /silent")
    'setup /DASAccountPassword:******** /silent'
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one secret may be part of another.
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets; a line ``name = value`` of a secret name loses its whole value, blanks and all."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        match = PROPERTY.fullmatch(text)
        if match and is_secret_name(match["name"]):
            return text if match["value"].startswith(_ALREADY_HIDDEN) else f"{match['name']} = {MASK}"
        return _ASSIGNMENT.sub(_masked, text)


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
