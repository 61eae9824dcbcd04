# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of one registry key as Windows means them: names in any case, numbers as REG_DWORD or as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RegistryValues:
    """Values of one key from an answer of host_probe: ``{name: {"type": ..., "value": ...}}``.

    >>> RegistryValues({"Port": {"type": "dword", "value": 5723}}).number("port")
    5723
    """

    def __init__(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        self._values = {name.casefold(): value.get("value") for name, value in values.items()}

    def text(self, name: str) -> str:
        """A value as stripped text; '' when it is missing or no single value."""
        value = self._values.get(name.casefold())
        return str(value).strip() if isinstance(value, str | int) else ""

    def number(self, name: str) -> int | None:
        """A value as a number; None when it is missing or no number."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() else None
