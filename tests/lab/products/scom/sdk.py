"""The Operations Manager API of a group, as scom_command sees it on a management server (scom 5, end)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.products.scom.builds import rtm_of
from tests.lab.products.scom.group import ManagementGroup, ManagementServer
from tests.lab.world import SdkDenied, SdkStopped

ADMINISTRATORS_GROUP = "SCOM Admins"  # the only member of the role Operations Manager Administrators
_HEALTH = {0: "uninitialized", 1: "success", 2: "warning", 3: "error", None: "uninitialized"}


class ScomSdk:
    """Implements `tests.lab.world.Sdk`. It answers only where OMSDK runs, never on a host that is no management server, and only members of
    the group that holds the role Operations Manager Administrators (scom 9 D)."""

    def __init__(self, group: ManagementGroup) -> None:
        self._group = group

    async def answer(self, host: str, user: str, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Raises SdkStopped, SdkDenied, LookupError for an unknown verb."""
        server = self._group.servers.get(host.lower())
        service = server.host.services.get("OMSDK") if server else None
        if server is None or service is None or not service.is_running:
            raise SdkStopped(f"the Data Access Service of {host} does not run")
        if not _has_role(server, user):
            raise SdkDenied(f"The user {user} does not have sufficient permission to perform the operation.")
        verbs = {
            "management_group": self._management_group,
            "management_servers": self._management_servers,
            "management_pack_aliases": self._management_pack_aliases,
        }
        if verb not in verbs:
            raise LookupError(f"scom_command has no verb {verb!r}")
        return verbs[verb]()

    def _management_group(self) -> dict[str, Any]:
        version = rtm_of(self._group.operational.build).server
        return {"name": self._group.name, "version": version, "sku": self._group.spec.licence, "expires_utc": None}

    def _management_servers(self) -> dict[str, Any]:
        first = next(iter(self._group.servers), None)
        servers = [self._row(server, is_root=server.name == first) for server in self._group.servers.values()]
        gateways = [
            {
                "name": name,
                "version": rtm_of(self._group.operational.build).server,
                "health_state": "success",
                "is_gateway": True,
                "is_root": False,
            }
            for name in self._group.spec.gateways
        ]
        return {"servers": [*servers, *gateways]}

    def _management_pack_aliases(self) -> dict[str, Any]:
        found = self._group.spec.duplicate_aliases
        return {"duplicates": [{"management_pack": one.management_pack, "version": one.version, "aliases": one.aliases} for one in found]}

    def _row(self, server: ManagementServer, *, is_root: bool) -> dict[str, Any]:
        """A server that cannot be reached is grey in the console: its last health is not to be believed, hence an error."""
        health = _HEALTH[server.health] if server.is_available else "error"
        return {
            "name": server.name,
            "version": rtm_of(server.row_build).server,
            "health_state": health,
            "is_gateway": False,
            "is_root": is_root,
        }


def _has_role(server: ManagementServer, user: str) -> bool:
    """SYSTEM is an administrator of the server, as the role's own members were when the group was made."""
    accounts = server.host.accounts
    found = accounts.find(user)
    members = [group.rpartition("\\")[2] for group in found.groups] if found else []
    return accounts.is_system(user) or ADMINISTRATORS_GROUP in members
