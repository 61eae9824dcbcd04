"""Builders of what the decisions look at: a management server, its group, its peers, a task, all sound unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import health as health_of
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.group import Group, GroupServer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import SERVER_SERVICES, Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Member, Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import (
    Database,
    Installation,
    InstalledPart,
    Role,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Observation
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import SERVER_BUILDS, ServerVersion
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Signs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.windows_facts import Host, Process, Service

NOW = "2026-03-01T01:53:00Z"
DOMAIN = "contoso.lab"


def fqdn(name: str) -> str:
    return name if "." in name else f"{name}.{DOMAIN}"


def server_version(release: str) -> ServerVersion:
    """The build of ``2022 UR3``; without a rollup that of RTM."""
    name, _unused, rollup = release.rpartition(" ") if " UR" in release else (release, "", "RTM")
    return next(build.version for build in SERVER_BUILDS if build.release.value == name and build.title == rollup)


def answer(**data: Any) -> dict[str, Any]:
    return {"state": "present", "data": data}


def unanswered(state: str = "denied", message: str = "access is denied") -> dict[str, Any]:
    return {"state": state, "error": {"type": "System.UnauthorizedAccessException", "message": message}}


def services(running: Iterable[str] = SERVER_SERVICES, start_mode: str = "auto") -> dict[str, Service]:
    up = set(running)
    return {name: Service(name, "running" if name in up else "stopped", start_mode, account="CONTOSO\\das") for name in SERVER_SERVICES}


def health_answers(running: Iterable[str] = SERVER_SERVICES, ports: Iterable[int] = (5723, 5724)) -> Answers:
    up = set(running)
    return Answers.from_result(
        {
            "health.services": answer(
                services={name: {"status": "running" if name in up else "stopped", "start_mode": "auto"} for name in SERVER_SERVICES}
            ),
            "health.ports": answer(listening=[{"port": port, "address": "0.0.0.0"} for port in ports]),
        }
    )


def a_host(name: str = "ms1", os: ServerOs | None = ServerOs.WS2022, *, build: int | None = None, core: bool = False) -> Host:
    return Host(
        computer_name=name.partition(".")[0].upper(),
        fqdn=fqdn(name),
        os_build=build or (os.build if os else 0),
        installation_type="Server Core" if core else "Server",
        boot_time_utc="2026-02-01T00:00:00Z",
        utc_now=NOW,
    )


def an_installation(
    name: str = "ms1",
    release: str = "2022 UR3",
    os: ServerOs | None = ServerOs.WS2022,
    *,
    roles: Iterable[Role] = (Role.MANAGEMENT_SERVER,),
    version: ServerVersion | None = None,
    file_release: str | None = None,
    running: Iterable[str] = SERVER_SERVICES,
    doubts: Iterable[str] = (),
    boot_time_utc: str = "2026-02-01T00:00:00Z",
) -> Installation:
    found = version or server_version(release)
    files = server_version(file_release) if file_release else found
    return Installation(
        host=replace(a_host(name, os), boot_time_utc=boot_time_utc),
        components=tuple(InstalledPart(role, found, files) for role in roles),
        services=services(running),
        management_groups=("PROD",),
        install_directory=r"C:\Program Files\Microsoft System Center\Operations Manager\Server",
        operational_database=Database("sql1", "OperationsManager"),
        data_warehouse=Database("sql1", "OperationsManagerDW"),
        doubts=tuple(doubts),
    )


def a_management_server(
    name: str = "ms1",
    release: str = "2022 UR3",
    os: ServerOs | None = ServerOs.WS2022,
    *,
    running: Iterable[str] = SERVER_SERVICES,
    ports: Iterable[int] = (5723, 5724),
    setups: Iterable[Process] | None = (),
    tasks: Iterable[str] | None = (),
    begun: Iterable[str] = (),
    roles: Iterable[Role] = (Role.MANAGEMENT_SERVER,),
    doubts: Iterable[str] = (),
    health: Signs | None = None,
    **installation: Any,
) -> Member:
    """A healthy server; ``setups`` or ``tasks`` None: they could not be read."""
    return Member(
        installation=an_installation(name, release, os, running=running, roles=roles, doubts=doubts, **installation),
        health=health or health_of.read(health_answers(running, ports)),
        setups=Fact.unread("processes", "access is denied") if setups is None else Fact.known(tuple(setups)),
        tasks=Fact.unread("tasks", "access is denied") if tasks is None else Fact.known(tuple(tasks)),
        begun=Fact.known(tuple(begun)),
    )


def a_setup(started_utc: str = "2026-03-01T01:12:00Z") -> Process:
    return Process("SetupChainerUI", 4711, started_utc)


def a_peer(name: str = "ms2", release: str = "2022 UR3", *, stopped: bool = False, **server: Any) -> Peer:
    """Another management server; ``stopped``: its services are, as they must be while the first is upgraded."""
    if stopped:
        server = {"running": (), "ports": (), **server}
    return Peer(fqdn(name), a_management_server(name, release, **server))


def an_unreachable_peer(name: str = "ms2") -> Peer:
    return Peer(fqdn(name), None, "connection refused")


def a_group(
    *names: str,
    database: str | None = "2022 UR3",
    gateways: Iterable[str] = (),
    monitored: Mapping[str, Monitored | None] | None = None,
    name: str = "PROD",
) -> Group:
    rated = monitored or {}
    servers = tuple(GroupServer(fqdn(one), is_available=True, monitored=rated.get(one, Monitored.SUCCESS)) for one in names or ("ms1",))
    return Group(
        name, server_version(database) if database else None, servers, tuple(GroupServer(fqdn(one), is_gateway=True) for one in gateways)
    )


@dataclass(frozen=True)
class ATask:
    """A long task as host_task reports it."""

    state: str = "running"
    exit_code: int | None = None
    lost_reason: str | None = None
    started_utc: str | None = "2026-03-01T01:12:00Z"
    ended_utc: str | None = None
    elapsed_seconds: float = 2460.0
    requester: str | None = "CONTOSO\\ops"


def an_observation(me: Member | None = None, *peers: Peer, group: Group | Fact[Group] | None = None, **rest: Any) -> Observation:
    """A server and its peers; the group lists exactly them unless given."""
    server = me or a_management_server()
    listed = group if group is not None else a_group(server.name, *(peer.name for peer in peers))
    return Observation(me=server, group=listed if isinstance(listed, Fact) else Fact.known(listed), peers=peers, **rest)
