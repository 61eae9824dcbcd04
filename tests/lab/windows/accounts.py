"""Who may do what on one simulated host: local and domain accounts, local groups, user rights, profiles.

It is also the mapping user -> password that the WinRM front end reads at each logon (`tests.lab.winrm.machine.Machine.accounts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .directory import Directory, Logon, User, account_number, domain_sid, split_name, try_password

WrongPassword = Callable[[User, str | None, str], None]
"""Told of every wrong try: the account, what was tried, and by what."""

ADMINISTRATORS, USERS, REMOTE_MANAGEMENT_USERS = "S-1-5-32-544", "S-1-5-32-545", "S-1-5-32-580"
SYSTEM_SID, EVERYONE, AUTHENTICATED_USERS = "S-1-5-18", "S-1-1-0", "S-1-5-11"
ALL_SERVICES = "S-1-5-80-0"
WELL_KNOWN = {
    "S-1-1-0": "Everyone",
    "S-1-5-11": "NT AUTHORITY\\Authenticated Users",
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-5-80-0": "NT SERVICE\\ALL SERVICES",
    "S-1-5-32-544": "BUILTIN\\Administrators",
    "S-1-5-32-545": "BUILTIN\\Users",
    "S-1-5-32-551": "BUILTIN\\Backup Operators",
    "S-1-5-32-559": "BUILTIN\\Performance Log Users",
    "S-1-5-32-580": "BUILTIN\\Remote Management Users",
}
_ALIASES = {name.rsplit("\\", maxsplit=1)[-1].lower(): sid for sid, name in WELL_KNOWN.items()} | {"localsystem": SYSTEM_SID}
DEFAULT_RIGHTS = {  # windows-tasks 2.2 D
    "SeBatchLogonRight": ["S-1-5-32-544", "S-1-5-32-551", "S-1-5-32-559"],
    "SeServiceLogonRight": [ALL_SERVICES],
    "SeDenyBatchLogonRight": [],
    "SeDenyServiceLogonRight": [],
}


@dataclass(frozen=True)
class Principal:
    """A SID with its name, as groups and rights list their members."""

    sid: str
    name: str
    kind: str


class Accounts(Mapping[str, str]):
    """The accounts as one host sees them.

    >>> from .clock import Clock
    >>> accounts = Accounts("MS1", Directory(), Clock().now)
    >>> admin = accounts.add("CONTOSO\\\\admin", password="right", administrator=True)
    >>> accounts.logon("admin@contoso.lab", "right").name, accounts.is_administrator(r"contoso\\ADMIN"), accounts["CONTOSO\\\\admin"]
    ('OK', True, 'right')
    """

    def __init__(
        self, computer_name: str, directory: Directory, now: Callable[[], datetime], on_wrong: WrongPassword = lambda *_: None
    ) -> None:
        self.computer_name, self.directory, self._now, self._on_wrong = computer_name, directory, now, on_wrong
        self.local = Directory(computer_name, computer_name, lockout_threshold=0, sid=domain_sid(computer_name))
        self.groups: dict[str, list[str]] = {ADMINISTRATORS: [], USERS: [], REMOTE_MANAGEMENT_USERS: []}
        self.rights: dict[str, list[str]] = {right: list(holders) for right, holders in DEFAULT_RIGHTS.items()}

    # The front end's view: everybody who may log on over WinRM, in each spelling an inventory may use.

    def __getitem__(self, name: str) -> str:
        user = self.find(name)
        if user is None or not self._may_connect(user):
            raise KeyError(name)
        return user.password or ""

    def __iter__(self) -> Iterator[str]:
        for user in self.directory:
            if self._may_connect(user):
                yield user.full_name
                yield f"{user.name}@{self.directory.dns_name}"
        for user in self.local:
            if self._may_connect(user):
                yield user.name
                yield user.full_name

    def __len__(self) -> int:
        return sum(1 for _unused in self)

    def add(self, name: str, *, administrator: bool = False, rights: tuple[str, ...] = (), **facts: object) -> User:
        """Adds an account: `DOMAIN\\x` and `x@domain` to the domain, anything else to the host. `facts` are fields of User."""
        domain, short = split_name(name)
        store = self.directory if domain.lower() in (self.directory.netbios_name.lower(), self.directory.dns_name.lower()) else self.local
        user = store.add(short, **facts)
        if administrator and user.full_name not in self.groups[ADMINISTRATORS]:
            self.groups[ADMINISTRATORS].append(user.full_name)
        for right in rights:
            self.grant(right, user.full_name)
        return user

    def grant(self, right: str, holder: str) -> None:
        holders = self.rights.setdefault(right, [])
        if holder not in holders:
            holders.append(holder)

    def find(self, name: str) -> User | None:
        """An account by any spelling or its SID; a bare name is the host's before the domain's."""
        domain, _unused = split_name(name)
        if domain.lower() in (".", self.computer_name.lower(), ""):
            local = self.local.find(split_name(name)[1] if domain else name)
            if local or domain:
                return local
        return self.directory.find(name)

    def sid_of(self, name: str) -> str | None:
        """The SID behind a name: of an account, a well-known group, or of any other group of the domain."""
        if name.upper().startswith("S-1-"):
            return name
        if user := self.find(name):
            return user.sid
        domain, short = split_name(name)
        if domain.lower() in ("nt authority", "builtin", "nt service", "") and short.lower() in _ALIASES:
            return _ALIASES[short.lower()]
        known = any(name.lower() == group.lower() for group in self._named_groups())
        return f"{self.directory.sid}-{account_number(short)}" if known else None

    def principal(self, name: str) -> Principal:
        """A member or holder as Windows lists it; a SID that nothing answers to stays a SID."""
        if name in WELL_KNOWN:
            return Principal(name, WELL_KNOWN[name], "group")
        if user := self.find(name):
            return Principal(user.sid, user.full_name, "user")
        sid = self.sid_of(name)
        if sid is None or sid == name:
            return Principal(name, name, "unknown")
        return Principal(sid, WELL_KNOWN.get(sid, name), "group")

    def group_sids(self, user: User) -> list[str]:
        """Every group the account is in, through nesting, with Everyone and Authenticated Users."""
        found = {EVERYONE, AUTHENTICATED_USERS}
        pending = [user.full_name, user.sid, *user.groups]
        seen: set[str] = set()
        while pending:
            member = pending.pop()
            if member.lower() in seen:
                continue
            seen.add(member.lower())
            sid = self.sid_of(member)
            if sid and sid != user.sid:
                found.add(sid)
            pending += [group for group, members in self.groups.items() if member.lower() in [one.lower() for one in members]]
        return sorted(found)

    def is_administrator(self, name: str) -> bool:
        if self.is_system(name):
            return True
        user = self.find(name)
        return bool(user and ADMINISTRATORS in self.group_sids(user))

    def is_system(self, name: str) -> bool:
        return self.sid_of(name) in ("S-1-5-18", "S-1-5-19", "S-1-5-20")

    def has_right(self, right: str, user: User) -> bool:
        """Whether the account or one of its groups holds a right directly; deny rights are rights of their own."""
        held_by = {self.sid_of(holder) for holder in self.rights.get(right, [])}
        return bool(held_by & {user.sid, *self.group_sids(user)})

    def logon(self, name: str, password: str | None, by: str = "") -> Logon:
        """Tries a password; a wrong one counts against the lockout. `by` is what tries it: probe, become, task, setup, api."""
        user = self.find(name)
        if user is None:
            return Logon.WRONG_PASSWORD
        is_domain = user.domain == self.directory.netbios_name
        if is_domain and not self.directory.is_reachable:
            return Logon.NO_LOGON_SERVER
        end = try_password(user, password, self._now(), self.lockout_threshold(user))
        if end is Logon.WRONG_PASSWORD:
            self._on_wrong(user, password, by)
        return end

    def lockout_threshold(self, user: User) -> int:
        """How many wrong passwords lock the account; 0: never."""
        store = self.directory if user.domain == self.directory.netbios_name else self.local
        return store.lockout_threshold

    def secrets(self) -> list[str]:
        """Every password; no file of the host may hold one."""
        return [user.password for store in (self.directory, self.local) for user in store if user.password]

    def full_name(self, name: str) -> str:
        """The name as Windows writes it: `DOMAIN\\name`, `NT AUTHORITY\\SYSTEM`."""
        return self.principal(self.sid_of(name) or name).name

    def _may_connect(self, user: User) -> bool:
        if user.password is None or user.locked or not user.enabled or user.expired or user.must_change:
            return False
        if user.password_expires and user.password_expires <= self._now():
            return False
        return bool({ADMINISTRATORS, REMOTE_MANAGEMENT_USERS} & set(self.group_sids(user)))

    def _named_groups(self) -> Iterator[str]:
        for members in self.groups.values():
            yield from members
        yield from self.groups
        for user in [*self.directory, *self.local]:
            yield from user.groups
        for holders in self.rights.values():
            yield from holders
