"""An event loop whose time stands still while anybody works, and jumps to the next timer when nobody does."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# The time of day when every world begins.
BEGAN = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
# Of real time: an action that computes for so long has hung.
HUNG_SECONDS = 60.0


class Stuck(Exception):
    """Everybody waits, and nothing is left that could happen."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Threads compute in turn, one at a time; what one will ask of the loop comes before any time passes.

    >>> loop = VirtualTimeLoop()
    >>> loop.run_until_complete(asyncio.sleep(3600)); loop.time()
    3600.0
    >>> loop.close()
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._queue: deque[Callable[[], None]] = deque()
        self.is_computing = False
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

    def take_turn(self, compute: Callable[[], None]) -> None:
        """Lets a thread compute as soon as no other does; it has to end its turn. Called by the loop's own thread."""
        self._queue.append(compute)
        if not self.is_computing:
            self.end_turn()

    def end_turn(self) -> None:
        self.is_computing = bool(self._queue)
        if self._queue:
            self._queue.popleft()()

    def jump(self, seconds: float) -> None:
        self._now += seconds


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self._loop.is_computing:
            ready = super().select(HUNG_SECONDS)
            if not ready:
                raise Stuck(f"an action has asked nothing for {HUNG_SECONDS:.0f} s")
        elif timeout is None:
            raise Stuck("nothing is left that could happen")
        else:
            self._loop.jump(timeout)
        return ready
