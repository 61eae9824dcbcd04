# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be the next step on one management server: done, attach, start or refused, each able to say itself to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from ..._upgrade.rules import Finding, findings_text


class Task(Protocol):
    """What the decision reads of our long task on the host; the status that host_task gives has this shape.

    ``state`` is ``absent``, ``running``, ``exited`` or ``lost``; times are ISO-8601 UTC by the host's clock.
    """

    @property
    def state(self) -> str:
        """``absent``, ``running``, ``exited`` or ``lost``."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""

    @property
    def lost_reason(self) -> str | None:
        """Why nobody knows how it ended."""

    @property
    def started_utc(self) -> str | None:
        """When the program was started."""

    @property
    def ended_utc(self) -> str | None:
        """When it was seen to end."""

    @property
    def elapsed_seconds(self) -> float:
        """By the host's clock."""

    @property
    def requester(self) -> str | None:
        """Who asked for it."""


@dataclass(frozen=True)
class Lock:
    """The group's lock as ``host_lock`` inspected it, on behalf of this work."""

    host: str
    held: bool = False
    mine: bool = False
    expired: bool = False
    owner: str = ""
    purpose: str = ""
    acquired_utc: str = ""
    expires_utc: str = ""

    @classmethod
    def read(cls, host: str, result: Mapping[str, Any]) -> Lock:
        """From the result of a ``host_lock`` operation on that host."""
        return cls(
            host=host,
            held=bool(result.get("held")),
            mine=bool(result.get("mine")),
            expired=bool(result.get("expired")),
            owner=str(result.get("owner") or ""),
            purpose=str(result.get("purpose") or ""),
            acquired_utc=str(result.get("acquired_utc") or ""),
            expires_utc=str(result.get("expires_utc") or ""),
        )

    @property
    def is_others(self) -> bool:
        """Whether other work holds it now."""
        return self.held and not self.mine and not self.expired


class Kind(Enum):
    """Why a setup is refused: the rule's name, its source mark, and the reason in words."""

    UNKNOWN_TARGET = ("scom.target", "2.1 D", "only releases with a published upgrade path can be a target")
    NOT_A_MANAGEMENT_SERVER = ("scom.role", "5 W", "this upgrades management servers; other roles have an order of their own")
    SETUP_RUNNING_HERE = ("scom.one_setup", "4 W", "two setups on one host disturb each other")
    LOST = ("scom.no_second_start", "1 D", "a setup that died half-way may have changed the databases; starting it again is a decision")
    OTHER_TASK = ("scom.one_task", "1 D", "a setup that was started is judged before the next one is")
    WRONG_PATH = ("scom.path.hop", "2.1 D", "an in-place upgrade leads from one release to the next only")
    GROUP_UNREAD = ("scom.group.known", "1 D", "the order of a group is not guessed: its own list decides")
    GROUP_MISMATCH = ("scom.group.complete", "1 D", "a rule about the whole group needs the whole group")
    PEER_UNREACHABLE = ("scom.group.reachable", "1 D", "a server that cannot be asked may be running setup")
    PEER_SETUP_RUNNING = ("scom.one_at_a_time", "1 D", "no two management servers of a group are upgraded at once")
    LOCKED = ("scom.lock", "1 D", "one setup at a time in a management group")
    NAMED_FIRST = ("scom.first_named", "1 D", "the first management server is upgraded alone, before all others")
    FIRST_UNFINISHED = ("scom.first_alone", "1 D", "two servers running the database script at once can damage the database")
    FIRST_UNHEALTHY = ("scom.first_healthy", "1 D", "the others follow when the first is confirmed healthy")
    PEER_SERVICES = ("scom.services_of_others", "6.1 D", "services that use the databases while setup changes them can break the upgrade")
    WRONG_PASSWORD = ("scom.wrong_password", "10 W", "a wrong password fails setup, and every use of it counts against the lockout")
    BLOCKED = ("scom.prerequisites", "6 D", "setup would fail, or fail half-way")

    def __init__(self, rule: str, reference: str, why: str) -> None:
        self.rule = rule
        self.reference = reference
        self.why = why

    @property
    def clears_by_itself(self) -> bool:
        """Whether waiting may be enough: a server that was just started is not healthy at once."""
        return self is Kind.FIRST_UNHEALTHY


@dataclass(frozen=True)
class Refused:
    """Nothing is done, and why. ``findings`` are all findings of the prerequisites that count, whatever the refusal is about."""

    kind: Kind
    host: str
    headline: str
    seen: str
    wanted: str
    next: str
    findings: tuple[Finding, ...] = ()

    @property
    def why(self) -> str:
        mark = Finding("", "", "", reference=self.kind.reference).confidence
        return f"{self.kind.why} ({self.kind.rule}, {mark})"

    def text(self) -> str:
        """The refusal for somebody at 2 a.m."""
        fields = {"seen": self.seen, "wanted": self.wanted, "next": self.next, "why": self.why}
        lines = [f"{self.host}: not upgraded: {self.headline}.", *(f"  {name:<8} {text}" for name, text in fields.items())]
        return "\n".join([*lines, findings_text(self.findings)] if self.findings else lines)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "rule": self.kind.rule,
            "host": self.host,
            "headline": self.headline,
            "seen": self.seen,
            "wanted": self.wanted,
            "next": self.next,
            "why": self.why,
            "findings": [one.as_result() for one in self.findings],
        }


@dataclass(frozen=True)
class Done:
    """Nothing is left to do, and by what that is known."""

    host: str
    evidence: str

    def text(self) -> str:
        return f"{self.host}: nothing to do: {self.evidence}"


@dataclass(frozen=True)
class Attach:
    """Something was started before, by whom ever: follow it to its end when ``task`` runs, then prove.

    Without a task (or with one that has ended) there is only the proof left. ``restarts``: the server owes a restart before it.
    """

    host: str
    task: Task | None
    reason: str
    restarts: bool = False

    @property
    def changes(self) -> bool:
        """Whether carrying it out counts as a change: a setup that was begun is brought to its end."""
        return self.task is not None or self.restarts

    @property
    def proves_only(self) -> bool:
        return self.task is None or self.task.state != "running"

    def text(self) -> str:
        return f"{self.host}: {self.reason}"


@dataclass(frozen=True)
class Start:
    """Setup may be started now. ``forgets_lost``: the lost task of before has to be forgotten first, as the operator decided."""

    host: str
    task_id: str
    title: str
    is_first: bool
    others: tuple[str, ...] = ()
    forgets_lost: bool = False
    steps: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def text(self) -> str:
        """The plan: what would be done, in order, and which warnings stand."""
        lines = [f"{self.host}: {self.title}", *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        return "\n".join([*lines, findings_text(self.findings)] if self.findings else lines)


Step = Done | Attach | Start | Refused
