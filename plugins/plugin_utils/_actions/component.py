# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is upgraded, as L(TaskRun) needs it: a component fills these hooks, and the run does all the rest in one order for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from .._upgrade.proof import Proof
from .._upgrade.steps import Attach, Plan
from .._windows.display_lines import Progress
from .._windows.host import Host
from .._windows.waiting import Patience
from .run_evidence import Log, RunEvidence
from .under_way import Place

Starting = TypeVar("Starting", bound=Plan)
Attaching = TypeVar("Attaching", bound=Attach)
Seen = TypeVar("Seen")
End = TypeVar("End")
End_co = TypeVar("End_co", covariant=True)


class Followable(Protocol[End_co]):
    """Work that continues by itself once it was begun: a task of ours, an upgrade of many nodes, a request that a server works at."""

    @property
    def started_utc(self) -> str | None:
        """When it was begun, by its host's clock; None when it is not known."""

    @property
    def logs(self) -> Mapping[str, Log]:
        """Its logs as far as they were read, by any keys; {} for work that has none."""

    def follow(self, on_look: Callable[[], None]) -> End_co:
        """Stays with it to its end, and calls C(on_look) before every look, also one that comes to nothing.

        Raises StillRunning when a limit is reached first: nothing is ended for it.
        """


@dataclass(frozen=True)
class Restart:
    """A restart that a host owes. ``is_under_way``: it restarts by itself. ``boot_time``: the one of before, where it is known."""

    host: Host
    why: str
    services: tuple[str, ...]
    seconds: float
    pause: float
    boot_time: str | None = None
    is_under_way: bool = False


@dataclass(frozen=True)
class Outcome(Generic[Starting, Attaching, Seen, End]):
    """What came of a step. ``end``: how the work ended; None when there was none to be followed, or another run has verified it."""

    step: Starting | Attaching
    before: Seen
    after: Seen
    end: End | None
    proof: Proof
    restarted: bool


class Component(ABC, Generic[Starting, Attaching, Seen, End]):
    """The hooks, in the order in which they are called; a new component has to fill the abstract ones.

    They are typed by the steps that it is started and attached by, by what a look shows, and by how its work ended. A component is made
    for one run, and keeps what its hooks need of each other.

    ``is_called``: what is done to it, ``awaited``: what is waited for after it, in an operator's words.

    What a program upgrades on its own host, as a gateway, comes down to a row of its table, a command line and a list of signs::

        class Gateway(Component[Plan, Attach, Server, TaskStatus]):
            def __init__(self, host, row, options):
                self.task = LongTask(host, row.task_id, limits)
                self.watch = MsiLogWatch(row.logs)
                self.progress, self.evidence = Progress(host.name, ...), RunEvidence(...)

            def place(self, step):
                return Place(self.host.name, self.task.id)

            def prepare(self, step, seen):
                self.evidence.prepare(self.host.name)

            def start(self, step, seen):
                return self.followed(self.task.start(self.row.work(self.options)))

            def attach(self, step, seen):
                return self.followed(step.task) if step.task else None

            def followed(self, begun):
                return FollowedTask(self.task, begun.started_utc, self.watch)

            def restart_due(self, step, end):
                return Restart(self.host, "restarting the gateway", ...) if end and setup_exit_code(end.exit_code).reboot else None

            def patience(self, end):
                return Patience(self.options["health_minutes"] * 60, 10)

            def look(self):
                return detect.read(self.host.probe(detect.QUESTIONS))

            def signs(self, step, before, after, end):
                return Proof(self.row.signs(before, after, end))

            def facts(self, outcome):
                return {"before": outcome.before.title, "after": outcome.after.title}

            def failed(self, outcome, logs, evidence):
                return unproved(self.host.name, {"cause": outcome.proof.first_cause, "proof": evidence}, outcome.proof)

            def tidy_up(self, outcome):
                self.task.forget(lost_too=True)

            def done(self, outcome):
                return f"upgraded: {outcome.before.title} to {outcome.after.title}"

    What is no program, as agents that a management server pushes, gives a L(Followable) of its own, whose ``follow`` is L(Following).
    """

    progress: Progress
    evidence: RunEvidence
    is_called = "the upgrade"
    awaited = "the server"

    def runs_before(self, _seen: Seen) -> Place | None:
        """Where the work runs, or may run, by what was seen before the lock was taken; None when it is certain that it does not."""
        return None

    def hold(self, seen: Seen, *, may_run: bool) -> None:
        """Stops what must not work meanwhile, on other hosts."""

    @abstractmethod
    def place(self, step: Starting | Attaching) -> Place:
        """Where the work of a step runs."""

    def prepare(self, step: Starting, seen: Seen) -> None:
        """Everything that has to be there before a start. An error here has started nothing."""

    def make_room(self, step: Starting) -> None:
        """What is put away or written down on the host at the last moment. An error from here on may have started it."""

    @abstractmethod
    def start(self, step: Starting, seen: Seen) -> Followable[End]:
        """Starts it. Raises HandFailed with refusals when, and only when, nothing was started."""

    def refused(self, seen: Seen) -> None:
        """The start was refused: takes back what C(make_room) wrote."""

    @abstractmethod
    def attach(self, step: Attaching, seen: Seen) -> Followable[End] | None:
        """What was started before; None when only its proof is left."""

    def ended(self, end: End) -> End | None:
        """What its end means; None when another run has seen it, verified it and tidied up. Ends the action when it never began."""
        return end

    def restart_due(self, _step: Starting | Attaching, _end: End | None) -> Restart | None:
        """The restart that is owed now, None for none. Ends the action when it must not be done by us."""
        return None

    @abstractmethod
    def patience(self, end: End | None) -> Patience:
        """How long, from now on, it may take until everything is there again, and how often it is looked."""

    @abstractmethod
    def look(self) -> Seen:
        """What is seen now."""

    @abstractmethod
    def signs(self, step: Starting | Attaching, before: Seen, after: Seen, end: End | None) -> Proof:
        """Everything that was seen, compared with what it must be."""

    def is_settled(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> bool:
        """Whether looking again later would show nothing better."""
        return outcome.proof.is_settled

    def missing(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> str:
        """What is still waited for, in words."""
        return "; ".join(sign.title for sign in outcome.proof.disagreeing)

    @abstractmethod
    def facts(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> dict[str, Any]:
        """What the result says besides what every result says."""

    def evidence_facts(self, _outcome: Outcome[Starting, Attaching, Seen, End], _logs: Mapping[str, str]) -> dict[str, Any]:
        """What the proof in the folder of evidence says besides the result. ``logs``: where their copies are."""
        return {}

    def evidence_files(self, _outcome: Outcome[Starting, Attaching, Seen, End]) -> dict[str, Mapping[str, Any]]:
        """What is kept beside the proof, by the names of files."""
        return {}

    @abstractmethod
    def failed(self, outcome: Outcome[Starting, Attaching, Seen, End], logs: Mapping[str, str], evidence: str) -> str:
        """The failure in words. Forgets the work where the same command may begin anew: only after an end that was seen."""

    def tidy_up(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> None:
        """It is proved: clears away what was needed to continue after a break. Trouble with it makes no failure of it."""

    @abstractmethod
    def done(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> str:
        """What was reached, in words."""

    def goes_on(self, known: Place | None) -> Place | None:
        """Where the work continues after an error of ours, asked of its host. ``known``: where it may, by what this run knows."""
        return known

    def let_go(self, error: BaseException | None) -> None:
        """Starts again what C(hold) stopped. It is certain then that no work runs; ``error``: what ended this run, None for its end."""

    def left(self) -> str:
        """What stays stopped while the work continues without us, and how it is started again; '' for nothing."""
        return ""
