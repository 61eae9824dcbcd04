"""New bytes of the logs of a long task, by offset (windows-tasks 5; _LongTaskLog.psm1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .clock import iso
from .filesystem import File
from .tasks import LogFacts, LongTask, WatchedLog

if TYPE_CHECKING:
    from .host import SimulatedHost

PER_LOG, PER_POLL = 128 * 1024, 512 * 1024
MAX_CANDIDATES, SHOWN_CANDIDATES = 200, 50
HEAD_BYTES = 256
BEFORE_START = timedelta(seconds=2)


@dataclass(frozen=True)
class Candidate:
    """A file that the work has written to; `start` is the first byte that is its own."""

    file: File
    start: int


def read(host: SimulatedHost, task: LongTask, offsets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer for each log. A choice of a file stays the asker's; without one the newest is taken, from where the work began in it."""
    asked = {one["name"]: one for one in offsets}
    left = PER_POLL
    answers = {}
    for name, log in task.logs.items():
        found = candidates(host, task, log)
        answers[name] = {**_answer(host, found, asked.get(name, {}), min(PER_LOG, left)), "pattern": log.pattern}
        answers[name]["candidates"] = [
            {"file": one.file.path, "length": one.file.length, "created_utc": iso(one.file.created)} for one in found[-SHOWN_CANDIDATES:]
        ]
        left -= answers[name]["next_offset"] - answers[name]["offset"]
    return answers


def candidates(host: SimulatedHost, task: LongTask, log: WatchedLog) -> list[Candidate]:
    """Files of the pattern that were created or written since the start, oldest first."""
    if task.started is None:
        return []
    since = task.started - BEFORE_START
    files = sorted(host.files.glob(log.pattern), key=lambda file: (file.created, file.path.lower()))[-MAX_CANDIDATES:]
    return [
        Candidate(file, _start(file, log.baseline.get(file.path))) for file in files if _touched(file, log.baseline.get(file.path), since)
    ]


def facts_of(file: File) -> LogFacts:
    return LogFacts(len(file.content), head_hash(file.content))


def head_hash(content: bytes) -> str | None:
    """SHA-256 of the first 256 bytes; None before there are that many."""
    return hashlib.sha256(content[:HEAD_BYTES]).hexdigest() if len(content) >= HEAD_BYTES else None


def _touched(file: File, before: LogFacts | None, since: Any) -> bool:
    return before is None or max(file.created, file.modified) >= since or facts_of(file) != before


def _start(file: File, before: LogFacts | None) -> int:
    if before is None or len(file.content) < before.length:
        return 0
    return before.length if before.head_hash in (None, head_hash(file.content)) else 0


def _answer(host: SimulatedHost, found: list[Candidate], asked: Mapping[str, Any], limit: int) -> dict[str, Any]:
    if path := asked.get("file"):
        return piece(host, path, int(asked.get("offset") or 0), asked.get("head_hash"), limit)
    if found:
        return piece(host, found[-1].file.path, found[-1].start, None, limit)
    return {**_nothing(0, None), "file": None}


def piece(host: SimulatedHost, path: str, offset: int, known_hash: str | None, limit: int) -> dict[str, Any]:
    """Bytes from an offset; from the beginning when the file is no longer the one the offset was taken from."""
    if not host.files.is_file(path):
        return {**_nothing(offset, known_hash), "file": path, "error": "absent"}
    file = host.files.file(path)
    if file.locked:
        return {**_nothing(offset, known_hash), "file": path, "error": "locked"}
    head = head_hash(file.content)
    reset = len(file.content) < offset or (bool(known_hash) and head != known_hash)
    offset = 0 if reset else offset
    part = file.content[offset : offset + max(0, limit)]
    return {
        "file": file.path,
        "offset": offset,
        "next_offset": offset + len(part),
        "length": len(file.content),
        "head_hash": head,
        "reset": reset,
        "bytes": base64.b64encode(part).decode(),
        "error": None,
    }


def _nothing(offset: int, known_hash: str | None) -> dict[str, Any]:
    return {"offset": offset, "next_offset": offset, "length": offset, "head_hash": known_hash, "reset": False, "bytes": "", "error": None}
