# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Facts of Windows that every product looks at, in the words of host_probe, and how an answer of a host becomes a fact.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .facts import Fact, NotRead
from .findings import Finding, finding
from .questions import Unreadable
from .times import utc_time

T = TypeVar("T")

_FILE_RENAMES = "file_renames"
_RUN_ONCE = "run_once"


def fact(what: str, read: Callable[[], T]) -> Fact[T]:
    """What ``read`` returns; unread when an answer was denied, broke, was never asked, or lacks what it should hold.

    Then it says why, and the rule that needs it is not passed.
    """
    return Fact.reading(what, read, Unreadable, KeyError, ValueError, TypeError)


def hours_between(earlier_utc: str, later_utc: str) -> float:
    """Hours between two ISO-8601 UTC times. Raises NotRead for what is no such time.

    >>> hours_between("2026-03-01T01:00:00Z", "2026-03-01T02:30:00.0000000Z")
    1.5
    """
    try:
        return (utc_time(later_utc) - utc_time(earlier_utc)).total_seconds() / 3600
    except ValueError as error:
        raise NotRead("a time", str(error)) from error


@dataclass(frozen=True)
class Host:
    """Who a host is; times are ISO-8601 UTC texts by its own clock."""

    computer_name: str
    fqdn: str
    os_build: int
    installation_type: str
    boot_time_utc: str
    utc_now: str

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Host:
        """From the answer about the operating system."""
        texts = {name: str(raw.get(name) or "") for name in ("computer_name", "fqdn", "installation_type", "boot_time_utc", "utc_now")}
        return cls(os_build=int(raw.get("build") or 0), **texts)


@dataclass(frozen=True)
class Service:
    """One Windows service. ``status`` and ``start_mode`` in the words of host_probe: ``running``, ``auto``, ..."""

    name: str
    status: str
    start_mode: str
    delayed: bool = False
    account: str = ""

    @property
    def is_running(self) -> bool:
        return self.status == "running"


@dataclass(frozen=True)
class Process:
    """A process of the host; its start in ISO-8601 UTC, '' when Windows does not say."""

    name: str
    process_id: int
    started_utc: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Process:
        """From one entry of an answer about processes."""
        return cls(str(raw["name"]), int(raw["process_id"]), str(raw.get("started_utc") or ""))


@dataclass(frozen=True)
class PendingReboot:
    """One reason Windows gives for a pending restart, with its detail: the files to be renamed, for example."""

    reason: str
    detail: tuple[str, ...] = ()

    @classmethod
    def read_all(cls, raw: Mapping[str, Any]) -> tuple[PendingReboot, ...]:
        """From the answer about the pending restart."""
        return tuple(cls(str(one["reason"]), tuple(str(text) for text in one.get("detail") or ())) for one in raw["reasons"])

    @property
    def is_noise(self) -> bool:
        """Renames of temporary files only, and commands for the next logon: installers leave both behind (probes 1.27-1.33 W)."""
        if self.reason == _RUN_ONCE:
            return True
        return self.reason == _FILE_RENAMES and bool(self.detail) and all(_is_temporary(path) for path in self.detail)

    def __str__(self) -> str:
        shown = ", ".join(self.detail[:3]) + (f" and {len(self.detail) - 3} more" if len(self.detail) > 3 else "")
        return self.reason.replace("_", " ") + (f" ({shown})" if shown else "")


def restart_is_pending(found: Iterable[PendingReboot], fix: str) -> Finding | None:
    """The finding about a restart that Windows waits for; what installers leave behind does not count."""
    reasons = [str(one) for one in found if not one.is_noise]
    return finding(seen="; ".join(reasons), wanted="no restart pending", fix=fix) if reasons else None


def _is_temporary(rename: str) -> bool:
    """Whether only a temporary file is deleted, or made; one that becomes a file of Windows or of a product is no noise."""
    text = rename.rpartition(" -> ")[2].casefold()
    return "\\temp\\" in text or "\\tmp\\" in text or text.endswith((".tmp", ".temp"))
