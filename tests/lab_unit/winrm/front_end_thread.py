"""A front end in a thread of its own, so that blocking clients can be used on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.lab.winrm.server import FrontEnd

T = TypeVar("T")
S = TypeVar("S", bound="FrontEndThread")


class FrontEndThread:
    """Use as a context manager. Who inherits says with which machines the front end starts; `patience`: seconds for each call."""

    patience = 30.0

    def __init__(self, front: FrontEnd) -> None:
        self.front = front
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    async def start(self) -> None:
        """Starts the front end with its machines."""
        raise NotImplementedError

    def __enter__(self: S) -> S:
        self._thread.start()
        self.run(self.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.front.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the front end's loop and waits for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(self.patience)

    def call(self, function: Callable[[], T]) -> T:
        """Calls a function in the front end's loop and waits for it."""

        async def call() -> T:
            return function()

        return self.run(call())
