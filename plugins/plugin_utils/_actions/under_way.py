# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runs on a host without us, or may: on this alone hangs whether a lock is released and what was stopped is started again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .._windows.following import StillRunning
from .._windows.host import HandFailed


class Place(NamedTuple):
    """Where some work runs: the host, and what the work is called there."""

    host: str
    id: str


class UnderWay:
    """From right before a start, or from where it was found running, until its end was seen or its start was refused.

    ``place``: where it continues, or may; None when it is certain that nothing does.
    """

    def __init__(self) -> None:
        self.place: Place | None = None

    def begin(self, place: Place | None) -> None:
        """It is about to be started there, or runs there. None: nothing is."""
        self.place = place

    def ended(self) -> None:
        """Its end was seen."""
        self.place = None

    @contextlib.contextmanager
    def refusable(self) -> Iterator[None]:
        """For the start itself: a refusal comes before anything is started; any other failure of a hand says nothing about that."""
        try:
            yield
        except HandFailed as failed:
            if failed.refusals:
                self.place = None
            raise

    def after(self, error: BaseException, ask: Callable[[Place | None], Place | None]) -> Place | None:
        """Where it continues, or may, after an error of ours; None when it is certain that nothing does.

        ``ask``: what the host says, given what we know. Whatever goes wrong with asking, nobody has seen the end of what may have begun.
        """
        if isinstance(error, StillRunning):
            return Place(error.host, error.task_id)
        if not isinstance(error, Exception):
            return self.place
        try:
            return ask(self.place)
        except Exception:
            return self.place
