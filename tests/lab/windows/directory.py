"""Accounts: the domain's, shared by all hosts of a world, and what a logon with them ends in."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Logon(Enum):
    """How a logon ends: the Win32 code and the word `host_probe` uses (powershell-probes 1.17-1.21)."""

    OK = (0, "ok", "The operation completed successfully.")
    WRONG_PASSWORD = (1326, "wrong_password", "The user name or password is incorrect.")
    RESTRICTION = (1327, "restriction", "Account restrictions are preventing this user from signing in.")
    EXPIRED = (1330, "expired", "The password for this account has expired.")
    DISABLED = (1331, "disabled", "This user can't sign in because this account is currently disabled.")
    RIGHT_MISSING = (1385, "right_missing", "The user has not been granted the requested logon type at this computer.")
    ACCOUNT_EXPIRED = (1793, "expired", "The user's account has expired.")
    MUST_CHANGE = (1907, "must_change", "The user's password must be changed before signing in.")
    LOCKED = (1909, "locked", "The referenced account is currently locked out and may not be logged on to.")
    NO_LOGON_SERVER = (1311, "no_logon_server", "We can't sign you in with this credential because your domain isn't available.")

    def __init__(self, code: int, reason: str, message: str) -> None:
        self.code, self.reason, self.message = code, reason, message


@dataclass
class User:
    """One account. `domain` is the NetBIOS name of the domain or of the host; `groups` are names or SIDs."""

    domain: str
    name: str
    sid: str
    password: str | None = None
    groups: list[str] = field(default_factory=list)
    enabled: bool = True
    locked: bool = False
    expired: bool = False
    must_change: bool = False
    restricted: bool = False
    password_expires: datetime | None = None
    encryption_types: int | None = None
    is_managed_service_account: bool = False
    bad_passwords: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.domain}\\{self.name}"


@dataclass
class Directory:
    """The domain: users, its names, and after how many wrong passwords an account locks (0: never).

    >>> directory = Directory("CONTOSO", "contoso.lab")
    >>> user = directory.add("svc", password="right")
    >>> directory.find("svc@contoso.lab") is user, directory.find(r"contoso\\SVC") is user
    (True, True)
    """

    netbios_name: str = "CONTOSO"
    dns_name: str = "contoso.lab"
    lockout_threshold: int = 5
    is_reachable: bool = True
    users: dict[str, User] = field(default_factory=dict)
    sid: str = ""

    def __post_init__(self) -> None:
        self.sid = self.sid or domain_sid(self.dns_name)

    def add(self, name: str, **facts: object) -> User:
        """Adds an account by its short name; the same name again changes the facts given."""
        known = self.users.get(name.lower())
        if known is None:
            known = User(self.netbios_name, name, f"{self.sid}-{account_number(name)}")
            self.users[name.lower()] = known
        for key, value in facts.items():
            setattr(known, key, value)
        return known

    def find(self, name: str) -> User | None:
        """By `DOMAIN\\name`, `name@domain`, SID; a bare name is looked for too."""
        domain, short = split_name(name)
        if domain and domain.lower() not in (self.netbios_name.lower(), self.dns_name.lower()):
            return None
        return self.users.get(short.lower()) or next((user for user in self.users.values() if user.sid == name), None)

    def __iter__(self) -> Iterator[User]:
        return iter(list(self.users.values()))


def try_password(user: User, password: str | None, now: datetime, lockout_threshold: int) -> Logon:
    """What a logon ends in, in the order Windows checks; a wrong password counts and may lock the account."""
    if user.locked:
        return Logon.LOCKED
    if not user.is_managed_service_account and user.password != password:
        user.bad_passwords += 1
        user.locked = bool(lockout_threshold) and user.bad_passwords >= lockout_threshold
        return Logon.WRONG_PASSWORD
    user.bad_passwords = 0
    return _state_of(user, now)


def _state_of(user: User, now: datetime) -> Logon:
    if not user.enabled:
        return Logon.DISABLED
    if user.expired:
        return Logon.ACCOUNT_EXPIRED
    if user.must_change:
        return Logon.MUST_CHANGE
    if user.password_expires and user.password_expires <= now:
        return Logon.EXPIRED
    return Logon.RESTRICTION if user.restricted else Logon.OK


def split_name(name: str) -> tuple[str, str]:
    """(domain, account) of the three ways to write a name; an empty domain when none is given.

    >>> split_name(r"LAB\\admin"), split_name("admin@lab.test"), split_name("admin")
    (('LAB', 'admin'), ('lab.test', 'admin'), ('', 'admin'))
    """
    if "\\" in name:
        domain, _unused, short = name.partition("\\")
        return domain, short
    short, _unused, domain = name.partition("@")
    return domain, short


def domain_sid(name: str) -> str:
    """A stable SID for the domain or machine of that name."""
    parts = [zlib.crc32(f"{salt}{name.lower()}".encode()) for salt in ("a", "b", "c")]
    return "S-1-5-21-" + "-".join(str(part) for part in parts)


def account_number(name: str) -> int:
    return 500 if name.lower() == "administrator" else 1000 + zlib.crc32(name.lower().encode()) % 900_000
