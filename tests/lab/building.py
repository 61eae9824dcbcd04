"""Makes a world of a scenario: hosts, accounts, the management group with all its servers, media, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from tests.lab.faults import WorldFaults
from tests.lab.journal import Journal
from tests.lab.products.dataminer import construction, topology
from tests.lab.products.dataminer.construction import DataMinerWorld
from tests.lab.products.scom import components
from tests.lab.products.scom.builds import build_of
from tests.lab.products.scom.group import Database, ManagementGroup, ManagementServer
from tests.lab.products.scom.media import Media, lay_out
from tests.lab.products.scom.plan import DatabaseSpec, ScomSpec
from tests.lab.products.scom.sdk import ADMINISTRATORS_GROUP, ScomSdk
from tests.lab.products.scom.setup import PROGRAM, ScomSetup
from tests.lab.products.scom.sql import ScomSql
from tests.lab.scenario import AccountSpec, Scenario
from tests.lab.strict import ScenarioError, refuse_unknown
from tests.lab.windows.clock import utc_now
from tests.lab.windows.directory import Directory
from tests.lab.windows.host import SimulatedHost
from tests.lab.windows.registry import value_of_specification
from tests.lab.windows.services import Service
from tests.lab.world import Endpoint, World

SQL_PORT, SMB_PORT = 1433, 445


@dataclass
class BuiltWorld:
    """A world that is ready to be served. What belongs to a product is None in a world without it."""

    scenario: Scenario
    world: World
    faults: WorldFaults
    group: ManagementGroup | None = None
    media: Media | None = None
    dataminer: DataMinerWorld | None = None


def build(scenario: Scenario, journal: Journal | None = None, utc: Callable[[], datetime] = utc_now) -> BuiltWorld:
    """Builds everything; nothing of it is in the journal. Raises ScenarioError for what only the building shows to be wrong."""
    world = World(journal or Journal(), utc=utc)
    directory = Directory(scenario.netbios, scenario.domain)
    for name in scenario.host_names():
        world.hosts[name] = _host(world, scenario, directory, name)
    world.add_snapshot("hosts", lambda: {name: host.dump() for name, host in world.hosts.items()})
    world.add_snapshot("accounts", lambda: _lockouts(world, directory))
    world.add_snapshot("secrets_found", lambda: find_secrets(world, scenario))
    group, media = _operations_manager(world, scenario) if scenario.scom else (None, None)
    dataminer = _dataminer(world, scenario) if scenario.dataminer else None
    return BuiltWorld(scenario, world, WorldFaults(world, scenario), group, media, dataminer)


def secrets_of(scenario: Scenario) -> dict[str, str]:
    """Role -> password, of everything that must stay secret."""
    return {role: account.password for role, account in scenario.accounts.items() if account.password and account.kind == "user"}


def find_secrets(world: World, scenario: Scenario) -> list[dict[str, str]]:
    """Where on the hosts a password stands in clear: files, registry, task definitions. Empty in a world that was treated well."""
    found = []
    for name, host in world.hosts.items():
        places = {file.path: file.content for file in host.files.walk()}
        texts = {"registry": repr(host.registry.dump()), "tasks": repr(host.tasks.dump())}
        for role, secret in secrets_of(scenario).items():
            spellings = (secret.encode(), secret.encode("utf-16-le"))
            found += [{"host": name, "role": role, "where": path} for path, data in places.items() if any(one in data for one in spellings)]
            found += [{"host": name, "role": role, "where": where} for where, text in texts.items() if secret in text]
    return found


def _lockouts(world: World, directory: Directory) -> dict[str, dict[str, Any]]:
    users = [*directory, *(user for host in world.hosts.values() for user in host.accounts.local)]
    return {user.full_name: {"bad_passwords": user.bad_passwords, "locked": user.locked} for user in users}


def _host(world: World, scenario: Scenario, directory: Directory, name: str) -> SimulatedHost:
    spec = dict(scenario.host(name).windows)
    operator = scenario.accounts["operator"]
    base: dict[str, Any] = {
        "accounts": {
            account.name: _account(scenario, account, name)
            for account in scenario.accounts.values()
            if account.exists and account.kind != "local_system"
        },
        "times": {"reboot_down_seconds": scenario.time.reboot_seconds, "delayed_start_seconds": scenario.time.delayed_start_seconds},
        "connection": {
            "user": operator.name,
            "password": operator.password,
            "administrator": _account(scenario, operator, name)["administrator"],
        },
    }
    merged = {**base, **spec}
    for key in ("accounts", "times"):
        merged[key] = {**base[key], **(spec.get(key) or {})}
    try:
        return SimulatedHost.from_scenario(world, name, merged, directory)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ScenarioError(f"hosts.{name}", str(error)) from error


def _account(scenario: Scenario, account: AccountSpec, host: str) -> dict[str, Any]:
    def is_exception(names: list[str]) -> bool:
        return host in [scenario.full_name(name) for name in names]

    facts: dict[str, Any] = {
        "password": account.password,
        "administrator": account.local_admin and not is_exception(account.not_admin_on),
        "rights": [] if is_exception(account.without_rights_on) else list(account.rights),
        "groups": [f"{scenario.netbios}\\{ADMINISTRATORS_GROUP}"] if account.operations_manager_administrator else [],
        "enabled": account.enabled,
        "locked": account.locked,
        "must_change": account.must_change,
        "bad_passwords": account.bad_passwords,
        "encryption_types": account.encryption_types,
        "is_managed_service_account": account.kind == "gmsa",
    }
    return {**facts, "password_expires_utc": "2020-01-01T00:00:00Z"} if account.password_expired else facts


def _operations_manager(world: World, scenario: Scenario) -> tuple[ManagementGroup, Media]:
    spec = scenario.scom
    assert spec
    group = _group(world, scenario, spec)
    for server in group.servers.values():
        _quietly(server.host, lambda server=server: _install(group, server, scenario))
        _quietly(server.host, lambda server=server: _override(server.host, scenario.host(server.name).windows))
    logins = {account.name.lower(): account.sysadmin for account in scenario.accounts.values() if _has_login(account)}
    world.sql = ScomSql(group, logins)
    world.sdk = ScomSdk(group)
    world.programs[PROGRAM] = ScomSetup(group, scenario)
    for database in (group.operational, group.warehouse):
        if not world.find_host(database.spec.server):
            ports = {database.spec.port or SQL_PORT, SMB_PORT}
            world.endpoints[database.spec.server.lower()] = Endpoint(database.spec.server, ports, database.spec.reachable)
    world.add_snapshot("scom", group.snapshot)
    return group, lay_out(world, spec.media, scenario.target)


def _dataminer(world: World, scenario: Scenario) -> DataMinerWorld:
    spec = scenario.dataminer
    assert spec
    names = {name: scenario.full_name(name) for name in topology.node_names(spec)}
    users = {role: account.name for role, account in scenario.accounts.items()}
    built = construction.build(world, spec, topology.agents_of(spec), names, users)
    for node in built.system.nodes.values():
        _quietly(node.host, lambda node=node: _override(node.host, scenario.host(node.name).windows))
    return built


def _group(world: World, scenario: Scenario, spec: ScomSpec) -> ManagementGroup:
    build_now = build_of(spec.release)
    database_build = build_of(spec.database_release or spec.release)
    operational = _named(scenario, spec.database, "OperationsManager")
    warehouse = _named(scenario, spec.warehouse or replace(spec.database, name="", files=[]), "OperationsManagerDW")
    group = ManagementGroup(
        world,
        spec.group,
        spec,
        scenario.uncertain,
        Database(operational.name, operational, database_build),
        Database(warehouse.name, warehouse, database_build),
    )
    for server in scenario.servers:
        build = build_of(server.release) if server.release else build_now
        host = world.hosts[server.name]
        owed = server.reboot_owed
        group.servers[server.name] = ManagementServer(host, server, build, build, server.health, server.available, owed)
    return group


def _named(scenario: Scenario, spec: DatabaseSpec, default: str) -> DatabaseSpec:
    return replace(spec, name=spec.name or default, server=scenario.full_name(spec.server))


HEALTHY_AFTER_RESTART = 0.3  # seconds; a scenario that needs more says so with `health`


def _install(group: ManagementGroup, server: ManagementServer, scenario: Scenario) -> None:
    host = server.host
    das = scenario.accounts["das"]
    components.install(host, group, server.build, server.spec.components, "LocalSystem" if das.kind == "local_system" else das.name)
    if server.reboot_owed:
        host.pending_reboot.add("file_renames", components.FILE_IN_USE)

    def booted() -> None:
        if server.reboot_owed:
            server.reboot_owed = False
            host.later(HEALTHY_AFTER_RESTART, lambda: setattr(server, "health", 1))

    host.on_boot.append(booted)


def _override(host: SimulatedHost, spec: Mapping[str, Any]) -> None:
    """A scenario has the last word on the product's services and registry: `OMSDK: {status: stopped}` changes only that."""
    where = f"hosts.{host.name}.services"
    for name, facts in (spec.get("services") or {}).items():
        service = host.services.get(name)
        refuse_unknown(facts or {}, [one.name for one in fields(Service)], f"{where}.{name}")
        if service is None:
            continue
        for key, value in (facts or {}).items():
            setattr(service, key, value)
        for listener in host.services.listeners:
            listener(service)
    for key, values in (spec.get("registry") or {}).items():
        for name, value in (values or {}).items():
            data, kind = value_of_specification(value)
            host.registry.set(key, name, data, kind)


def _has_login(account: AccountSpec) -> bool:
    return account.exists and (account.sysadmin or account.operations_manager_administrator)


def _quietly(host: SimulatedHost, work: Callable[[], Any]) -> None:
    """Building is no event."""
    host.is_loading = True
    try:
        work()
    finally:
        host.is_loading = False
