"""The control channel of a served world: JSON lines over a Unix socket, for tests that act on the world while a play runs.

A request is `{"do": VERB, ...}`, its answer `{"ok": ...}` or `{"error": "..."}`. One connection may carry many requests, one after the
other. `client.py` speaks it.

| verb | what else | answer |
|---|---|---|
| `wait_for` | `event`, `host`, `details`, `after`, `count` | the entry, as in the journal |
| `begin_run` | | a command begins: what another has tried may be tried again |
| `position` | | how many entries the journal has: an `after` for later |
| `reboot` | `host`, `down_seconds` | when the host is up again |
| `restart_winrm` | `host`, `seconds` | when it answers again |
| `drop_connections` | `host` | |
| `fault` | `action` and its options (`machine`, ...) of `faults.py` | |
| `wire` | `rule` | adds a rule for the wire |
| `snapshot` | | the state of the world now |
| `find` | `text` | where on the hosts it stands: `[{host, where}]` |
| `open_shells` | `host` | shells that nobody has closed |
| `stop` | | the world ends |
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.lab.building import BuiltWorld
from tests.lab.journal import Entry
from tests.lab.strict import ScenarioError


class Control:
    """Listens on a socket of its own folder: a socket's path must be short, and DIR may be long."""

    def __init__(self, built: BuiltWorld, front: Any) -> None:
        self._built, self._front = built, front
        self._folder: str | None = None
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self.stopped = asyncio.Event()

    async def start(self) -> str:
        """Opens the channel; returns the socket's path."""
        self._folder = tempfile.mkdtemp(prefix="lab-control-")
        path = str(Path(self._folder) / "control")
        self._server = await asyncio.start_unix_server(self._talk, path)
        return path

    async def stop(self) -> None:
        for talk in list(self._talks):
            talk.cancel()
        if self._server:
            self._server.close()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        try:
            while line := await reader.readline():
                writer.write((json.dumps(await self.answer(line), default=str) + "\n").encode())
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            self._talks.discard(task)
            writer.close()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Does what one line asks for."""
        try:
            request = json.loads(line)
            verb = _VERBS[request.pop("do")]
            return {"ok": await verb(self, request)}
        except (ScenarioError, LookupError, ValueError, TypeError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _host(self, request: dict[str, Any]) -> Any:
        host = self._built.world.find_host(request["host"])
        if host is None:
            raise LookupError(f"no host {request['host']!r} in this world")
        return host

    async def _wait_for(self, request: dict[str, Any]) -> dict[str, Any]:
        host = self._host(request).name if request.get("host") else None
        details = request.get("details") or {}
        after, count = request.get("after", 0), request.get("count", 1)
        entry = await self._built.world.journal.wait_for(request["event"], host, after=after, count=count, **details)
        return _plain(entry)

    async def _position(self, request: dict[str, Any]) -> int:
        return len(self._built.world.journal.entries)

    async def _begin_run(self, request: dict[str, Any]) -> None:
        self._built.world.wrong_passwords.begin_run()

    async def _reboot(self, request: dict[str, Any]) -> None:
        await self._host(request).reboot(request.get("down_seconds"), "control")

    async def _restart_winrm(self, request: dict[str, Any]) -> None:
        host = self._host(request)
        host.write("fault", action="restart_winrm")
        await self._front.restart_service(host.name, request.get("seconds", 0.0))

    async def _drop_connections(self, request: dict[str, Any]) -> None:
        host = self._host(request)
        host.write("fault", action="drop_connections")
        await self._front.restart_service(host.name)

    async def _fault(self, request: dict[str, Any]) -> None:
        self._built.faults.act(request.pop("action"), request)

    async def _wire(self, request: dict[str, Any]) -> None:
        self._front.faults.add(request["rule"])

    async def _snapshot(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._built.world.snapshot()

    async def _find(self, request: dict[str, Any]) -> list[dict[str, str]]:
        text = request["text"]
        spellings = (text.encode(), text.encode("utf-16-le"))
        found = []
        for host in self._built.world.hosts.values():
            files = [file.path for file in host.files.walk() if any(one in file.content for one in spellings)]
            others = {"registry": host.registry.dump(), "tasks": host.tasks.dump(), "locks": host.locks.dump()}
            places = files + [name for name, value in others.items() if text in json.dumps(value, default=str)]
            found += [{"host": host.name, "where": place} for place in places]
        return found

    async def _open_shells(self, request: dict[str, Any]) -> int:
        return int(self._front.open_shells(self._host(request).name))

    async def _stop(self, request: dict[str, Any]) -> None:
        self.stopped.set()


Verb = Callable[[Control, dict[str, Any]], Awaitable[Any]]
_VERBS: dict[str, Verb] = {
    "wait_for": Control._wait_for,
    "begin_run": Control._begin_run,
    "position": Control._position,
    "reboot": Control._reboot,
    "restart_winrm": Control._restart_winrm,
    "drop_connections": Control._drop_connections,
    "fault": Control._fault,
    "wire": Control._wire,
    "snapshot": Control._snapshot,
    "find": Control._find,
    "open_shells": Control._open_shells,
    "stop": Control._stop,
}


def _plain(entry: Entry) -> dict[str, Any]:
    return {"t": entry.t, "host": entry.host, "event": entry.event, **entry.details}
