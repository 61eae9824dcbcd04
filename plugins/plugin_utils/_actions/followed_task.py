# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A program that runs as a task on its host, as a run follows it: by its task and by the logs that it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .._windows.long_task import LongTask, WatchedLog, Watcher
from .._windows.task_status import TaskStatus
from .run_evidence import Log


class LogWatch(Protocol):
    """Who reads the logs of a program."""

    @property
    def watched(self) -> tuple[WatchedLog, ...]:
        """Which logs it has, and where."""

    @property
    def logs(self) -> Mapping[str, Log]:
        """What was read of them, by their names."""

    def watcher(self) -> Watcher:
        """Takes what is new in them."""


@dataclass(frozen=True)
class FollowedTask:
    """A program that was started, or found. ``has_ended``: whether all of the work is over when the program has ended."""

    task: LongTask
    started_utc: str | None
    watch: LogWatch
    has_ended: Callable[[TaskStatus], bool] = lambda _: True

    @property
    def logs(self) -> Mapping[str, Log]:
        """Its logs as far as they were read."""
        return self.watch.logs

    def follow(self, on_look: Callable[[], None]) -> TaskStatus:
        """Stays with it to its end."""
        return self.task.follow(self.watch.watched, self.watch.watcher(), self.has_ended, on_look)
