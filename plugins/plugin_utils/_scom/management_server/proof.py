# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade really happened: everything that can be held against the target, none of it believed alone (4, 5).

Setup ends with 0 on servers it has not changed, and writes no exit code at all when its host restarts: only agreement proves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..._installer.exit_codes import setup_exit_code
from ..._upgrade.times import utc_time
from ..host.installation import Component
from ..releases.releases import Release, is_at, rtm_server_version, server_release
from ..releases.versions import ServerVersion
from ..setup.logs.verdict import Outcome, Verdict
from .observation import Observation
from .reasons import Task

EXIT_CODE, LOG = OF_SETUP = ("exit code", "setup's log")


@dataclass(frozen=True)
class Evidence:
    """One thing that was held against what it has to be, with its source mark.

    ``acknowledged``: it does not agree, and somebody has looked at it and takes that upon them.
    """

    name: str
    expected: str
    seen: str
    agrees: bool
    source: str
    acknowledged: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.seen} (expected {self.expected})"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        shown = {"name": self.name, "expected": self.expected, "seen": self.seen, "agrees": self.agrees, "source": self.source}
        return {**shown, "acknowledged": self.acknowledged}


@dataclass(frozen=True)
class Proof:
    """All evidence of one upgrade. ``first_cause``: the first cause from setup's log, else what disagrees first; '' when all agrees."""

    items: tuple[Evidence, ...]
    first_cause: str = ""

    @property
    def proven(self) -> bool:
        """Everything agrees; nothing at all proves nothing."""
        return bool(self.items) and not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Evidence, ...]:
        return tuple(item for item in self.items if not (item.agrees or item.acknowledged))

    @property
    def setup_disagrees(self) -> bool:
        """Whether how setup ended, as far as its exit code and its log tell it, is among what disagrees."""
        return any(item.name in OF_SETUP for item in self.disagreeing)

    def text(self) -> str:
        """Every piece of evidence on a line of its own, what disagrees marked."""
        return "\n".join(f"  {'agrees' if item.agrees else 'accepted' if item.acknowledged else 'NOT':<8} {item}" for item in self.items)

    def as_result(self) -> list[dict[str, Any]]:
        """Plain data for a module's result."""
        return [item.as_result() for item in self.items]


def is_settled(seen: Observation, target: Release) -> bool:
    """Whether looking again later would show nothing better.

    A server that is not at the target after setup will not become so by waiting; one that is needs minutes until its services answer.
    """
    return seen.me.release is not target or (seen.me.health.is_healthy and seen.group.is_known)


def of(
    before: Observation,
    after: Observation,
    target: Release,
    task: Task | None = None,
    verdict: Verdict | None = None,
    *,
    acknowledged: bool = False,
) -> Proof:
    """The proof of an upgrade of one server.

    ``task``: how setup's task ended, None when none was followed; ``verdict``: what its log says, None when there is none. A task that
    was lost has no exit code: its log must say that it ended well then. ``acknowledged``: how setup ended is shown and does not decide.
    """
    of_setup = _of_setup(task, verdict)
    items = (
        *(replace(item, acknowledged=acknowledged and not item.agrees) for item in of_setup),
        *_of_restart(before, after, task),
        *_of_versions(before, after, target),
        *_of_health(after),
    )
    return Proof(items, _first_cause(items, verdict))


def _of_setup(task: Task | None, verdict: Verdict | None) -> list[Evidence]:
    items = []
    if task is not None and task.state != "lost":
        code = None if task.exit_code is None else setup_exit_code(task.exit_code)
        saw = f"{code.code}: {code.meaning}" if code else f"none, the task is {task.state}"
        items.append(Evidence(EXIT_CODE, "0, or 3010 or 1641 with a restart", saw, bool(code and code.may_be_success), "4 W"))
    if verdict is not None:
        good = verdict.outcome is Outcome.PROVISIONAL_SUCCESS
        items.append(Evidence(LOG, "an end without a failure", verdict.reason, good, "4 W"))
    elif task is not None:
        items.append(Evidence(LOG, "an end without a failure", "no log was read", False, "4 W"))
    return items


def _of_restart(before: Observation, after: Observation, task: Task | None) -> list[Evidence]:
    """A restart that setup asked for has happened when the host was started after setup ended."""
    asked = task is not None and task.exit_code is not None and setup_exit_code(task.exit_code).reboot
    if not asked or task is None:
        return []
    was, now = before.me.installation.host.boot_time_utc, after.me.installation.host.boot_time_utc
    since = task.ended_utc or was
    restarted = bool(now and since) and utc_time(now) > utc_time(since)
    return [Evidence("restart", f"started after {since or 'setup ended'}", f"started {now or 'at an unknown time'}", restarted, "4 W")]


def _of_versions(before: Observation, after: Observation, target: Release) -> list[Evidence]:
    expected = f"{rtm_server_version(target)} or later of {target}"
    server, old = after.me.installation.management_server, before.me.installation.management_server
    database = after.group.value.database_version if after.group.is_known else None
    unread = after.group.unread_reason if not after.group.is_known else "not recorded"
    new_doubts = [doubt for doubt in after.me.installation.doubts if doubt not in before.me.installation.doubts]
    return [
        Evidence(
            "server version in the registry", expected, str(after.me.version or "not recorded"), is_at(after.me.version, target), "5 W"
        ),
        *_of_file(server, old, target),
        Evidence("version of the operational database", expected, str(database or unread), is_at(database, target), "5 W"),
        *([Evidence("marks on the host", "none that contradict", "; ".join(new_doubts), False, "5 W")] if new_doubts else []),
    ]


def _of_file(server: Component | None, old: Component | None, target: Release) -> list[Evidence]:
    """The product's own file. Where it was never found, before setup either, it proves nothing and is left out."""
    now = server.file_version if server else None
    if now is None and (old is None or old.file_version is None):
        return []
    agrees = isinstance(now, ServerVersion) and server_release(now) is target
    return [Evidence("version of the server's files", f"a version of {target}", str(now or "file not found"), agrees, "5 W")]


def _of_health(after: Observation) -> list[Evidence]:
    return [Evidence(sign.name, sign.wanted, sign.seen, sign.good is True, "5 W") for sign in after.me.health.signs if sign.decides]


def _first_cause(items: tuple[Evidence, ...], verdict: Verdict | None) -> str:
    wrong = next((str(item) for item in items if not (item.agrees or item.acknowledged)), "")
    if not wrong or verdict is None or verdict.first_cause is None:
        return wrong
    cause = verdict.first_cause
    advice = "; ".join(filter(None, [cause.meaning, cause.fix]))
    return f"{cause.text} ({advice})" if advice else cause.text
