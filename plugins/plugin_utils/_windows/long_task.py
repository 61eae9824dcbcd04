# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work that takes hours on a host and must outlive its connection: started once, attached to ever after, never killed.

The hand C(host_task) keeps the work alive on the host; this is the controller's side: start or attach, then look until it has ended.
A lost connection is waited for. When waiting has a limit and the limit is reached, the work is reported as still running.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._upgrade.accounts import Account
from .._upgrade.fields import Fields
from . import waiting
from .host import ConnectionLost, HandFailed, Host, reading
from .task_status import Piece, TaskStatus

# One may be a host that has just started and cannot ask its domain yet.
REFUSED_LOGONS = 3


@dataclass(frozen=True)
class WatchedLog:
    """A log of the work: its name for us, and its path (wildcards and C(%VARIABLES%) of the account that runs the work)."""

    name: str
    pattern: str


@dataclass(frozen=True)
class Work:
    """What is to run. C(arguments) is one string that reaches the program byte for byte, with C({secret:NAME}) for each secret."""

    task_id: str
    title: str
    exe: str
    arguments: str
    run_as: Account
    logs: tuple[WatchedLog, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    working_directory: str | None = None

    @property
    def spec_hash(self) -> str:
        """Tells whether a task found on the host is this very work; secrets are no part of it, a changed password changes nothing."""
        spec = [self.exe, self.arguments, self.run_as.name.lower(), [[log.name, log.pattern] for log in self.logs]]
        return hashlib.sha256(json.dumps(spec).encode()).hexdigest()


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
    """A limit was reached while the work goes on, or may go on, on the host."""

    def __init__(self, host: str, task_id: str, reason: str, status: TaskStatus | None) -> None:
        self.host = host
        self.task_id = task_id
        self.reason = reason
        self.status = status
        super().__init__(f"{task_id} is still running on {host}: {reason}")


@dataclass(frozen=True)
class Watcher:
    """Whom to tell while the work runs: every new piece of a log, every look, every trouble with the line.

    C(on_log) gets the log's name, its file on the host, the offset of the piece and its bytes. An offset of 0 begins the file anew.
    """

    on_log: Callable[[str, str, int, bytes], None]
    on_look: Callable[[TaskStatus], None]
    on_trouble: Callable[[str], None]


@dataclass
class _Offset:
    file: str | None = None
    offset: int = 0
    head_hash: str | None = None
    behind: bool = False


class LongTask:
    """One task on one host, by its id."""

    def __init__(
        self,
        host: Host,
        task_id: str,
        limits: Limits,
        clock: Callable[[], float] = waiting.monotonic,
        sleep: Callable[[float], None] = waiting.sleep,
    ) -> None:
        self._host = host
        self._id = task_id
        self._limits = limits
        self._clock = clock
        self._sleep = sleep

    @property
    def id(self) -> str:
        """The task's id on its host."""
        return self._id

    def status(self) -> TaskStatus:
        """One look, without its logs."""
        return self._status_in(self._host.ask("host_task", operation="poll", id=self._id))

    def start(self, work: Work, on_trouble: Callable[[str], None] = lambda _: None) -> TaskStatus:
        """Starts the work, or attaches to the task of that id. Repeated when the line breaks: the second call attaches.

        Windows tries the password of the work's account when the task is registered. Raises as L(Host.logging_on).
        """
        with self._host.logging_on(work.run_as):
            return self._insist(
                lambda: self._status_in(
                    self._call(
                        "start",
                        title=work.title,
                        command={"exe": work.exe, "arguments": work.arguments, "working_directory": work.working_directory},
                        run_as={"account": work.run_as.name, "kind": work.run_as.kind.value},
                        run_as_password=work.run_as.password,
                        secrets=json.dumps(dict(work.secrets)) if work.secrets else None,
                        spec_hash=work.spec_hash,
                        logs=[{"name": log.name, "pattern": log.pattern} for log in work.logs],
                    )
                ),
                Watcher(lambda *_: None, lambda _: None, on_trouble),
            )

    def follow(
        self, logs: tuple[WatchedLog, ...], watcher: Watcher, has_ended: Callable[[TaskStatus], bool] = lambda _: True
    ) -> TaskStatus:
        """Looks until the work has ended and its logs are read to the end. Raises StillRunning when a limit is reached first.

        C(has_ended) is asked when the task's own program has ended: it may have left others behind that go on with the work.
        """
        offsets = {log.name: _Offset() for log in logs}
        begin = self._clock()
        while True:
            status = self._insist(lambda: self._look(offsets, watcher), watcher, HandFailed)
            watcher.on_look(status)
            watched_for = self._clock() - begin
            is_over = watched_for > self._limits.give_up_seconds
            if any(offset.behind for offset in offsets.values()) and not is_over:
                continue
            if not status.is_running and has_ended(status):
                return status
            if is_over:
                raise StillRunning(self._host.name, self._id, f"watched for {watched_for / 60:.0f} min", status)
            self._sleep(self._limits.interval(watched_for))

    def collect(self) -> dict[str, Any]:
        """Everything small that the host keeps of the task, for evidence."""
        return self._call("collect")

    def forget(self, lost_too: bool = False) -> None:
        """Removes the task and its folder from the host; only after its outcome is proved or judged."""
        self._call("forget", force=lost_too)

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self._host.hand("host_task", operation=operation, id=self._id, **arguments)

    def _look(self, offsets: dict[str, _Offset], watcher: Watcher) -> TaskStatus:
        asked = [
            {
                "name": name,
                "offset": offset.offset,
                **({"file": offset.file} if offset.file else {}),
                **({"head_hash": offset.head_hash} if offset.head_hash else {}),
            }
            for name, offset in offsets.items()
        ]
        result = self._call("poll", offsets=asked)
        with reading(self._host.name, "host_task"):
            status, logs = TaskStatus.from_result(result), Fields(result).mapping("logs")
            pieces = {name: Piece.read(piece, f"logs.{name}") for name, piece in logs.items() if name in offsets}
        for name, piece in pieces.items():
            self._take(name, piece, offsets[name], watcher)
        return status

    def _status_in(self, result: Mapping[str, Any]) -> TaskStatus:
        with reading(self._host.name, "host_task"):
            return TaskStatus.from_result(result)

    @staticmethod
    def _take(name: str, piece: Piece | None, offset: _Offset, watcher: Watcher) -> None:
        if piece is None:
            return
        if piece.error:
            watcher.on_trouble(f"{piece.file} cannot be read now: {piece.error}")
            offset.behind = False
            return
        offset.file, offset.head_hash, offset.offset = piece.file, piece.head_hash, piece.next_offset
        # Nothing read although there is more is not to be asked again at once.
        offset.behind = piece.offset < piece.next_offset < piece.length
        if piece.content:
            watcher.on_log(name, piece.file, piece.offset, piece.content)

    def _insist(self, call: Callable[[], TaskStatus], watcher: Watcher, *failures: type[HandFailed]) -> TaskStatus:
        """Repeats a call over broken lines until the host answers or the operator's patience is at its end.

        With C(failures) also over those: a look that fails on a busy host says nothing about the work.
        """
        troubles: tuple[type[ConnectionLost | HandFailed], ...] = (ConnectionLost, *failures)
        lost_at: float | None = None
        refused = 0
        while True:
            try:
                status = call()
            except troubles as lost:
                now, why = self._clock(), lost.reason if isinstance(lost, ConnectionLost) else str(lost)
                refused = refused + 1 if isinstance(lost, ConnectionLost) and lost.is_refused_logon else 0
                if lost_at is None:
                    lost_at = now
                    watcher.on_trouble(f"connection lost ({why}); the work goes on there, waiting to re-attach")
                if refused == REFUSED_LOGONS:
                    reason = f"the logon was refused {refused} times ({why}), and more tries could lock the account"
                    raise StillRunning(self._host.name, self._id, reason, None) from lost
                if now - lost_at > self._limits.patience_seconds:
                    reason = f"not reachable for {(now - lost_at) / 60:.0f} min ({why})"
                    raise StillRunning(self._host.name, self._id, reason, None) from lost
                self._sleep(self._limits.interval(now - lost_at))
            else:
                if lost_at is not None:
                    watcher.on_trouble("connected again")
                return status
