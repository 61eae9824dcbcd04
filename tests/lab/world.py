"""A world: simulated hosts, the programs that can run on them, the servers they talk to, and the journal of it all.

Hosts (`tests/lab/windows`) and products (`tests/lab/products`) know each other only through what stands here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.lab.journal import Journal
from tests.lab.wrong_passwords import WrongPasswords

Row = dict[str, Any]


class SqlError(Exception):
    """A refusal of a SQL Server or of the way to it.

    `state` is the envelope's word (denied, broken, timeout), `type` a short name (LoginFailed, ServerNotFound, ...), `number` SQL
    Server's own error number: 18456 login failed, 4060 database cannot be opened, 53 server not found, 208 no such table.
    """

    def __init__(self, state: str, type: str, number: int, message: str) -> None:
        super().__init__(message)
        self.state = state
        self.type = type
        self.number = number
        self.message = message


class SdkStopped(Exception):
    """The Data Access Service (OMSDK) of the host does not run."""


class SdkDenied(Exception):
    """The Data Access Service (OMSDK) of the host refuses the account: it has no role in the management group."""


@dataclass(frozen=True)
class SqlConnection:
    """What a SQL Server says of an accepted connection."""

    login: str
    server: str
    physical_name: str
    is_sysadmin: bool


class SqlNetwork(Protocol):
    """All SQL Servers of a world. `user` is the effective Windows account on the asking host; a network logon that goes on to another
    host arrives as `NT AUTHORITY\\ANONYMOUS LOGON` (reference scom 9)."""

    async def connect(self, host: str, user: str, server: str, database: str) -> SqlConnection:
        """Opens a connection. Raises SqlError."""

    async def query(self, host: str, user: str, server: str, database: str, *, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Answers a query by its name. Raises SqlError."""


class Sdk(Protocol):
    """The Operations Manager API as scom_command sees it on one host."""

    async def answer(self, host: str, user: str, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The data of one verb. Raises SdkStopped, SdkDenied, or LookupError for a verb that it does not know."""


class Host(Protocol):
    """What a world needs of a host; the whole of it is `tests.lab.windows`."""

    @property
    def name(self) -> str:
        """Its full name."""


class NoSql:
    """A world without any SQL Server."""

    async def connect(self, host: str, user: str, server: str, database: str) -> SqlConnection:
        raise SqlError("broken", "ServerNotFound", 53, f"the server {server} was not found or is not accessible")

    async def query(self, host: str, user: str, server: str, database: str, *, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        raise SqlError("broken", "ServerNotFound", 53, f"the server {server} was not found or is not accessible")


class NoSdk:
    """A world without Operations Manager."""

    async def answer(self, host: str, user: str, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        raise SdkStopped(host)


@dataclass
class Endpoint:
    """Something on the network that is not a simulated host: a name that resolves and ports that answer."""

    name: str
    ports: set[int]
    is_up: bool = True


@dataclass
class World:
    """Everything that exists. `hosts` is by lower-case FQDN; `programs` by the name that a file's `program` attribute gives.

    `shares` maps a folder `\\\\server\\share` to its files (path below it -> the host's File); `urls` a URL to its bytes;
    `programs_by_content` the bytes of a file to the name of its program; `aliases` a further name or an address, in lower case, to the
    host that answers there now (None: it is known, and nobody answers). `utc` is the true time of day.
    """

    journal: Journal = field(default_factory=Journal)
    hosts: dict[str, Any] = field(default_factory=dict)
    programs: dict[str, Any] = field(default_factory=dict)
    sql: SqlNetwork = field(default_factory=NoSql)
    sdk: Sdk = field(default_factory=NoSdk)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    shares: dict[str, dict[str, Any]] = field(default_factory=dict)
    urls: dict[str, bytes] = field(default_factory=dict)
    programs_by_content: dict[bytes, str] = field(default_factory=dict)
    aliases: dict[str, Callable[[], Any | None]] = field(default_factory=dict)
    utc: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_ending: bool = False
    wrong_passwords: WrongPasswords = field(init=False)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _snapshots: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wrong_passwords = WrongPasswords(self.journal.write, self.violation)

    def violation(self, host: str | None, rule: str, source: str, **details: Any) -> None:
        """Writes that the world was mistreated; `source` is the mark in the reference."""
        self.journal.write(host, "violation", rule=rule, source=source, **details)

    def task(self, work: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
        """Runs work that dies with the world. An exception in it is written to the journal as a `defect` of the lab."""
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def scom_sdk(self, host: str, user: str, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The data of one scom_command verb. Raises SdkStopped."""
        return await self.sdk.answer(host, user, verb, arguments)

    def program_of(self, file: Any) -> Any | None:
        """The program behind a host's file: by its `program`, or by its content, which a download keeps."""
        return self.programs.get(file.program or self.programs_by_content.get(file.content))

    def resolves(self, name: str) -> bool:
        """Whether a name can be resolved on this network: short or full, of a host or another endpoint."""
        return name.lower() in self.aliases or self.find_host(name) is not None or self.find_endpoint(name) is not None

    def find_host(self, name: str) -> Any | None:
        alias = self.aliases.get(name.lower())
        return alias() if alias else _by_name(self.hosts, name)

    def find_endpoint(self, name: str) -> Endpoint | None:
        return _by_name(self.endpoints, name)

    def add_snapshot(self, name: str, take: Callable[[], Any]) -> None:
        """Adds a part to the end state."""
        self._snapshots.append((name, take))

    def snapshot(self) -> dict[str, Any]:
        """The end state of the world, plain data: DIR/world.json."""
        return {name: take() for name, take in self._snapshots}

    async def end(self) -> None:
        """Ends everything that still runs; being ended by the end of the world is nobody's violation."""
        self.is_ending = True
        running: Sequence[asyncio.Task[Any]] = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError, Exception):
                await task
        self.journal.write(None, "world.end")

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.journal.write(None, "defect", task=task.get_name(), error=f"{type(error).__name__}: {error}")


def _by_name(table: Mapping[str, Any], name: str) -> Any | None:
    wanted = name.lower().rstrip(".")
    if wanted in table:
        return table[wanted]
    return next((found for full, found in table.items() if full.split(".", 1)[0] == wanted), None)
