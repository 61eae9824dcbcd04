# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work that takes hours on a host and must outlive its connection: started once, attached to ever after, never killed.

The hand C(host_task) keeps the work alive on the host; this is the controller's side: start or attach, then look until it has ended.
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
from .following import Following, Limits
from .host import Host, reading
from .task_status import Piece, TaskStatus


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
        self._following = Following(host.name, task_id, limits, clock, sleep)

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
            return self._following.insist(
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
                on_trouble,
            )

    def follow(
        self,
        logs: tuple[WatchedLog, ...],
        watcher: Watcher,
        has_ended: Callable[[TaskStatus], bool] = lambda _: True,
        before_look: Callable[[], None] = lambda: None,
    ) -> TaskStatus:
        """Looks until the work has ended and its logs are read to the end. Raises StillRunning when a limit is reached first.

        C(before_look) is called before every try, also while the line is lost.
        C(has_ended) is asked when the task's own program has ended: it may have left others behind that go on with the work.
        """
        offsets = {log.name: _Offset() for log in logs}
        return self._following.to_end(
            lambda: self._look(offsets, watcher),
            lambda status: not status.is_running and has_ended(status),
            watcher.on_look,
            watcher.on_trouble,
            lambda: any(offset.behind for offset in offsets.values()),
            before_look,
        )

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
