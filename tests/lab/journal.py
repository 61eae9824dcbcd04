"""The journal of a world: everything that happened in it, in order, written live.

One JSON object a line: `t` (seconds since the world began), `host` (null when it concerns the whole world), `event`, and the details
of the event beside them. Tests judge by this file and never by what the collection says of itself (design section 7).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

Listener = Callable[["Entry"], None]


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    >>> Entry(1.5, "ms1.contoso.lab", "setup.end", {"exit_code": 0}).get("exit_code")
    0
    """

    t: float
    host: str | None
    event: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.details.get(name, default)

    def matches(self, event: str, host: str | None = None, **details: Any) -> bool:
        """Whether this is that event, on that host when one is given, with at least these details."""
        if event != self.event or (host is not None and host != self.host):
            return False
        return all(self.details.get(name) == value for name, value in details.items())

    def as_line(self) -> str:
        return json.dumps({"t": self.t, "host": self.host, "event": self.event, **self.details}, default=str)

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Reads one line of the file. Raises ValueError for a line that is no whole JSON object."""
        raw = json.loads(line)
        return cls(raw.pop("t"), raw.pop("host"), raw.pop("event"), raw)


class Journal:
    """Writes entries to a file (flushed line by line), keeps them, and tells whoever listens.

    To be used from one event loop; reading `entries` is allowed from anywhere.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.entries: list[Entry] = []
        self._clock = clock
        self._began = clock()
        self._listeners: list[Listener] = []
        self._file: TextIO | None = path.open("w", encoding="utf-8") if path else None

    @property
    def now(self) -> float:
        """Seconds since the world began."""
        return round(self._clock() - self._began, 4)

    def write(self, host: str | None, event: str, /, **details: Any) -> Entry:
        """Appends one entry. Details must be plain data and must never hold a secret."""
        entry = Entry(self.now, host, event, details)
        self.entries.append(entry)
        if self._file:
            self._file.write(entry.as_line() + "\n")
            self._file.flush()
        for listener in list(self._listeners):
            listener(entry)
        return entry

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls back on every later entry; the returned function ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    async def wait_for(self, event: str, host: str | None = None, *, after: int = 0, count: int = 1, **details: Any) -> Entry:
        """The `count`-th entry that matches, past or future; the first `after` entries of the journal are not looked at."""
        found: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        remaining = count

        def look(entry: Entry) -> None:
            nonlocal remaining
            if not found.done() and entry.matches(event, host, **details):
                remaining -= 1
                if remaining == 0:
                    found.set_result(entry)

        stop = self.listen(look)
        try:
            for entry in self.entries[after:]:
                look(entry)
            return await found
        finally:
            stop()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
