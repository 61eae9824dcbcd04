"""The lock files of one host: a record with an owner and an expiry by the host's clock (powershell-probes 5).

Reading, deciding and writing happen without awaiting, so that nothing can come between: the compare-and-set of the real hand.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .clock import iso, parse

if TYPE_CHECKING:
    from .host import SimulatedHost

FOLDER = r"C:\ProgramData\systemcenter.upgrade\locks"
MAX_TTL_SECONDS = 3600


@dataclass(frozen=True)
class Record:
    """The content of a lock file. An empty owner is a free lock; `corrupt` marks content that is none of ours."""

    sequence: int = 0
    owner: str = ""
    purpose: str = ""
    acquired_utc: str | None = None
    expires_utc: str | None = None
    corrupt: bool = False


class Locks:
    """The locks of one host by name."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host

    def read(self, name: str) -> Record:
        """What the file says. A damaged one, or one from a clock that ran ahead, is held until the longest possible lock would be over."""
        if not self._host.files.is_file(path(name)):
            return Record()
        file = self._host.files.file(path(name))
        limit = iso(file.modified + timedelta(seconds=MAX_TTL_SECONDS))
        try:
            record = Record(**{key: value for key, value in json.loads(file.content).items() if key not in ("version", "free")})
            ahead = bool(record.owner) and parse(str(record.expires_utc)) > self._latest()
        except (ValueError, TypeError, AttributeError):
            return Record(expires_utc=limit, corrupt=True)
        return Record(record.sequence, record.owner, record.purpose, record.acquired_utc, limit, corrupt=True) if ahead else record

    def status(self, record: Record, owner: str) -> dict[str, Any]:
        """What a record means now, to the caller `owner`; in the words of the hand's result."""
        is_taken = bool(record.owner) or record.corrupt
        expired = is_taken and parse(str(record.expires_utc)) <= self._host.clock.now()
        return {
            "held": is_taken and not expired,
            "mine": bool(owner) and record.owner == owner,
            "owner": record.owner,
            "purpose": record.purpose,
            "acquired_utc": record.acquired_utc,
            "expires_utc": record.expires_utc if is_taken else None,
            "expired": expired,
            "corrupt": record.corrupt,
            "sequence": record.sequence,
        }

    def next(self, record: Record, owner: str, purpose: str, ttl_seconds: int) -> Record:
        """The record after this one: free when there is no owner; its own owner keeps the time of taking it."""
        if not owner:
            return Record(record.sequence + 1)
        now = self._host.clock.now()
        acquired = record.acquired_utc if record.owner == owner and record.acquired_utc else iso(now)
        return Record(record.sequence + 1, owner, purpose, acquired, iso(now + timedelta(seconds=ttl_seconds)))

    def store(self, name: str, record: Record) -> None:
        facts = {key: value for key, value in asdict(record).items() if key != "corrupt"}
        self._host.files.write(path(name), json.dumps({"version": 1, "free": not record.owner, **facts}))

    def dump(self) -> dict[str, Any]:
        names = [entry.name.removesuffix(".json") for entry in self._host.files.entries(FOLDER, "*.json")]
        return {name: asdict(self.read(name)) for name in names}

    def _latest(self) -> datetime:
        return self._host.clock.now() + timedelta(seconds=MAX_TTL_SECONDS)


def path(name: str) -> str:
    return rf"{FOLDER}\{name}.json"
