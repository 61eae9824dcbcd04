"""Who a command runs as on a host, and how far that identity reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .profiles import environment_of
from .registry import AccessDenied

if TYPE_CHECKING:
    from .host import SimulatedHost

ANONYMOUS = "NT AUTHORITY\\ANONYMOUS LOGON"


@dataclass(frozen=True)
class Session:
    """One logon.

    `user` is the effective account as Windows writes it. A network logon (WinRM without become) has no credentials for other machines
    (powershell-probes 1.34 D); one that became somebody has.
    """

    host: SimulatedHost
    user: str
    is_network_logon: bool
    connection: str = "psrp"

    @property
    def is_administrator(self) -> bool:
        return self.host.accounts.is_administrator(self.user)

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.host.accounts, self.user)

    def identity_at(self, server: str) -> str:
        """Who this session is for another machine; on its own host it is itself."""
        if self.is_on_this_host(server):
            return self.user
        if self.is_network_logon:
            return ANONYMOUS
        if self.host.accounts.is_system(self.user):
            return f"{self.host.accounts.directory.netbios_name}\\{self.host.computer_name}$"
        return self.user

    def is_on_this_host(self, server: str) -> bool:
        machine = server.split("\\", maxsplit=1)[0].split(",", maxsplit=1)[0].removeprefix("tcp:").lower()
        return machine in ("", ".", "(local)", "localhost", "127.0.0.1", self.host.name.lower(), self.host.computer_name.lower())

    def refuse_second_hop(self, path: str) -> None:
        """Raises AccessDenied for a UNC path of another machine in a network logon (powershell-probes 1.3)."""
        if (
            path.startswith("\\\\")
            and not path.startswith("\\\\?\\")
            and self.identity_at(path[2:].split("\\", maxsplit=1)[0]) == ANONYMOUS
        ):
            raise AccessDenied(f"Access to the path '{path}' is denied.")
