# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An account of Windows: what it is called, how it logs on, and its secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

# Behind whatever stands before the backslash, which is another word in each language of Windows.
SYSTEM_NAMES = frozenset({"system", "localsystem", "local system", "s-1-5-18"})


class AccountKind(str, Enum):
    """How an account logs on: with its password, as a group managed service account, or as the machine itself."""

    PASSWORD = "password"
    GMSA = "gmsa"
    SYSTEM = "system"


def kind_by_name(name: str) -> AccountKind:
    """How an account of this name logs on, as far as its name shows: everybody who reads a name asks here.

    >>> [kind_by_name(one).value for one in (".\\\\LocalSystem", "CONTOSO\\\\svc-scom$", "CONTOSO\\\\ann")]
    ['system', 'gmsa', 'password']
    """
    name = name.strip()
    if name.rpartition("\\")[2].casefold() in SYSTEM_NAMES:
        return AccountKind.SYSTEM
    return AccountKind.GMSA if name.endswith("$") else AccountKind.PASSWORD


@dataclass(frozen=True)
class Account:
    """An account by name. The password never shows in C(repr)."""

    name: str
    kind: AccountKind = AccountKind.PASSWORD
    password: str | None = field(default=None, repr=False)

    @property
    def secret(self) -> str:
        """The password; '' for an account that has none, or whose password was not given."""
        return self.password or ""

    @classmethod
    def named(cls, name: str) -> Account:
        """The account with the kind of logon that its name shows, and no password.

        >>> Account.named("CONTOSO\\\\das$").kind.value, Account.named("NT AUTHORITY\\\\SYSTEM").kind.value
        ('gmsa', 'system')
        """
        return cls(name, kind_by_name(name))

    @classmethod
    def from_option(cls, option: dict[str, str | None]) -> Account:
        """Reads C({name, password}): a name ending in C($) without password is a gMSA, SYSTEM is SYSTEM.

        >>> Account.from_option({"name": "CONTOSO\\\\svc-scom$"}).kind is AccountKind.GMSA
        True
        """
        name = (option["name"] or "").strip()
        if not name:
            raise ValueError("a name is needed")
        kind = kind_by_name(name)
        if kind is AccountKind.SYSTEM:
            return cls("SYSTEM", AccountKind.SYSTEM)
        password = option.get("password")
        if password is None and kind is AccountKind.GMSA:
            return cls(name, AccountKind.GMSA)
        if not password:
            raise ValueError(f"account {name}: a password is needed (only SYSTEM and group managed service accounts have none)")
        return cls(name, AccountKind.PASSWORD, password)
