"""Who may log in to DataMiner: a Windows account that is also a user of the system (dataminer 1.1, 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.lab.windows.directory import Logon


@dataclass(frozen=True)
class DataMinerUser:
    """One user; `name` is that of the Windows account. `expired` is DataMiner's own flag in Security.xml (K2)."""

    name: str
    administrator: bool
    expired: bool


def login(system: Any, host: Any, name: str, password: str) -> str | None:
    """None when the web API lets somebody in, else why not."""
    user = find(system, host, name)
    if user is None or host.accounts.logon(user.name, password, "api") is not Logon.OK:
        return "Authentication failed: the user name or password is incorrect."
    return "Authentication failed: the user account has expired." if user.expired else None


def may_upgrade(system: Any, node: Any, windows_user: str) -> str | None:
    """None when the utility's login is an administrator of DataMiner, else why not.

    Without saved credentials the utility logs in as the Windows user it runs as (1.1 D).
    """
    user = find(system, node.host, windows_user)
    if user is None:
        return f"{windows_user} is no DataMiner user"
    if user.expired or not _is_valid(node.host, user.name):
        return f"the login of {user.name} has expired"
    return None if user.administrator else f"{user.name} has no right to upgrade agents"


def find(system: Any, host: Any, name: str) -> DataMinerUser | None:
    """A user of the system by any spelling of the account."""
    full = str(host.accounts.full_name(name)).lower()
    found: DataMinerUser | None = system.users.get(full)
    return found


def _is_valid(host: Any, name: str) -> bool:
    account = host.accounts.find(name)
    if account is None:
        return False
    expires = account.password_expires
    return account.enabled and not account.expired and not (expires and expires <= host.clock.now())
