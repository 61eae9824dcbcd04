"""The lock files of one host: compare-and-set with an expiry by the host's clock (powershell-probes 5)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .clock import iso, parse

if TYPE_CHECKING:
    from .host import SimulatedHost

FOLDER = r"C:\ProgramData\systemcenter.upgrade\locks"
MAX_TTL = timedelta(days=7)


@dataclass(frozen=True)
class Lock:
    """The content of a lock file; an empty owner is a free lock."""

    owner: str = ""
    purpose: str = ""
    acquired_utc: str = ""
    expires_utc: str = ""
    sequence: int = 0


class Locks:
    """Every operation reads the file, decides, and writes it whole: nothing comes between, for nothing here awaits."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host

    def read(self, name: str) -> tuple[Lock, bool]:
        """(the lock, whether its file is corrupt). A corrupt one is held until its last write and the longest TTL are over."""
        if not self._host.files.is_file(_path(name)):
            return Lock(), False
        file = self._host.files.file(_path(name))
        try:
            lock = Lock(**json.loads(file.content))
            is_sane = not lock.owner or parse(lock.expires_utc) <= self._host.clock.now() + MAX_TTL
        except (ValueError, TypeError):
            is_sane = False
        if is_sane:
            return lock, False
        expires = iso(file.modified + MAX_TTL)
        return Lock("(unreadable)", "", iso(file.modified), expires), parse(expires) > self._host.clock.now()

    def is_expired(self, lock: Lock) -> bool:
        return bool(lock.owner) and parse(lock.expires_utc) <= self._host.clock.now()

    def take(self, name: str, owner: str, purpose: str, ttl_seconds: int) -> Lock:
        """Writes a lock, whoever had it; a renewal by the same owner keeps the time it was acquired."""
        old, _ = self.read(name)
        now = self._host.clock.now()
        is_renewal = old.owner == owner and not self.is_expired(old)
        acquired = old.acquired_utc if is_renewal else iso(now)
        new = Lock(owner, purpose or old.purpose * is_renewal, acquired, iso(now + timedelta(seconds=ttl_seconds)), old.sequence + 1)
        self._store(name, new)
        if not is_renewal:
            self._host.write("lock.acquire", name=name, owner=owner, took_over=bool(old.owner))
        return new

    def free(self, name: str) -> None:
        old, _ = self.read(name)
        self._store(name, Lock(sequence=old.sequence + 1))
        self._host.write("lock.release", name=name, owner=old.owner)

    def dump(self) -> dict[str, Any]:
        names = [entry.name.removesuffix(".json") for entry in self._host.files.entries(FOLDER, "*.json")]
        return {name: asdict(self.read(name)[0]) for name in names}

    def _store(self, name: str, lock: Lock) -> None:
        self._host.files.write(_path(name), json.dumps(asdict(lock)))


def _path(name: str) -> str:
    return rf"{FOLDER}\{name}.json"
