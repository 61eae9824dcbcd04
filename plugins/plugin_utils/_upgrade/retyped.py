# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A secret that does not arrive as text: YAML, or the extra variables of AWX, have made something else of it.

The digits 0123456 without quotes are the number 42798: made text again, it is a wrong password, and each try of one counts.

Pure: the standard library only.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

# A vaulted text is no str either, so these are named.
_KINDS: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    datetime.date: "a date",
    list: "a list",
    tuple: "a list",
    set: "a list",
    Mapping: "a dictionary",
    bytes: "bytes",
}
WANTED = "text, as it was set"
FIX = (
    "put it in quotes in YAML, or give it through an environment variable (the env injector of a credential of AWX) and "
    "lookup('ansible.builtin.env', ...); then run again"
)
WHY = (
    "text that looks like a number, a date or a boolean is made one where quotes are missing, 0123456 becomes 42798; "
    "AWX passes extra variables on without them, and each try of a wrong password counts against the account's lockout"
)


def kind_of(value: Any) -> str:
    """What a value is that is no text; empty for text, however it is kept.

    >>> kind_of(42798), kind_of("0123456"), kind_of(None)
    ('a number', '', '')
    """
    return next((kind for retyped, kind in _KINDS.items() if isinstance(value, retyped)), "")
