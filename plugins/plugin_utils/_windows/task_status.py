# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the hand C(host_task) says of a task and of its logs, read with the types that it has to have."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .._upgrade.fields import Fields, Misshapen
from .._upgrade.times import utc_time


class TaskState(str, Enum):
    """What became of the work, as the host can prove it."""

    ABSENT = "absent"
    RUNNING = "running"
    EXITED = "exited"
    LOST = "lost"


@dataclass(frozen=True)
class TaskStatus:
    """What C(host_task) says of one task. Times are ISO-8601 UTC by the host's clock."""

    state: TaskState
    phase: str | None = None
    exit_code: int | None = None
    launch_error: str | None = None
    lost_reason: str | None = None
    spec_hash: str | None = None
    requester: str | None = None
    started_utc: str | None = None
    ended_utc: str | None = None
    elapsed_seconds: float = 0.0
    boot_time_utc: str | None = None
    left_running: tuple[str, ...] = ()
    folder: str | None = None

    @classmethod
    def from_result(cls, result: Mapping[str, Any]) -> TaskStatus:
        """Reads the result of any C(host_task) operation. Raises Misshapen for what no C(host_task) says."""
        told = Fields(result)
        # Why the program could not be started, or why the task ended before it came to that.
        error = told.object("launch_error") or told.object("failure")
        return cls(
            state=told.one_of("state", TaskState),
            phase=told.text("phase"),
            exit_code=told.number("exit_code"),
            launch_error=error.words("message") if error else None,
            lost_reason=told.text("lost_reason"),
            spec_hash=told.text("spec_hash"),
            requester=told.text("requester"),
            started_utc=told.time("started_utc"),
            ended_utc=told.time("ended_utc"),
            elapsed_seconds=told.seconds("elapsed_seconds"),
            boot_time_utc=told.time("boot_time_utc"),
            left_running=tuple(_name(process) for process in told.each("left_running")),
            folder=told.text("folder"),
        )

    @property
    def is_running(self) -> bool:
        return self.state is TaskState.RUNNING

    @property
    def rebooted_since(self) -> bool:
        """Whether the host was started after the work ended, by the host's own clock."""
        return bool(self.ended_utc and self.boot_time_utc and utc_time(self.boot_time_utc) > utc_time(self.ended_utc))


@dataclass(frozen=True)
class Piece:
    """What one poll brought of one log."""

    file: str
    error: str = ""
    head_hash: str | None = None
    offset: int = 0
    next_offset: int = 0
    length: int = 0
    content: bytes = b""

    @classmethod
    def read(cls, raw: Any, path: str) -> Piece | None:
        """None while there is no such log. Raises Misshapen."""
        told = Fields(raw, path)
        file, error = told.text("file"), told.words("error")
        if not file:
            return None
        if error:
            return cls(file, error)
        offset, after = told.place("offset"), told.place("next_offset")
        if after < offset:
            raise Misshapen(f"{path}: it goes back from byte {offset} to byte {after}")
        try:
            content = base64.b64decode(told.text("bytes") or "", validate=True)
        except ValueError as wrong:
            raise Misshapen(f"{path}.bytes: {wrong}") from wrong
        return cls(file, "", told.text("head_hash"), offset, after, told.place("length"), content)


def _name(process: Any) -> str:
    return process if isinstance(process, str) else Fields(process, "left_running").need_text("name")
