# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be the next step on a DataMiner System: done, attach, start or refused, each able to say itself to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from ..._upgrade.fields import Fields
from ..._upgrade.rules import Finding, findings_text
from ..utility.upgrade_info import UpgradeInfo


class Task(Protocol):
    """What the decision reads of our long task on a node; the status that host_task gives has this shape.

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
    """The system's lock as ``host_lock`` inspected it, on behalf of this work."""

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
        """From the result of a ``host_lock`` operation on that host. Raises Misshapen: what nobody can read is no free lock."""
        told = Fields(result)
        texts = {name: told.words(name) for name in ("owner", "purpose", "acquired_utc", "expires_utc")}
        return cls(host, told.need_truth("held"), told.truth("mine"), told.truth("expired"), **texts)

    @property
    def is_others(self) -> bool:
        """Whether other work holds it now."""
        return self.held and not self.mine and not self.expired


class Kind(Enum):
    """Why an upgrade is refused: the rule's name, its source mark, and the reason in words."""

    UNREACHABLE = ("dataminer.cluster.reachable", "0.3, 6 D", "a node that cannot be asked may be upgrading, and is left behind")
    NOT_DATAMINER = ("dataminer.cluster.installed", "6, 9 D", "only nodes of DataMiner are upgraded, and all of a cluster together")
    UPGRADE_RUNNING = ("dataminer.one_orchestrator", "6 D", "no second operation is started before the first one is completely finished")
    LOST = ("dataminer.no_second_start", "1.1 D", "an upgrade that broke off may have left nodes half changed; starting anew is a decision")
    OTHER_TASK = ("dataminer.one_task", "6 D", "an upgrade that was started is judged before the next one is")
    PACKAGE = ("dataminer.package.version", "3.1, 3.2 I", "no upgrade can be proven whose target is not known")
    CLUSTER_UNREAD = ("dataminer.cluster.known", "0.3, 6 D", "who belongs to a cluster is not guessed: its own list decides")
    PARTIAL = ("dataminer.cluster.whole", "0.3, 6 D", "upgrading one agent while others run old code can corrupt data severely")
    SCOPE = ("dataminer.scope", "0.3, 6 D", "all agents of a cluster run the same version")
    VERSION_UNREAD = ("dataminer.cluster.versions", "6 D", "nodes are left alone whose version cannot be told")
    ROLE = ("dataminer.failover.roles", "5.2, 5.7 D", "a pair is upgraded only when it is clear which node is online")
    POLICY = (
        "dataminer.failover.policy",
        "5.3 D",
        "the vendor highly recommends the policy simultaneously, and wants it for major upgrades",
    )
    USED = ("dataminer.package.used", "2 D", "a package that was executed is Completed and cannot be executed again")
    ORCHESTRATOR = ("dataminer.orchestrator", "6 D", "one agent starts the upgrade of all, and has to run")
    LOCKED = ("dataminer.lock", "6 D", "one upgrade at a time in a DataMiner System")
    BLOCKED = ("dataminer.prerequisites", "8 D", "one agent that fails a prerequisite keeps the whole cluster from being upgraded")

    def __init__(self, rule: str, reference: str, why: str) -> None:
        self.rule = rule
        self.reference = reference
        self.why = why


@dataclass(frozen=True)
class Refused:
    """Nothing is done, and why. ``subject``: the system, or the node that it is about. ``findings`` are all that count."""

    kind: Kind
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

    def text(self) -> str:
        """The refusal for somebody at 2 a.m."""
        fields = {"seen": self.seen, "wanted": self.wanted, "next": self.next, "why": self.why}
        lines = [f"{self.subject}: not upgraded: {self.headline}.", *(f"  {name:<8} {text}" for name, text in fields.items())]
        return "\n".join([*lines, findings_text(self.findings)] if self.findings else lines)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "rule": self.kind.rule,
            "subject": self.subject,
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
    evidence: str

    def text(self) -> str:
        return f"{self.subject}: nothing to do: {self.evidence}"


@dataclass(frozen=True)
class Attach:
    """Something was started before, by whom ever: follow it to its end, then prove.

    ``host``: the node whose task it is, '' when there is none. ``follows``: whether anything may still be going on; the end of the
    utility is not that of the upgrade (1.1), so that nodes are followed by their own logs. Else only the proof is left.
    ``closes``: the operator acknowledged that it may be closed without one: it is forgotten when the proof fails.
    """

    subject: str
    host: str
    task: Task | None
    reason: str
    follows: bool = True
    closes: bool = False

    def text(self) -> str:
        return f"{self.subject}: {self.reason}"


@dataclass(frozen=True)
class Start:
    """The upgrade may be started now, from ``orchestrator``, a host of the inventory.

    ``upgrade_info``: the whole of the file that is always given. ``nodes``: the hosts that will be upgraded. ``online_afterwards``: by
    DataMiner ID of each pair, the host that must be online at the end. ``acknowledged``: what the operator takes upon himself, in
    words, for the evidence. ``forgets_lost``: the lost task has to be forgotten first, as the operator decided.
    """

    subject: str
    orchestrator: str
    task_id: str
    title: str
    upgrade_info: UpgradeInfo
    nodes: tuple[str, ...]
    policy: str
    online_afterwards: Mapping[int, str]
    acknowledged: tuple[str, ...] = ()
    forgets_lost: bool = False
    steps: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def text(self) -> str:
        """The plan: what would be done, in order, and which warnings stand."""
        lines = [f"{self.subject}: {self.title}", *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        return "\n".join([*lines, findings_text(self.findings)] if self.findings else lines)


Step = Done | Attach | Start | Refused


@dataclass(frozen=True)
class Upload:
    """Upload only: the package is laid on these nodes, its checks are run on all, and nothing is installed."""

    subject: str
    title: str
    copies_to: tuple[str, ...]
    checks_on: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def text(self) -> str:
        steps = (
            f"copy the package to {', '.join(self.copies_to) or 'no node: all have it'}, verified by its hash",
            f"run its checks on {', '.join(self.checks_on) or 'no node: it holds none'}",
            "keep it ready; nothing is installed and nothing restarts",
        )
        lines = [f"{self.subject}: {self.title}", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]
        return "\n".join([*lines, findings_text(self.findings)] if self.findings else lines)
