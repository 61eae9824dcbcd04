# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A lock of a whole group of servers: a file on one host of the group that every controller finds by the same rule.

The owner is the work, not the controller: whoever runs the same work again, from wherever, has the lock already. It expires when
it is not renewed, so a dead controller blocks the group for minutes, not for ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .._upgrade.fields import Fields
from . import waiting
from .following import StillRunning
from .host import ConnectionLost, HandFailed, Host, reading
from .left_held import leave_held


@dataclass(frozen=True)
class Holder:
    """Who holds a lock and since when; times are ISO-8601 UTC by the clock of the lock's host."""

    owner: str
    purpose: str
    acquired_utc: str
    expires_utc: str


class LockHeld(Exception):
    """The group is locked by other work."""

    def __init__(self, host: str, name: str, holder: Holder) -> None:
        self.host = host
        self.name = name
        self.holder = holder
        super().__init__(f"{name} on {host} is held by {holder.owner}: {holder.purpose}")


class GroupLock:
    """The lock as a context: held inside, released at the end, kept when the work is left running on its host, or may be.

    Whoever ends with an error says with C(keep) that the work continues, or may: nobody here lets go of it then.
    C(entry_seconds): how long it holds from its entry on, for work at whose beginning nothing can be renewed; the first renewal ends that.

    Raises LockHeld on entry when other work has it.
    """

    def __init__(
        self,
        host: Host,
        name: str,
        owner: str,
        purpose: str,
        ttl_seconds: int = 900,
        clock: Callable[[], float] = waiting.monotonic,
        entry_seconds: int | None = None,
    ) -> None:
        self._host = host
        self._name = name
        self._owner = owner
        self._purpose = purpose
        self._ttl = ttl_seconds
        self._clock = clock
        self._entry_seconds = entry_seconds
        self._lease = ttl_seconds
        # None: not yet with the lease it is renewed with, however young the clock is.
        self._renewed_at: float | None = None
        self._is_kept = False

    def __enter__(self) -> GroupLock:
        self._lease = self._entry_seconds or self._ttl
        result = self._call("acquire", self._lease)
        if not self._is_ours(result):
            raise LockHeld(self._host.name, self._name, _holder(result))
        self._renewed_at = None if self._entry_seconds else self._clock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # Interrupted in the middle, it is unknown whether the work continues: the lock ends by itself, and the same work has it at once.
        if error is not None and (self._is_kept or isinstance(error, StillRunning) or not isinstance(error, Exception)):
            leave_held(error, self._left())
            return
        try:
            self._call("release", self._ttl)
        except (ConnectionLost, HandFailed):
            # It expires by itself, and the same work gets it again at once.
            return

    @contextlib.contextmanager
    def if_free(self) -> Iterator[GroupLock]:
        """As the context, for work that continues with the lock or without: it is taken if it can be had, now or at a later renewal."""
        with contextlib.ExitStack() as held:
            held.push(self)
            self.renew()
            yield self

    def keep(self) -> None:
        """Says that what the lock protects continues without us, or may: it is not released, whatever ends the block."""
        self._is_kept = True

    def renew(self) -> None:
        """Keeps the lock, at a third of its life; takes one that was never entered at once, if it can be had.

        An unreachable lock host (it may be rebooting) is tried again at the next call, one that refuses our logon at the next third.
        A lock that others had when it had expired is taken again as soon as they leave it: the work it protects is under way.
        """
        if self._renewed_at is not None and self._clock() - self._renewed_at < self._ttl / 3:
            return
        try:
            kept = self._is_ours(self._call("renew", self._ttl)) or self._is_ours(self._call("acquire", self._ttl))
        except HandFailed:
            return
        except ConnectionLost as lost:
            if lost.is_refused_logon:
                self._renewed_at = self._clock()
            return
        if kept:
            self._lease, self._renewed_at = self._ttl, self._clock()

    def _left(self) -> str:
        return (
            f"the lock {self._name} on {self._host.name}, so that no other work begins: the same command has it at once, "
            f"and without one it ends by itself within {self._lease / 60:.0f} min"
        )

    def _is_ours(self, result: dict[str, Any]) -> bool:
        with reading(self._host.name, "host_lock"):
            return Fields(result).need_truth("acquired")

    def _call(self, operation: str, ttl_seconds: int) -> dict[str, Any]:
        return self._host.hand(
            "host_lock", operation=operation, name=self._name, owner=self._owner, purpose=self._purpose, ttl_seconds=ttl_seconds
        )


def _holder(result: dict[str, Any]) -> Holder:
    return Holder(*(str(result.get(key) or "unknown") for key in ("owner", "purpose", "acquired_utc", "expires_utc")))
