# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What counts as given: an answer left empty, in a survey or a credential, is none.

AWX hands over an empty text for it, or null, where an operator means that the option was left out.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_blank(value: Any) -> bool:
    """Whether nothing was given: null, an empty text, or a dictionary of which every key holds nothing.

    An empty list and an empty dictionary are answers.

    >>> [is_blank(value) for value in (None, "", {"name": "", "password": None}, {}, [], 0, False)]
    [True, True, True, False, False, False, False]
    """
    if isinstance(value, Mapping):
        return len(value) > 0 and all(is_blank(one) for one in value.values())
    return value is None or (isinstance(value, str) and not value)


def without_blanks(value: Any) -> Any:
    """The same without what was left empty, at any depth.

    >>> without_blanks({"path": "D:/media", "source": "", "backup": {"who": None}, "waive": ["", "scom.host.memory"]})
    {'path': 'D:/media', 'waive': ['scom.host.memory']}
    """
    if isinstance(value, Mapping):
        return {name: without_blanks(one) for name, one in value.items() if not is_blank(one)}
    if isinstance(value, list | tuple):
        return [without_blanks(one) for one in value if not is_blank(one)]
    return value


def given(value: Any, default: Any = None) -> Any:
    """What was given, else the default.

    >>> given("", 24), given(0, 24), given(None), given({"name": ""}, {})
    (24, 0, None, {})
    """
    return default if is_blank(value) else without_blanks(value)
