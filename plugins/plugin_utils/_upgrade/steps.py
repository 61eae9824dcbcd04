# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be the next step of an upgrade, whichever product: done, attach, a plan or refused, each able to say itself to an operator.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from .fields import Fields
from .findings import Finding, findings_text


class Task(Protocol):
    """What a decision reads of our long task on a host; the status that host_task gives has this shape.

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
        """Why it is not known how it ended."""

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
    """The lock of a group or system as ``host_lock`` inspected it, on behalf of this work."""

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
        """From the result of a ``host_lock`` operation on that host. Raises Misshapen: what cannot be read is no free lock."""
        told = Fields(result)
        texts = {name: told.words(name) for name in ("owner", "purpose", "acquired_utc", "expires_utc")}
        return cls(host, told.need_truth("held"), told.truth("mine"), told.truth("expired"), **texts)

    @property
    def is_others(self) -> bool:
        """Whether other work holds it now."""
        return self.held and not self.mine and not self.expired


class Reason(Enum):
    """Why something is refused: the rule's name, its source mark, and the reason in words. Each product lists its own."""

    def __init__(self, rule: str, reference: str, why: str) -> None:
        self.rule = rule
        self.reference = reference
        self.why = why

    @property
    def names_subject(self) -> str:
        """Under which key a result names what was refused."""
        return "subject"

    @property
    def clears_by_itself(self) -> bool:
        """Whether waiting may be enough."""
        return False


@dataclass(frozen=True)
class Refused:
    """Nothing is done, and why.

    ``subject``: the server, node or system that it is about. ``findings`` are all findings of the prerequisites that count, whatever the
    refusal is about.
    """

    kind: Reason
    subject: str
    headline: str
    seen: str
    wanted: str
    next: str
    findings: tuple[Finding, ...] = ()

    @property
    def why(self) -> str:
        mark = Finding("", "", "", reference=self.kind.reference).confidence
        return f"{self.kind.why} ({self.kind.rule}, {mark})"

    def text(self, verdict: str = "not upgraded") -> str:
        """The refusal for somebody at 2 a.m."""
        fields = {"seen": self.seen, "wanted": self.wanted, "next": self.next, "why": self.why}
        lines = [f"{self.subject}: {verdict}: {self.headline}.", *(f"  {name:<8} {text}" for name, text in fields.items())]
        return _with_findings(lines, self.findings)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "rule": self.kind.rule,
            self.kind.names_subject: self.subject,
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

    subject: str
    known_by: str

    def text(self) -> str:
        return f"{self.subject}: nothing to do: {self.known_by}"


@dataclass(frozen=True)
class Attach:
    """Something was started before, by whom ever: it is followed to its end, then proved. Without a task only the proof is left."""

    subject: str
    task: Task | None
    reason: str

    @property
    def follows(self) -> bool:
        """Whether anything may still be going on, or has to be seen to its end."""
        return self.task is not None

    def text(self) -> str:
        return f"{self.subject}: {self.reason}"


@dataclass(frozen=True)
class Plan:
    """Something may be done now: what, in order, and which warnings stand."""

    subject: str
    title: str
    steps: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def text(self) -> str:
        """The plan for somebody who decides on it."""
        lines = [f"{self.subject}: {self.title}", *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        return _with_findings(lines, self.findings)


def _with_findings(lines: list[str], findings: tuple[Finding, ...]) -> str:
    return "\n".join([*lines, findings_text(findings)] if findings else lines)
