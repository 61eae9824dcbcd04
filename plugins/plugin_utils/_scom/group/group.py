# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A management group as a whole: what its database says of it, and whether the inventory knows the same servers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..host.host_names import same_host
from ..releases.releases import NotAVersion, Release, ServerVersion
from .health import Monitored

_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")
TASK_PREFIX = "scom-management-server-"


@dataclass(frozen=True)
class GroupServer:
    """A server as the operational database lists it.

    ``version`` and ``monitored`` lag behind the server itself by up to an hour (probes 4.2 W).
    """

    name: str
    is_gateway: bool = False
    version: ServerVersion | None = None
    is_available: bool | None = None
    monitored: Monitored | None = None


@dataclass(frozen=True)
class Group:
    """A management group: its name, the version of its operational database, its management servers and its gateways."""

    name: str
    database_version: ServerVersion | None
    servers: tuple[GroupServer, ...]
    gateways: tuple[GroupServer, ...] = ()

    def server(self, name: str) -> GroupServer | None:
        """The server of that name, its gateways left out."""
        return next((server for server in self.servers if same_host(server.name, name)), None)

    @property
    def lock_host(self) -> str:
        """The server that keeps the group's lock: every controller finds the same one, whatever its inventory or limit."""
        return lock_host(server.name for server in self.servers)

    @property
    def lock_name(self) -> str:
        return lock_name(self.name)


def read(group_rows: Iterable[Mapping[str, Any]], server_rows: Iterable[Mapping[str, Any]]) -> Group:
    """The group, from the rows of the queries ``group`` and ``management_servers``.

    Raises ValueError when the database names no group or no management server: such a database is not the one of a management group.
    """
    described = next(iter(group_rows), None)
    if described is None or not described.get("group_name"):
        raise ValueError("the database names no management group")
    rows = sorted((_server(row) for row in server_rows), key=lambda server: server.name.casefold())
    servers = tuple(server for server in rows if not server.is_gateway)
    if not servers:
        raise ValueError(f"management group {described['group_name']} lists no management server")
    gateways = tuple(server for server in rows if server.is_gateway)
    return Group(str(described["group_name"]), _version(described.get("database_version")), servers, gateways)


def _server(row: Mapping[str, Any]) -> GroupServer:
    available, health = row.get("is_available"), row.get("health_state")
    return GroupServer(
        name=str(row["name"]),
        # Gateways carry both flags (probes 3.3 W).
        is_gateway=bool(row.get("is_gateway")),
        version=_version(row.get("version")),
        is_available=None if available is None else bool(available),
        monitored=Monitored.from_number(None if health is None else int(health)),
    )


def _version(text: object) -> ServerVersion | None:
    try:
        return ServerVersion.parse(str(text)) if text else None
    except NotAVersion:
        return None


@dataclass(frozen=True)
class Reconciliation:
    """Where the inventory and the group's own list of management servers differ.

    ``missing``: servers of the group that the inventory does not know. ``unknown``: hosts that say they are management servers and that
    the group does not list. ``gateways``: hosts given as management servers that are gateways of the group. ``twice``: servers that the
    inventory has under two names.
    """

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.unknown or self.gateways or self.twice)

    def text(self) -> str:
        """The differences in one line, '' when there are none."""
        parts = {
            "of the group but not in the inventory": self.missing,
            "in the inventory but not of the group": self.unknown,
            "a gateway, not a management server": self.gateways,
            "one server under two names of the inventory": self.twice,
        }
        return "; ".join(f"{', '.join(names)}: {what}" for what, names in parts.items() if names)


def reconcile(group: Group, inventory: Iterable[str]) -> Reconciliation:
    """Compares the group's own list with the names (FQDN where known) of the hosts of ``scom_management_servers``.

    A rule about the whole group is only as good as the knowledge who that is; `--limit` must not make it smaller.
    """
    hosts = tuple(inventory)
    gateways = tuple(host for host in hosts if any(same_host(host, gateway.name) for gateway in group.gateways))
    missing = tuple(server.name for server in group.servers if not any(same_host(server.name, host) for host in hosts))
    unknown = tuple(host for host in hosts if host not in gateways and group.server(host) is None)
    twice = tuple(server.name for server in group.servers if sum(same_host(server.name, host) for host in hosts) > 1)
    return Reconciliation(missing, unknown, gateways, twice)


def task_id(target: Release) -> str:
    """The id of the one setup of a management server for a target: the same from every controller.

    >>> task_id(Release.R2025)
    'scom-management-server-2025'
    """
    return f"{TASK_PREFIX}{_slug(target.value)}"


def lock_host(servers: Iterable[str]) -> str:
    """The one of a group's management servers that keeps its lock: the first by name."""
    return min(server.casefold() for server in servers)


def lock_name(group: str) -> str:
    """The name of a group's lock, in letters that any file system takes.

    >>> lock_name("Contoso OM (EU)")
    'scom-contoso-om-eu'
    """
    return f"scom-{_slug(group)}"


def lock_owner(target: Release, fqdn: str) -> str:
    """Who owns the group's lock: the work on one host, not the controller, so that the same command run again has it already."""
    return f"{task_id(target)}@{fqdn.casefold()}"


def _slug(text: str) -> str:
    return _OTHER_SIGNS.sub("-", text.casefold()).strip("-") or "group"
