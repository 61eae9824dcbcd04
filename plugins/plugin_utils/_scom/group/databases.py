# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two databases of a management group and their SQL Servers, read from the rows of `queries`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from ..._upgrade.facts import Fact, NotRead
from ..host.installation import Database
from ..releases.platforms import SqlVersion
from ..releases.releases import NotAVersion
from . import group as group_of
from .group import Group

T = TypeVar("T")
Row = Mapping[str, Any]

# "Invalid object name": the table is not there, which for the table of script versions is an answer (log-shapes 7 F).
_NO_SUCH_TABLE = 208


@dataclass(frozen=True)
class SqlAnswer:
    """The result of one C(sql_query) call: how the connection went, and the rows of each query by its name."""

    what: str
    connection: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, Any]]

    @classmethod
    def from_result(cls, what: str, result: Mapping[str, Any]) -> SqlAnswer:
        return cls(what, result.get("connection") or {}, result.get("answers") or {})

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of a query, empty when its table does not exist; raises NotRead when they could not be read, all or some."""
        if self.connection.get("state") != "present":
            raise NotRead(self.what, _reason(self.connection))
        answer = self.answers.get(name)
        if answer is None:
            raise NotRead(f"{self.what} ({name})", "it was not asked")
        if answer.get("state") == "absent" or _native(answer) == _NO_SUCH_TABLE:
            return []
        if answer.get("state") != "present":
            raise NotRead(f"{self.what} ({name})", _reason(answer))
        data = answer.get("data") or {}
        if data.get("truncated"):
            raise NotRead(f"{self.what} ({name})", "there are more rows than were read")
        rows: Sequence[Row] = data.get("rows") or []
        return rows

    def row(self, name: str) -> Row:
        """The one row of a query; raises NotRead when there is none."""
        rows = self.rows(name)
        if not rows:
            raise NotRead(f"{self.what} ({name})", "no row came back")
        return rows[0]

    def fact(self, name: str, read: Callable[[], T]) -> Fact[T]:
        """What ``read`` makes of the rows; unread too when a column is missing or is not what it should be."""
        return Fact.reading(f"{self.what} ({name})", read, KeyError, ValueError, TypeError)


def _native(answer: Mapping[str, Any]) -> Any:
    return (answer.get("error") or {}).get("native")


def _reason(answer: Mapping[str, Any]) -> str:
    error = answer.get("error") or {}
    return str(error.get("message") or answer.get("state") or "nothing was asked")


@dataclass(frozen=True)
class DatabaseFile:
    """One data or log file; sizes in MB."""

    is_log: bool
    size_mb: float
    used_mb: float


@dataclass(frozen=True)
class SqlServer:
    """An instance of SQL Server. ``engine_edition``: 2 Standard, 3 Enterprise and its kin, 4 Express, 5 and above are services."""

    version: SqlVersion
    level: str
    edition: str
    engine_edition: int
    has_full_text: bool


@dataclass(frozen=True)
class DatabaseSettings:
    """Settings of one database; ``state`` and ``access`` are SQL Server's words, such as ONLINE and MULTI_USER."""

    has_service_broker: bool
    state: str
    access: str


@dataclass(frozen=True)
class Backup:
    """The newest full backup of one kind, finished at an ISO-8601 UTC time."""

    finished_utc: str
    is_snapshot: bool = False


@dataclass(frozen=True)
class Script:
    """One row of the table of script versions; COMPLETED is the only state known to be good (log-shapes 7 P)."""

    version: str
    state: str


class Kind(str, Enum):
    """Which of a group's two databases."""

    OPERATIONAL = "operational database"
    WAREHOUSE = "data warehouse"


@dataclass(frozen=True)
class DatabaseFacts:
    """What is known of one of the two databases. ``utc_now`` is its server's clock, ``login`` the account the server saw."""

    kind: Kind
    database: Database
    files: Fact[tuple[DatabaseFile, ...]]
    server: Fact[SqlServer]
    settings: Fact[DatabaseSettings]
    backups: Fact[tuple[Backup, ...]]
    scripts: Fact[tuple[Script, ...]]
    configuration: Fact[Mapping[str, int]]
    etl_surplus: Fact[int]
    agents: Fact[tuple[AgentCount, ...]]
    is_sysadmin: Fact[bool]
    login: Fact[str]
    utc_now: Fact[str]

    @property
    def title(self) -> str:
        """Database and server, such as ``OperationsManager on sql1``."""
        return f"{self.database.name} on {self.database.server}"


@dataclass(frozen=True)
class AgentCount:
    """How many agents run on one version of Windows, by its name and its version such as 10.0.17763."""

    os_name: str
    os_version: str
    agents: int


def read(kind: Kind, database: Database | None, result: Mapping[str, Any] | None) -> Fact[DatabaseFacts]:
    """One database from the result of C(sql_query); unread when setup recorded no such database on the host or it was not asked."""
    if database is None:
        return Fact.unread(kind.value, "the registry names none")
    if result is None:
        return Fact.unread(kind.value, "it was not asked")
    sql = SqlAnswer.from_result(f"{kind.value} {database.name} on {database.server}", result)
    return Fact.known(_facts(kind, database, sql))


def read_group(result: Mapping[str, Any], database: Database) -> Fact[Group]:
    """The management group from the result of C(sql_query) about the operational database."""
    sql = SqlAnswer.from_result(f"{Kind.OPERATIONAL.value} {database.name} on {database.server}", result)
    return sql.fact("group", lambda: group_of.read(sql.rows("group"), sql.rows("management_servers")))


def _facts(kind: Kind, database: Database, sql: SqlAnswer) -> DatabaseFacts:
    return DatabaseFacts(
        kind=kind,
        database=database,
        files=sql.fact("files", lambda: tuple(_file(row) for row in sql.rows("files"))),
        server=sql.fact("server_settings", lambda: _server(sql.row("server_settings"))),
        settings=sql.fact("database_settings", lambda: _settings(sql.row("database_settings"))),
        backups=sql.fact("backups", lambda: tuple(_backup(row) for row in sql.rows("backups"))),
        scripts=sql.fact(
            "script_versions", lambda: tuple(Script(str(row["value"]), str(row["state"])) for row in sql.rows("script_versions"))
        ),
        configuration=sql.fact("configuration", lambda: {str(row["name"]): int(row["value_in_use"]) for row in sql.rows("configuration")}),
        etl_surplus=sql.fact("etl_surplus", lambda: int(sql.row("etl_surplus")["surplus"])),
        agents=sql.fact("agents_by_os", lambda: tuple(_agents(row) for row in sql.rows("agents_by_os"))),
        is_sysadmin=_of_connection(sql, "is_sysadmin", bool),
        login=_of_connection(sql, "login", str),
        utc_now=_of_connection(sql, "utc_now", str),
    )


def _of_connection(sql: SqlAnswer, name: str, kind: Callable[[Any], T]) -> Fact[T]:
    def value() -> T:
        if sql.connection.get("state") != "present":
            raise NotRead(sql.what, _reason(sql.connection))
        if sql.connection.get(name) is None:
            raise NotRead(f"{sql.what} ({name})", "the server did not say")
        return kind(sql.connection[name])

    return Fact.reading(sql.what, value)


def _file(row: Row) -> DatabaseFile:
    return DatabaseFile(str(row["type_desc"]).upper() == "LOG", float(row["size_mb"]), float(row["used_mb"]))


def _server(row: Row) -> SqlServer:
    try:
        version = SqlVersion.parse(str(row["product_version"]))
    except NotAVersion as error:
        raise ValueError(str(error)) from error
    return SqlServer(
        version, str(row["product_level"]), str(row["edition"]), int(row["engine_edition"]), bool(row["is_full_text_installed"])
    )


def _settings(row: Row) -> DatabaseSettings:
    return DatabaseSettings(bool(row["is_broker_enabled"]), str(row["state_desc"]), str(row["user_access_desc"]))


def _backup(row: Row) -> Backup:
    return Backup(str(row["finished_utc"]), bool(row["is_snapshot"]))


def _agents(row: Row) -> AgentCount:
    return AgentCount(str(row["os_name"] or ""), str(row["os_version"] or ""), int(row["agents"]))
