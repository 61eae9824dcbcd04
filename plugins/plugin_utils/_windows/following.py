# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Following work that continues by itself on a host, whatever it is there: a task of ours, or a request that a server works at.

A lost connection is waited for. When waiting has a limit and the limit is reached, the work is reported as still running.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from . import waiting
from .host import ConnectionLost, HandFailed
from .patient_look import REFUSED_LOGONS, RefusedLogons
from .waiting import Patience

T = TypeVar("T")


class Status(Protocol):
    """What is told of work that still runs."""

    @property
    def started_utc(self) -> str | None:
        """When it was started, by the host's clock."""


S = TypeVar("S", bound=Status)


@dataclass(frozen=True)
class Limits:
    """How long to wait. Nothing is ended on the host when a limit is reached.

    C(patience_seconds) is for a host that cannot be reached, C(give_up_seconds) for the whole of the work.
    C(interval_seconds) fixes the time between two looks; None backs off from 5 s over 15 s to 60 s.
    """

    patience_seconds: float = 1800
    give_up_seconds: float = 14400
    interval_seconds: float | None = None

    def interval(self, watched_for: float) -> float:
        """Seconds until the next look, after having watched for so long."""
        if self.interval_seconds is not None:
            return self.interval_seconds
        if watched_for < 120:
            return 5
        return 15 if watched_for < 1800 else 60


class StillRunning(Exception):
    """A limit was reached while the work continues, or may, on the host."""

    def __init__(self, host: str, task_id: str, reason: str, status: Status | None) -> None:
        self.host = host
        self.task_id = task_id
        self.reason = reason
        self.status = status
        super().__init__(f"{task_id} is still running on {host}: {reason}")


@dataclass(frozen=True)
class Following:
    """Follows one piece of work: on which host, and what it is called there."""

    host: str
    id: str
    limits: Limits
    clock: Callable[[], float] = waiting.monotonic
    sleep: Callable[[float], None] = waiting.sleep

    def to_end(
        self,
        look: Callable[[], S],
        has_ended: Callable[[S], bool],
        on_look: Callable[[S], None],
        on_trouble: Callable[[str], None],
        is_behind: Callable[[], bool] = lambda: False,
        before_look: Callable[[], None] = lambda: None,
    ) -> S:
        """Looks until the work has ended. Raises StillRunning when a limit is reached first.

        C(before_look) is called before every try, also while the line is lost.
        C(is_behind): whether there is more to be read than the last look brought; then the next one comes at once.
        """
        watch = self._patience(self.limits.give_up_seconds)

        def try_to_look() -> S:
            before_look()
            return look()

        while True:
            status = self.insist(try_to_look, on_trouble, HandFailed)
            on_look(status)
            if is_behind() and not watch.is_over:
                continue
            if has_ended(status):
                return status
            if watch.is_over:
                raise self._still_running(f"watched for {watch.waited / 60:.0f} min", status)
            watch.pause()

    def insist(self, call: Callable[[], T], on_trouble: Callable[[str], None], *failures: type[HandFailed]) -> T:
        """Repeats a call over broken lines until the host answers or the operator's patience is at its end.

        With C(failures) also over those: a look that fails on a busy host says nothing about the work.
        """
        troubles: tuple[type[ConnectionLost | HandFailed], ...] = (ConnectionLost, *failures)
        lost: Patience | None = None
        refused = RefusedLogons()
        while True:
            try:
                answer = call()
            except troubles as trouble:
                why = trouble.reason if isinstance(trouble, ConnectionLost) else str(trouble)
                if lost is None:
                    lost = self._patience(self.limits.patience_seconds)
                    on_trouble(f"connection lost ({why}); the work continues there, waiting to re-attach")
                refused.count(trouble)
                if refused.are_enough:
                    reason = f"the logon was refused {REFUSED_LOGONS} times ({why}), and more tries could lock the account"
                    raise self._still_running(reason) from trouble
                if lost.is_over:
                    raise self._still_running(f"not reachable for {lost.waited / 60:.0f} min ({why})") from trouble
                lost.pause()
            else:
                if lost is not None:
                    on_trouble("connected again")
                return answer

    def _patience(self, seconds: float) -> Patience:
        return Patience(seconds, self.limits.interval, self.clock, self.sleep)

    def _still_running(self, reason: str, status: Status | None = None) -> StillRunning:
        return StillRunning(self.host, self.id, reason, status)
