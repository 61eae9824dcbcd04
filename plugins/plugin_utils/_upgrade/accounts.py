# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The account that work on a Windows host runs under."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

SYSTEM_NAMES = frozenset({"system", "nt authority\\system", "s-1-5-18", "localsystem"})


class AccountKind(str, Enum):
    """How an account logs on: with its password, as a group managed service account, or as the machine itself."""

    PASSWORD = "password"
    GMSA = "gmsa"
    SYSTEM = "system"


@dataclass(frozen=True)
class Account:
    """An account by name. The password never shows in C(repr)."""

    name: str
    kind: AccountKind
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_option(cls, option: dict[str, str | None]) -> Account:
        """Reads C({name, password}): a name ending in C($) without password is a gMSA, SYSTEM is SYSTEM.

        >>> Account.from_option({"name": "CONTOSO\\\\svc-scom$"}).kind is AccountKind.GMSA
        True
        """
        name = (option["name"] or "").strip()
        if not name:
            raise ValueError("a name is needed")
        if name.lower() in SYSTEM_NAMES:
            return cls("SYSTEM", AccountKind.SYSTEM)
        password = option.get("password")
        if password is None and name.endswith("$"):
            return cls(name, AccountKind.GMSA)
        if not password:
            raise ValueError(f"account {name}: a password is needed (only SYSTEM and group managed service accounts have none)")
        return cls(name, AccountKind.PASSWORD, password)
