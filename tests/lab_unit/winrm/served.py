"""A front end in a thread of its own, so that blocking clients can be used on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from tests.lab.winrm.faults import Faults
from tests.lab.winrm.machine import Machine
from tests.lab.winrm.server import FrontEnd

T = TypeVar("T")


class Served:
    """Use as a context manager. `events` holds what `on_request` reported."""

    def __init__(self, directory: Path, machine: Machine, **options: Any) -> None:
        self.machine = machine
        self.events: list[dict[str, Any]] = []
        self.front = FrontEnd(directory, lambda _name, event: self.events.append(event), **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Served:
        self._thread.start()
        self.run(self.front.start([self.machine], faults=Faults()))
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.front.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the server's loop and waits for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def call(self, function: Callable[[], T]) -> T:
        """Calls a function in the server's loop and waits for it."""

        async def call() -> T:
            return function()

        return self.run(call())

    @property
    def http(self) -> int:
        port = self.front.ports[self.machine.name].http
        assert port is not None
        return port

    @property
    def https(self) -> int:
        port = self.front.ports[self.machine.name].https
        assert port is not None
        return port
