"""The clock of one simulated host: UTC, with a skew against the controller's clock that may change while the world runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Wall-clock time as the host believes it; `utc` is the true one.

    >>> clock = Clock(skew_seconds=3600)
    >>> clock.now() > datetime.now(UTC) + timedelta(minutes=59)
    True
    """

    def __init__(self, skew_seconds: float = 0.0, utc: Callable[[], datetime] = utc_now) -> None:
        self.skew_seconds = skew_seconds
        self._utc = utc

    def now(self) -> datetime:
        return self._utc() + timedelta(seconds=self.skew_seconds)

    def jump(self, seconds: float) -> None:
        """Moves the clock, as a correction by the time service or a restored snapshot does."""
        self.skew_seconds += seconds


def iso(moment: datetime) -> str:
    """ISO-8601 UTC ending in Z, with milliseconds, as the hands write it.

    >>> iso(datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))
    '2026-01-02T03:04:05.678Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Reads an ISO-8601 time; one without zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def filetime(moment: datetime) -> int:
    """100-nanosecond intervals since 1601, as .NET's ToFileTime writes them."""
    return int((moment - _FILETIME_EPOCH) / timedelta(microseconds=1)) * 10
