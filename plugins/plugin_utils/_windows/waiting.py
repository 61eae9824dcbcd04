# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waiting: the clock that everybody here waits by, and how long somebody waits for something.

The clock is in one place, so that hours can pass at once where the hosts are simulated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def monotonic() -> float:
    """Seconds since some moment, by the controller; never set back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)


class Patience:
    """One wait, from now on: how long it may take, and the pause between two looks, which may depend on how long was waited.

    What it means that the time is over is said by whoever waits; nothing is ended on any host for it.

    >>> passed = []
    >>> wait = Patience(60, 20, clock=lambda: sum(passed), sleep=passed.append)
    >>> wait.until(lambda: len(passed), lambda looks: looks == 2), wait.waited
    (2, 40)
    >>> wait.until(lambda: len(passed), lambda looks: False), wait.waited
    (4, 80)
    """

    def __init__(
        self,
        seconds: float,
        pause: float | Callable[[float], float] = 0,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self._seconds = seconds
        self._pause = pause
        self._clock = clock
        self._sleep = sleep
        self._began = clock()

    @property
    def waited(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.waited > self._seconds

    def pause(self) -> None:
        """Waits for the next look."""
        self._sleep(self._pause(self.waited) if callable(self._pause) else self._pause)

    def until(self, look: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Looks until it is good or the time is over, and returns what was seen last."""
        while True:
            seen = look()
            if good(seen) or self.is_over:
                return seen
            self.pause()


class Once:
    """Tells what has changed since it was last told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told = ""

    def __call__(self, what: str) -> None:
        if what != self._told:
            self._told = what
            self._tell(what)
