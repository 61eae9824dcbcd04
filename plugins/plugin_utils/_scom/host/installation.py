# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What of Operations Manager is installed on one host: the facts that `detect` reads and every decision is made on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..._upgrade.windows_facts import Host, Service
from ..releases.platforms import ServerOs, server_os
from ..releases.releases import AgentVersion, Release, ServerVersion, release_of, update_rollup


class Role(str, Enum):
    """What a host can be in a management group."""

    MANAGEMENT_SERVER = "management_server"
    GATEWAY = "gateway"
    AGENT = "agent"
    CONSOLE = "console"
    WEB_CONSOLE = "web_console"
    REPORTING = "reporting"
    ACS_COLLECTOR = "acs_collector"
    ACS_FORWARDER = "acs_forwarder"


@dataclass(frozen=True)
class InstalledPart:
    """One role on the host.

    ``version`` is what setup wrote into the registry and names the release; ``file_version`` is that of a file which update rollups
    replace (5 W). Both are None when nothing on the host says. ``path`` is the folder of the role, '' when unknown.
    """

    role: Role
    version: ServerVersion | AgentVersion | None = None
    file_version: ServerVersion | AgentVersion | None = None
    path: str = ""

    @property
    def build(self) -> ServerVersion | AgentVersion | None:
        """The higher of both versions: rollups raise the files, and some the registry too."""
        if isinstance(self.version, ServerVersion) and isinstance(self.file_version, ServerVersion):
            return max(self.version, self.file_version)
        if isinstance(self.version, AgentVersion) and isinstance(self.file_version, AgentVersion):
            return max(self.version, self.file_version)
        return self.file_version or self.version

    @property
    def release(self) -> Release | None:
        """The release the registry names, else the one of the file; None when unknown."""
        version = self.version or self.file_version
        return release_of(version) if version else None

    @property
    def update_rollup(self) -> str:
        """``RTM``, ``UR3``, ``UR2 + hotfix``...; '' when no version is known."""
        return update_rollup(self.build) if self.build else ""

    @property
    def is_consistent(self) -> bool:
        """Whether registry and files name the same release; False on a half-upgraded host."""
        if self.version is None or self.file_version is None:
            return True
        return release_of(self.version) is release_of(self.file_version)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "version": str(self.version) if self.version else None,
            "file_version": str(self.file_version) if self.file_version else None,
            "release": self.release.value if self.release else None,
            "update_rollup": self.update_rollup or None,
            "path": self.path or None,
        }


@dataclass(frozen=True)
class Database:
    """A database as setup recorded it: ``server`` is host, host\\instance or host,port."""

    server: str
    name: str


@dataclass(frozen=True)
class WebConsole:
    """Settings of a web console: the server it asks, and whether it is bound to HTTPS (None when not recorded)."""

    default_server: str
    uses_ssl: bool | None


@dataclass(frozen=True)
class Reporting:
    """Settings of a reporting server: the server it asks, and its Reporting Services instance."""

    sdk_server: str
    srs_instance: str


@dataclass(frozen=True)
class Installation:
    """All roles of one host, and what setup recorded about their management group.

    ``management_groups``: names in the registry, that of the server first; an agent may report to several.
    ``database_version``: the version setup recorded *on this host*, not that of the database itself.
    ``doubts``: marks of the registry, the services and the files that contradict each other, in words; empty on a sound host.
    """

    host: Host
    components: tuple[InstalledPart, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)
    management_groups: tuple[str, ...] = ()
    install_directory: str = ""
    operational_database: Database | None = None
    data_warehouse: Database | None = None
    database_version: ServerVersion | None = None
    port: int | None = None
    push_agent_version: AgentVersion | None = None
    web_settings: WebConsole | None = None
    reporting_settings: Reporting | None = None
    doubts: tuple[str, ...] = ()

    @property
    def operating_system(self) -> ServerOs | None:
        """The Windows Server of the host; None for clients and for builds the references do not know."""
        return server_os(self.host.os_build, self.host.installation_type)

    def component(self, role: Role) -> InstalledPart | None:
        """The component of a role; None when the host does not have it."""
        return next((component for component in self.components if component.role is role), None)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of the host, servers first."""
        return tuple(component.role for component in self.components)

    @property
    def management_server(self) -> InstalledPart | None:
        return self.component(Role.MANAGEMENT_SERVER)

    @property
    def gateway(self) -> InstalledPart | None:
        return self.component(Role.GATEWAY)

    @property
    def agent(self) -> InstalledPart | None:
        return self.component(Role.AGENT)

    @property
    def console(self) -> InstalledPart | None:
        return self.component(Role.CONSOLE)

    @property
    def web_console(self) -> InstalledPart | None:
        return self.component(Role.WEB_CONSOLE)

    @property
    def reporting(self) -> InstalledPart | None:
        return self.component(Role.REPORTING)

    @property
    def acs_collector(self) -> InstalledPart | None:
        return self.component(Role.ACS_COLLECTOR)

    @property
    def acs_forwarder(self) -> InstalledPart | None:
        return self.component(Role.ACS_FORWARDER)

    @property
    def management_group(self) -> str | None:
        """The group's name; None when the registry names none."""
        return next(iter(self.management_groups), None)

    @property
    def data_access_account(self) -> str | None:
        """Account of the Data Access service; None when the host has no such service."""
        service = self.services.get("OMSDK")
        return service.account if service else None

    @property
    def audit_forwarding_enabled(self) -> bool:
        """A running forwarder service means forwarding was switched on (5 W)."""
        service = self.services.get("AdtAgent")
        return service is not None and service.is_running

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result: ``roles`` maps each role's name to its component."""
        return {
            "host": self.host.fqdn or self.host.computer_name,
            "operating_system": str(self.operating_system) if self.operating_system else f"build {self.host.os_build}",
            "roles": {component.role.value: component.as_result() for component in self.components},
            "management_group": self.management_group,
            "management_groups": list(self.management_groups),
            "install_directory": self.install_directory or None,
            "operational_database": _database(self.operational_database),
            "data_warehouse": _database(self.data_warehouse),
            "database_version": str(self.database_version) if self.database_version else None,
            "port": self.port,
            "push_agent_version": str(self.push_agent_version) if self.push_agent_version else None,
            "services": {name: _service(service) for name, service in self.services.items()},
            "doubts": list(self.doubts),
        }


def _database(database: Database | None) -> dict[str, str] | None:
    return {"server": database.server, "name": database.name} if database else None


def _service(service: Service) -> dict[str, Any]:
    return {"status": service.status, "start_mode": service.start_mode, "delayed": service.delayed, "account": service.account}
