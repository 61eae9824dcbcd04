"""An event loop whose time stands still while anybody works, and jumps to the next timer when nobody does."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

# Of real time: an action that computes for so long has hung.
HUNG_SECONDS = 60.0


class Stuck(Exception):
    """Everybody waits, and nothing is left that could happen."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`working` counts the threads that compute just now: what they will ask of the loop comes before any time passes.

    >>> loop = VirtualTimeLoop()
    >>> loop.run_until_complete(asyncio.sleep(3600)); loop.time()
    3600.0
    >>> loop.close()
    """

    def __init__(self) -> None:
        self._now = 0.0
        self.working = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

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
        if self._loop.working:
            ready = super().select(HUNG_SECONDS)
            if not ready:
                raise Stuck(f"an action has asked nothing for {HUNG_SECONDS:.0f} s")
        elif timeout is None:
            raise Stuck("nothing is left that could happen")
        else:
            self._loop.jump(timeout)
        return ready
