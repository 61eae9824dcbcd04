"""The SQL Servers of a group: who may log on, and what each named query brings (scom 5, 6; log-shapes 7).

A query is known by its name and the database; no SQL text is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.lab.products.scom.builds import rtm_of
from tests.lab.products.scom.group import Database, ManagementGroup
from tests.lab.products.scom.plan import DataFile
from tests.lab.world import Row, SqlConnection, SqlError

ANONYMOUS = "NT AUTHORITY\\ANONYMOUS LOGON"
_CONFIGURATION = {"allow updates": 0, "clr enabled": 1, "show advanced options": 0, "cost threshold for parallelism": 5}
_OPERATIONAL_FILES = [DataFile("ROWS", 60000.0, 21500.0), DataFile("LOG", 32000.0, 900.0)]
_WAREHOUSE_FILES = [DataFile("ROWS", 240000.0, 101000.0), DataFile("LOG", 60000.0, 1500.0)]
_SYSTEM_DATABASES = ("master", "msdb", "tempdb")


class ScomSql:
    """Implements `tests.lab.world.SqlNetwork` for one group.

    `logins` maps a Windows account (lower case) to whether it is sysadmin; machine accounts of management servers may read.
    """

    def __init__(self, group: ManagementGroup, logins: Mapping[str, bool]) -> None:
        self._group = group
        self._logins = dict(logins)
        self._down: set[str] = set()
        self._began = group.world.utc()

    def set_down(self, server: str, down: bool) -> None:
        """Makes a server unreachable, or reachable again."""
        (self._down.add if down else self._down.discard)(_machine(server))
        if endpoint := self._group.world.find_endpoint(server):
            endpoint.is_up = not down

    def add_login(self, account: str, *, sysadmin: bool) -> None:
        self._logins[account.lower()] = sysadmin

    async def connect(self, host: str, user: str, server: str, database: str) -> SqlConnection:
        """Raises SqlError: 53 not found, 18456 login failed, 4060 no such database."""
        found = self._find_server(host, server)
        if not found or _machine(found[0].spec.server) in self._down or not found[0].spec.reachable:
            raise SqlError("broken", "ServerNotFound", 53, f"The server was not found or was not accessible: {server}.")
        login = self._login(host, user)
        names = [one.name.lower() for one in found]
        if database and database.lower() not in (*names, *_SYSTEM_DATABASES):
            raise SqlError("denied", "CannotOpenDatabase", 4060, f'Cannot open database "{database}" requested by the login.')
        spec = found[0].spec
        instance = f"\\{spec.instance}" if spec.instance else ""
        return SqlConnection(login, spec.server + instance, spec.server.split(".")[0].upper(), self._is_sysadmin(login))

    async def query(self, host: str, user: str, server: str, database: str, *, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Raises SqlError; 208 for a table that is absent."""
        await self.connect(host, user, server, database)
        found = next((one for one in self._find_server(host, server) if one.name.lower() == database.lower()), None)
        answer = (_OPERATIONAL if found is self._group.operational else _WAREHOUSE).get(name) if found else None
        if found is None or answer is None:
            raise SqlError("broken", "UnknownQuery", 0, f"the lab has no answer to the query {name!r} in {database!r}")
        return answer(self, found)

    def _find_server(self, host: str, server: str) -> list[Database]:
        """The databases behind a server's name as people write it: `host`, `host\\instance`, `host,port`, short or full."""
        machine, instance, port = _parts(server)
        if machine in ("", ".", "localhost", "(local)"):
            machine = host
        return [
            one
            for one in (self._group.operational, self._group.warehouse)
            if _same_machine(machine, one.spec.server)
            and (port == one.spec.port if port and one.spec.port else instance == one.spec.instance.lower() or bool(port))
        ]

    def _login(self, host: str, user: str) -> str:
        if user.upper() in ("NT AUTHORITY\\SYSTEM", "SYSTEM", "LOCALSYSTEM"):
            server = self._group.servers.get(host)
            domain = server.host.accounts.directory.netbios_name if server else "CONTOSO"
            return f"{domain}\\{host.split('.', maxsplit=1)[0].upper()}$"
        known = self._spelling(user)
        is_machine = any(user.upper().endswith(f"\\{name.split('.')[0].upper()}$") for name in self._group.servers)
        if known is None and not is_machine:
            raise SqlError("denied", "LoginFailed", 18456, f"Login failed for user '{user}'.")
        return known or user

    def _spelling(self, user: str) -> str | None:
        if user.lower() in self._logins:
            return user
        short = user.split("@", maxsplit=1)[0].lower() if "@" in user else None
        return next((name for name in self._logins if short and name.rpartition("\\")[2] == short), None)

    def _is_sysadmin(self, login: str) -> bool:
        return self._logins.get(login.lower(), False)

    # One method per query name; the columns are the contract with sql_query's callers.

    def _of_group(self, database: Database) -> list[Row]:
        return [{"group_name": self._group.name, "database_version": self._group.version_shown(database)}]

    def _script_versions(self, database: Database) -> list[Row]:
        """SqlPatchVersion; an RTM database has no such table (log-shapes 7)."""
        build = database.build
        if build.rollup == "RTM":
            raise SqlError("absent", "InvalidObjectName", 208, "Invalid object name 'dbo.SqlPatchVersion'.")
        unfinished = [{"value": build.server, "state": "STARTED"}] if database.state in ("half_upgraded", "damaged") else []
        return [{"value": rtm_of(build).server, "state": "COMPLETED"}, {"value": build.server, "state": "COMPLETED"}, *unfinished]

    def _management_servers(self, _unused: Database) -> list[Row]:
        rows = []
        for server in self._group.servers.values():
            version = (server.row_build if self._group.uncertain.registry_shows == "rollup" else rtm_of(server.row_build)).server
            row = {"name": server.name, "is_management_server": 1, "is_gateway": 0, "version": version}
            available = server.is_available
            rows.append({**row, "is_available": None if available is None else int(available), "health_state": server.health})
        for name in self._group.spec.gateways:
            row = {"name": name, "is_management_server": 1, "is_gateway": 1, "version": rtm_of(self._group.operational.build).server}
            rows.append({**row, "is_available": 1, "health_state": 1})
        return rows

    def _agents_by_os(self, _unused: Database) -> list[Row]:
        return [{"os_name": one.os_name, "os_version": one.os_version, "agents": one.agents} for one in self._group.spec.agents]

    def _etl_surplus(self, _unused: Database) -> list[Row]:
        return [{"surplus": min(self._group.spec.etl_surplus, 100_001)}]

    def _files(self, database: Database) -> list[Row]:
        default = _OPERATIONAL_FILES if database is self._group.operational else _WAREHOUSE_FILES
        return [{"type_desc": one.kind, "size_mb": one.size_mb, "used_mb": one.used_mb} for one in database.spec.files or default]

    def _database_settings(self, database: Database) -> list[Row]:
        spec = database.spec
        row = {"is_broker_enabled": int(spec.broker_enabled), "compatibility_level": spec.compatibility_level}
        return [{**row, "state_desc": spec.state, "user_access_desc": spec.user_access}]

    def _server_settings(self, database: Database) -> list[Row]:
        spec = database.spec
        return [
            {
                "product_version": spec.version,
                "product_level": spec.level,
                "edition": spec.edition,
                "engine_edition": spec.engine_edition,
                "is_full_text_installed": int(spec.full_text),
                "collation": spec.collation,
                "is_clustered": int(spec.clustered),
                "is_hadr_enabled": int(spec.always_on),
            }
        ]

    def _server_configuration(self, database: Database) -> list[Row]:
        values = {**_CONFIGURATION, **database.spec.configuration}
        return [{"name": name, "value": value, "value_in_use": value} for name, value in values.items()]

    def _backups(self, database: Database) -> list[Row]:
        return [
            {
                "database_name": database.name,
                "finished_utc": (self._began - timedelta(hours=one.hours_ago)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "is_snapshot": int(one.is_snapshot),
            }
            for one in database.spec.backups
        ]


Answer = Callable[[ScomSql, Database], list[Row]]
_WAREHOUSE: dict[str, Answer] = {
    "files": ScomSql._files,
    "database_settings": ScomSql._database_settings,
    "server_settings": ScomSql._server_settings,
    "backups": ScomSql._backups,
    "script_versions": ScomSql._script_versions,
}
_OPERATIONAL: dict[str, Answer] = {
    **_WAREHOUSE,
    "group": ScomSql._of_group,
    "management_servers": ScomSql._management_servers,
    "agents_by_os": ScomSql._agents_by_os,
    "etl_surplus": ScomSql._etl_surplus,
    "configuration": ScomSql._server_configuration,
}


def _parts(server: str) -> tuple[str, str, int | None]:
    text, _unused, port = server.lower().removeprefix("tcp:").partition(",")
    machine, _unused, instance = text.partition("\\")
    return machine.strip(), "" if instance == "mssqlserver" else instance.strip(), int(port) if port.strip().isdigit() else None


def _machine(server: str) -> str:
    return _parts(server)[0].split(".")[0]


def _same_machine(asked: str, spec: str) -> bool:
    wanted = spec.lower()
    return asked == wanted or asked == wanted.split(".")[0]
