"""A management group: its servers, its databases, and the vendor's rules of order. Breaking them is written as a violation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.lab.journal import Entry
from tests.lab.products.scom.builds import Build, numbers, rtm_of
from tests.lab.products.scom.components import SERVICES, running_services
from tests.lab.products.scom.plan import DatabaseSpec, ScomSpec, ServerSpec, Uncertain

FIRST_ALONE = "scom 1 step 2a, [mgmt] D"
OTHERS_STOPPED = "scom 1, [pre] D"
ONCE = "scom 1: the script is meant to run once, [mgmt] D"
NEVER_KILLED = "scom 1: a half-run script damages the database, [mgmt] D"


@dataclass
class Database:
    """One database. `state`: ok, updating, half_upgraded (a script that did not end), damaged (two scripts at once)."""

    name: str
    spec: DatabaseSpec
    build: Build
    state: str = "ok"
    scripts: int = 0

    @property
    def address(self) -> str:
        """The server as Operations Manager keeps it in the registry: `host\\instance,port`."""
        instance = f"\\{self.spec.instance}" if self.spec.instance else ""
        return f"{self.spec.server}{instance}" + (f",{self.spec.port}" if self.spec.port else "")


@dataclass
class ManagementServer:
    """One server of the group as the databases and the API see it."""

    host: Any
    spec: ServerSpec
    build: Build
    row_build: Build
    health: int | None = 1
    available: bool | None = True
    reboot_owed: bool = False
    setups: int = 0
    running: bool = False

    @property
    def name(self) -> str:
        return str(self.host.name)

    @property
    def is_available(self) -> bool | None:
        """Whether the group can reach it: null when nobody ever knew."""
        if self.available is None:
            return None
        return self.available and self.host.power.is_up and "HealthService" in running_services(self.host)

    @property
    def is_healthy(self) -> bool:
        return self.health == 1 and not self.reboot_owed and bool(self.is_available) and len(running_services(self.host)) == len(SERVICES)


@dataclass
class First:
    """The server whose setup brings the databases to a release. Until it is finished nobody else may begin."""

    server: ManagementServer
    target: Build
    has_ended_well: bool = False

    @property
    def is_finished(self) -> bool:
        return self.has_ended_well and self.server.is_healthy


@dataclass
class ManagementGroup:
    """The group of one world."""

    world: Any
    name: str
    spec: ScomSpec
    uncertain: Uncertain
    operational: Database
    warehouse: Database
    servers: dict[str, ManagementServer] = field(default_factory=dict)
    first: First | None = None
    _scripts_running: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.journal.listen(self._watch)

    def others(self, name: str) -> list[ManagementServer]:
        return [server for server in self.servers.values() if server.name != name]

    def needs_script(self, target: Build) -> bool:
        """Whether the databases are below the target, or were left half-way."""
        return self.operational.state != "ok" or numbers(self.operational.build.server) < numbers(target.server)

    def begin_setup(self, server: ManagementServer, target: Build) -> None:
        """Called when a setup begins on a server; judges whether it may."""
        write = self.world.violation
        if server.running:
            write(server.name, "setup_started_twice", ONCE, reason="another setup runs on this server")
        elif numbers(server.build.server) >= numbers(target.server):
            write(server.name, "setup_started_twice", ONCE, reason=f"the server is at {server.build.title} already")
        if self.first and self.first.is_finished:
            self.first = None
        if self.first and self.first.server is not server:
            write(server.name, "setup_while_first_unfinished", FIRST_ALONE, first=self.first.server.name)
        if self.first is None and self.needs_script(target):
            self.first = First(server, target)

    def end_setup(self, server: ManagementServer, *, succeeded: bool) -> None:
        """Called when a setup ended, well or not. A first server that failed before it touched a database is first no longer."""
        if self.first is None or self.first.server is not server:
            return
        if succeeded:
            self.first.has_ended_well = True
        elif self.operational.state == "ok" and numbers(self.operational.build.server) < numbers(self.first.target.server):
            self.first = None

    @contextmanager
    def script(self, server: ManagementServer, target: Build) -> Iterator[None]:
        """The database script, while the block runs. Two at once damage the database; an unended one leaves it half upgraded."""
        database = self.operational
        write = self.world.journal.write
        if self._scripts_running:
            self.world.violation(server.name, "two_database_scripts", ONCE, other=self._scripts_running[0], database=database.name)
            database.state = "damaged"
        if database.state != "damaged":
            database.state = "updating"
        self._scripts_running.append(server.name)
        database.scripts += 1
        write(server.name, "database.script", database=database.name, phase="start", to=target.server)
        self._judge_others(server.name)
        try:
            yield
        except BaseException:
            if database.state == "updating":
                database.state = "half_upgraded"
            write(server.name, "database.script", database=database.name, phase="broken")
            raise
        else:
            self._settle(target)
            write(server.name, "database.script", database=database.name, phase="end", to=target.server)
        finally:
            self._scripts_running.remove(server.name)

    def snapshot(self) -> dict[str, Any]:
        """The end state, plain data."""
        databases = [(one.name, one) for one in (self.operational, self.warehouse)]
        return {
            "group": self.name,
            "databases": {
                name: {"version": self.version_shown(one), "build": one.build.title, "state": one.state, "scripts": one.scripts}
                for name, one in databases
            },
            "servers": {
                server.name: {
                    "build": server.build.title,
                    "healthy": server.is_healthy,
                    "health": server.health,
                    "setups": server.setups,
                    "setup_running": server.running,
                    "reboot_owed": server.reboot_owed,
                    "services": running_services(server.host),
                }
                for server in self.servers.values()
            },
        }

    def version_shown(self, database: Database) -> str:
        """DBVersion; whether an update rollup moves it is uncertain (scom 5)."""
        return (database.build if self.uncertain.database_shows == "rollup" else rtm_of(database.build)).server

    def _settle(self, target: Build) -> None:
        for database in (self.operational, self.warehouse):
            if database.state != "damaged":
                database.state = "ok"
                database.build = target

    def _judge_others(self, name: str) -> None:
        for server in self.others(name):
            if running := running_services(server.host):
                self.world.violation(server.name, "services_of_others_running", OTHERS_STOPPED, services=running, script_of=name)

    def _watch(self, entry: Entry) -> None:
        if entry.event != "service.start" or entry.get("service") not in SERVICES:
            return
        services = [entry.get("service")]
        if self._scripts_running and entry.host in self._names_beside(script_of := self._scripts_running[0]):
            self.world.violation(entry.host, "services_of_others_running", OTHERS_STOPPED, services=services, script_of=script_of)
        elif self.first and self.first.server.running and entry.host in self._names_beside(setup_of := self.first.server.name):
            self.world.violation(entry.host, "service_of_others_started", OTHERS_STOPPED, services=services, setup_of=setup_of)

    def _names_beside(self, name: str) -> list[str]:
        return [server.name for server in self.others(name)]
