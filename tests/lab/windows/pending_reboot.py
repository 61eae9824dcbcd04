"""Why a host wants a restart. The reasons live where Windows keeps them, in the registry, and a reboot takes them away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .registry import Registry

_CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion"
_SERVICING = rf"{_CURRENT_VERSION}\Component Based Servicing"
_SESSION_MANAGER = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
_COMPUTER_NAME = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName"
_RENAMES = "PendingFileRenameOperations"


@dataclass(frozen=True)
class Mark:
    """Where one reason stands: a key that exists, or a value of it that is set."""

    reason: str
    key: str
    value: str | None = None


MARKS = (  # windows-tasks 6.1
    Mark("component_servicing", rf"{_SERVICING}\RebootPending"),
    Mark("servicing_in_progress", rf"{_SERVICING}\RebootInProgress"),
    Mark("servicing_in_progress", rf"{_SERVICING}\PackagesPending"),
    Mark("windows_update", rf"{_CURRENT_VERSION}\WindowsUpdate\Auto Update\RebootRequired"),
    Mark("file_renames", _SESSION_MANAGER, _RENAMES),
    Mark("file_renames", _SESSION_MANAGER, f"{_RENAMES}2"),
    Mark("domain_join", r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon", "JoinDomain"),
    Mark("server_manager", r"HKLM\SOFTWARE\Microsoft\ServerManager\CurrentRebootAttempts"),
    Mark("run_once", rf"{_CURRENT_VERSION}\RunOnce", "DVDRebootSignal"),
    Mark("update_exe_volatile", r"HKLM\SOFTWARE\Microsoft\Updates", "UpdateExeVolatile"),
)
_BEYOND_THE_REGISTRY = ("computer_rename", "configuration_manager")
REASONS = tuple(dict.fromkeys([mark.reason for mark in MARKS] + list(_BEYOND_THE_REGISTRY)))


class PendingReboot:
    """The reasons of one host.

    >>> pending = PendingReboot(Registry(), "MS1")
    >>> pending.add("file_renames", r"\\??\\C:\\x.tmp"); pending.reasons()
    [{'reason': 'file_renames', 'detail': ['delete C:\\\\x.tmp']}]
    >>> pending.clear(); pending.reasons()
    []
    """

    def __init__(self, registry: Registry, computer_name: str) -> None:
        self._registry, self._computer_name = registry, computer_name
        self._client_wants_it = False
        for part in ("ComputerName", "ActiveComputerName"):
            registry.set(rf"{_COMPUTER_NAME}\{part}", "ComputerName", computer_name)

    def add(self, reason: str, *detail: str) -> None:
        """Leaves the mark of a reason; `detail` are file names of `file_renames`, or the new name of `computer_rename`."""
        if reason == "configuration_manager":
            self._client_wants_it = True
        elif reason == "computer_rename":
            new_name = detail[0] if detail else f"{self._computer_name}-NEW"
            self._registry.set(rf"{_COMPUTER_NAME}\ComputerName", "ComputerName", new_name)
        else:
            self._leave(next(mark for mark in MARKS if mark.reason == reason), list(detail))

    def reasons(self) -> list[dict[str, Any]]:
        """As `host_probe` answers them; empty when nothing is pending."""
        found: dict[str, list[str]] = {}
        for mark in MARKS:
            if detail := self._detail(mark):
                found.setdefault(mark.reason, []).extend(detail)
        new, active = (self._registry.get(rf"{_COMPUTER_NAME}\{part}", "ComputerName") for part in ("ComputerName", "ActiveComputerName"))
        if new != active:
            found["computer_rename"] = [f"{active} -> {new}"]
        if self._client_wants_it:
            found["configuration_manager"] = ["CCM_ClientUtilities RebootPending"]
        return [{"reason": reason, "detail": detail} for reason, detail in found.items()]

    def clear(self) -> None:
        """What a reboot does."""
        for mark in MARKS:
            self._registry.delete(mark.key, mark.value)
        for part in ("ComputerName", "ActiveComputerName"):
            self._registry.set(rf"{_COMPUTER_NAME}\{part}", "ComputerName", self._computer_name)
        self._client_wants_it = False

    def _leave(self, mark: Mark, detail: list[str]) -> None:
        if mark.value is None:
            self._registry.create(mark.key)
        elif mark.value == _RENAMES:
            old = self._registry.get(mark.key, mark.value, [])
            self._registry.set(mark.key, mark.value, [*old, *(part for name in detail for part in (name, ""))])
        else:
            self._registry.set(mark.key, mark.value, 1)

    def _detail(self, mark: Mark) -> list[str]:
        """What speaks for a reason, in the words of the hand (_System.psm1)."""
        bare = mark.key.removeprefix("HKLM\\")
        if mark.value is None:
            return [bare] if self._registry.exists(mark.key) else []
        data = self._registry.get(mark.key, mark.value)
        if isinstance(data, list):
            return list(_renames(data))
        if mark.reason == "update_exe_volatile":
            return [f"UpdateExeVolatile={data} (64-bit view)"] if data else []
        return [] if data is None else [rf"{bare}\{mark.value}"]


def _renames(entries: list[str]) -> Iterator[str]:
    """Pairs of source and target; an empty target deletes."""
    for source, target in zip(entries[::2], entries[1::2], strict=False):
        if source:
            yield f"rename {_plain(source)} -> {_plain(target)}" if target else f"delete {_plain(source)}"


def _plain(path: str) -> str:
    return re.sub(r"^[!*0-9]*\\\?\?\\", "", path)
