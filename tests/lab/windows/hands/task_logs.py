"""New bytes of the logs of a long task, by offset (windows-tasks 5)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..clock import iso
from ..filesystem import File
from ..host import SimulatedHost
from ..tasks import LongTask

PER_LOG, PER_POLL = 128 * 1024, 512 * 1024
MAX_CANDIDATES = 200
HEAD_BYTES = 256
BEFORE_START = timedelta(seconds=2)


def read(host: SimulatedHost, task: LongTask, offsets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer for each log of the task. A log whose file is not there yet has `file` null."""
    asked = {one["name"]: one for one in offsets}
    left = PER_POLL
    answers = {}
    for name, pattern in task.logs.items():
        answers[name] = _piece(candidates(host, task, pattern), asked.get(name, {}), min(PER_LOG, left))
        left -= answers[name]["next_offset"] - answers[name]["offset"]
    return answers


def candidates(host: SimulatedHost, task: LongTask, pattern: str) -> list[File]:
    """Files of the pattern that were created or written since the start, by creation."""
    since = task.started - BEFORE_START
    found = [file for file in host.files.glob(pattern) if max(file.created, file.modified) >= since]
    return sorted(found, key=lambda file: (file.created, file.path.lower()))[-MAX_CANDIDATES:]


def newest(host: SimulatedHost, task: LongTask, pattern: str) -> File | None:
    return next(reversed(candidates(host, task, pattern)), None)


def _piece(found: list[File], asked: Mapping[str, Any], limit: int) -> dict[str, Any]:
    listed = [{"file": file.path, "length": file.length, "created_utc": iso(file.created)} for file in found]
    wanted = str(asked.get("file") or "").lower()
    file = next((one for one in found if wanted in (one.path.lower(), one.path.lower().rpartition("\\")[2])), None)
    was_chosen = file is not None
    file = file or next(reversed(found), None)
    offset = int(asked.get("offset") or 0)
    empty = {"offset": offset, "next_offset": offset, "length": 0, "head_hash": None, "reset": False, "bytes": "", "error": None}
    if file is None:
        return {"file": None, "candidates": listed, **empty}
    if file.locked:
        return {"file": file.path, "candidates": listed, **empty, "error": "locked"}
    head_hash = hashlib.sha256(file.content[:HEAD_BYTES]).hexdigest() if len(file.content) >= HEAD_BYTES else None
    known = asked.get("head_hash")
    reset = (bool(wanted) and not was_chosen) or len(file.content) < offset or bool(known and head_hash and known != head_hash)
    offset = 0 if reset else offset
    piece = file.content[offset : offset + limit]
    return {
        "file": file.path,
        "offset": offset,
        "next_offset": offset + len(piece),
        "length": len(file.content),
        "head_hash": head_hash,
        "reset": reset,
        "bytes": base64.b64encode(piece).decode(),
        "candidates": listed,
        "error": None,
    }
