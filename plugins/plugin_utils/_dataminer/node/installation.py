# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What of DataMiner is installed on one host: the facts that `detect` reads and every decision is made on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.times import utc_time
from ..._upgrade.windows_facts import Host, Process, Service
from ..failover.roles import NodeRole, RoleSign, dms_sign, rewrite_rule_sign, tell_role, virtual_address_sign
from ..files.dms_xml import AgentIdentity, Dms, Endpoint
from ..files.history import VersionHistory
from ..files.settings import ConnectionSettings, Maintenance, PortCheck
from ..versions.versions import NotAVersion, ProgramVersion, Version

# 9 D: an agent runs when these do.
CORE_SERVICES = ("SLNet", "SLDataMiner")


@dataclass(frozen=True)
class Folder:
    """A folder below Upgrades\\Packages and when it was last changed."""

    name: str
    modified_utc: str


@dataclass(frozen=True)
class Installation:
    """One node. Every fact is one by itself: what cannot be read spoils no other.

    ``addresses``: on its network cards, as Windows says; ``resolved``: what the name it was given resolves to on the node itself.
    ``endpoints``: of ClusterEndpoints.json, empty before 10.5. ``modules``: of its own APIGateway, asked past the reverse proxy.
    ``rewrite_rule``: whether the reverse-proxy rule is enabled, None where there is none. ``failover_log``: None where there is no such
    log or no state in it. ``utilities``: paths of SLTaskbarUtility.exe. ``processes``: of the utility and of running upgrades.
    ``tasks``: ids of our long tasks, running or not. ``has_broker_config``: whether MessageBrokerConfig.json is there.
    """

    host: Host
    is_installed: bool
    identity: Fact[AgentIdentity]
    dms: Fact[Dms]
    endpoints: Fact[tuple[Endpoint, ...]]
    addresses: Fact[frozenset[str]]
    resolved: frozenset[str]
    history: Fact[VersionHistory]
    maintenance: Fact[Maintenance]
    connection: Fact[ConnectionSettings]
    remoting_port: Fact[int]
    soft_launch: Fact[Mapping[str, bool]]
    port_check: Fact[PortCheck | None]
    services: Fact[Mapping[str, Service]]
    ports: Fact[frozenset[int]]
    modules: Fact[dict[str, str | None]]
    failover_log: Fact[RoleSign | None]
    rewrite_rule: Fact[bool | None]
    utilities: Fact[tuple[str, ...]]
    program_version: Fact[ProgramVersion | None]
    package_folders: Fact[tuple[Folder, ...]]
    processes: Fact[tuple[Process, ...]]
    tasks: Fact[tuple[str, ...]]
    has_broker_config: Fact[bool]

    @property
    def version(self) -> Fact[Version]:
        """What the last line of its version history says; a line without a version, such as the bare word Hotfix, is not guessed at."""

        def read() -> Version:
            history = self.history.value
            if history.version is None:
                last = history.last
                raise NotRead(
                    "the version", f"the last line of VersionHistory.txt is {last.raw!r}" if last else "VersionHistory.txt is empty"
                )
            return history.version

        return Fact.reading("the version", read, NotAVersion)

    @property
    def running(self) -> Fact[bool]:
        """Whether DataMiner runs: its core services do."""
        return self.services.then(lambda found: all(name in found and found[name].is_running for name in CORE_SERVICES))

    @property
    def running_services(self) -> Fact[frozenset[str]]:
        return self.services.then(lambda found: frozenset(name for name, service in found.items() if service.is_running))

    @property
    def own_addresses(self) -> frozenset[str]:
        """Its addresses as far as they could be told, loopback left out."""
        found = self.addresses.value if self.addresses.is_known else frozenset()
        return frozenset(one for one in found | self.resolved if not _is_loopback(one))

    @property
    def says_failover(self) -> bool:
        """Whether anything on the node says that it is in a Failover pair."""
        in_dms = self.dms.is_known and self.dms.value.failover is not None
        in_log = self.failover_log.is_known and self.failover_log.value is not None
        return in_dms or in_log or (self.rewrite_rule.is_known and self.rewrite_rule.value is not None)

    def role(self, shared: Iterable[str]) -> NodeRole:
        """Its role in a pair with these shared addresses, by all signs that could be read (5.2)."""
        virtual = [one for one in shared if _is_address(one)]
        on_cards = virtual_address_sign(self.addresses.value, virtual) if self.addresses.is_known else None
        rule = rewrite_rule_sign(self.rewrite_rule.value) if self.rewrite_rule.is_known else None
        logged = self.failover_log.value if self.failover_log.is_known else None
        failover = self.dms.value.failover if self.dms.is_known else None
        stated = dms_sign(failover.state) if failover else None
        return tell_role(sign for sign in (on_cards, rule, logged, stated) if sign is not None)

    def running_for_minutes(self) -> float:
        """For how long DataMiner has been running, by the start of its youngest core process. Raises NotRead."""
        started = [one.started_utc for one in self.processes.value if one.name.casefold() in {name.casefold() for name in CORE_SERVICES}]
        if len(started) < len(CORE_SERVICES) or not all(started):
            raise NotRead("since when DataMiner runs", "Windows does not show the start of SLNet and SLDataMiner")
        return (self.now() - max(utc_time(one) for one in started)).total_seconds() / 60

    def now(self) -> datetime:
        """Its own clock; raises NotRead when it did not say."""
        try:
            return utc_time(self.host.utc_now)
        except ValueError as error:
            raise NotRead("the node's clock", str(error)) from error

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result; what could not be read is None, with the reason below ``unread``."""
        settings = self.maintenance.value if self.maintenance.is_known else None
        return {
            "host": self.host.fqdn or self.host.computer_name,
            "installed": self.is_installed,
            "dataminer_id": _known(self.identity.then(lambda one: one.id)),
            "name": _known(self.identity.then(lambda one: one.name)),
            "cluster": _known(self.dms.then(lambda dms: dms.cluster)),
            "version": _known(self.version.then(str)),
            "history": _known(self.history.then(lambda history: history.as_result())),
            "program_version": _known(self.program_version.then(lambda one: str(one) if one else None)),
            "members": _known(self.dms.then(lambda dms: sorted(dms.addresses))),
            "addresses": sorted(self.own_addresses),
            "running": _known(self.running),
            "services": _known(self.services.then(lambda found: {name: _service(one) for name, one in found.items()})),
            "ports": _known(self.ports.then(sorted)),
            "modules": _known(self.modules),
            "settings": None
            if settings is None
            else {
                "max_upload_mb": settings.max_upload_mb,
                "default_upgrade_options": settings.default_upgrade_options is not None,
                "broker_gateway": settings.broker_gateway,
                "dotnet_remoting": settings.dotnet_remoting,
            },
            "soft_launch": _known(self.soft_launch.then(dict)),
            "taskbar_utilities": _known(self.utilities.then(list)),
            "unread": self.unread(),
        }

    def unread(self) -> dict[str, str]:
        """What could not be read, and why."""
        facts = (getattr(self, name) for name in self.__dataclass_fields__)
        return {one.unread_what: one.unread_reason for one in facts if isinstance(one, Fact) and not one.is_known}


def _known(fact: Fact[Any]) -> Any:
    return fact.value if fact.is_known else None


def _service(service: Service) -> dict[str, Any]:
    return {"status": service.status, "start_mode": service.start_mode, "delayed": service.delayed}


def _is_loopback(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
