# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Following an upgrade on every node at once, by the nodes' own files: the end of the utility that started it is not its end (1.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..._dataminer.files.silence import Movement, Silence, Watch
from ..._dataminer.node import detect
from ..._dataminer.node.installation import Folder
from ..._dataminer.outcome import phases as run
from ..._dataminer.outcome.baseline import Baseline
from ..._dataminer.outcome.external_agents import with_outside
from ..._dataminer.outcome.phases import NodeRun, Phase, Run
from ..._dataminer.outcome.superseded import with_superseded
from ..._dataminer.package.names import PackageKind
from ..._dataminer.system import stored_packages
from ..._dataminer.system.cluster import ApiAgent
from ..._dataminer.system.observation import NodeView, Observation, Wanted
from ..._dataminer.system.situation import Situation
from ..._upgrade.facts import Fact
from ..._upgrade.questions import Questions
from ..._windows import waiting
from ..._windows.display_lines import Progress
from ..._windows.following import Limits, StillRunning
from ..._windows.host import TROUBLE, ConnectionLost, HandFailed, reading
from ..._windows.long_task import LongTask
from ..._windows.task_status import TaskStatus
from ..._windows.waiting import Patience
from ..run_evidence import Log
from .node_log import NodeLog
from .system import DataMinerSystem, LogonRefused, folders_of

BY_HAND = "new files are installed and automatic start is off: start DataMiner on this node now"
SAID = {
    Movement.STALLED: "its log has not moved for longer than any step takes; the upgrade is not ended on it for that: look at its console",
    Movement.BLIND: "it cannot be read at the moment; the upgrade continues there by itself",
    Movement.QUIET: "its log is quiet, as in long steps",
}
NO_LOG = "it has no log, and has had none for longer than any step takes; the upgrade is not ended on it for that: look at its console"


@dataclass(frozen=True)
class Followed:
    """What is followed: which nodes, with what they had before, None when it is not known, and the task of the utility.

    ``outside``: agents that are no host given, which the utility and the log of its node tell of.
    """

    names: tuple[str, ...]
    before: Baseline | None
    task: LongTask
    node: str
    outside: tuple[str, ...] = ()


@dataclass
class _Node:
    """One node as far as it was followed."""

    progress: Progress
    watch: Watch
    log: NodeLog
    folders: tuple[Folder, ...] = ()
    said: str = ""
    phase: Phase | None = None
    lost: Patience | None = None
    looks: int = 0


@dataclass(frozen=True)
class Ended:
    """How it ended: what the nodes show, and what the utility's task says."""

    run: Run
    status: TaskStatus


class Follow:
    """Looks at every node, one call each, until nothing more will happen on any of them."""

    def __init__(
        self,
        system: DataMinerSystem,
        wanted: Wanted,
        followed: Followed,
        limits: Limits,
        silence: Silence,
        expected_minutes: int | None,
        begin_seconds: float,
        started_utc: str | None,
    ) -> None:
        self._system = system
        self._wanted = wanted
        self._followed = followed
        self._limits = limits
        self._silence = silence
        self._begin_seconds = begin_seconds
        self.started_utc = started_utc
        self._status: TaskStatus | None = None
        self._watched = Patience(limits.give_up_seconds, limits.interval)
        began = waiting.monotonic()
        self._elapsed_before = 0.0
        # The one that starts it tells of the upload to all others, also where it takes no part itself.
        self._nodes = {
            name: _Node(Progress(name, system.secrets, expected_minutes), Watch.starting(began, silence), NodeLog(system.secrets))
            for name in dict.fromkeys((*followed.names, followed.node))
        }
        self._outside = {
            name: _Node(Progress(name, system.secrets, expected_minutes), Watch.starting(began, silence), NodeLog(system.secrets))
            for name in followed.outside
        }

    @property
    def logs(self) -> dict[str, Log]:
        """The logs as far as they were read, by node."""
        return {name: Log(f"{name}-progress.log", node.log.content) for name, node in self._nodes.items()}

    def follow(self, on_look: Callable[[], None]) -> Ended:
        """Stays with it until nothing more will happen on any node.

        A utility that has ended without any trace may have handed its work to the one in the tray: a trace is waited for.
        """
        beginning = Patience(self._begin_seconds)
        while True:
            ended = self._to_end(on_look)
            if not ended.run.never_began or beginning.is_over:
                return ended

    def _to_end(self, on_look: Callable[[], None]) -> Ended:
        """Follows to the end. Raises StillRunning when a limit is reached first: nothing is ended on any node for it."""
        good_looks, silent = 0, Patience(self._silence.quiet)
        while True:
            on_look()
            status = self._utility()
            seen = self._run()
            for one in seen.nodes.values():
                self._tell(one)
            # A folder is looked into at the second look after it was made.
            good_looks = good_looks + 1 if seen.is_over else 0
            # A utility that was running already may have taken over, and shows nothing before the first node has the package.
            silent = silent if seen.never_began else Patience(self._silence.quiet)
            if status is not None and (good_looks > 1 or silent.is_over):
                return Ended(seen, status)
            self._judge_patience(seen)
            self._watched.pause()

    def _run(self) -> Run:
        """How far every agent is that takes part."""
        seen, followed = self._look(), self._followed
        found = run.look(seen, self._wanted, followed.names, followed.before, utility_runs=self._runs(), silence=self._silence)
        found = with_superseded(found, seen, self._wanted, followed.before)
        code = self._status.exit_code if self._status is not None else None
        return with_outside(found, followed.outside, seen, self._wanted, followed.node, followed.before, self._silence, code)

    def _runs(self) -> bool:
        return self._status is None or self._status.is_running

    def _utility(self) -> TaskStatus | None:
        """The task's state; the last known one while its node cannot be asked. Once it has ended, it is not asked any more."""
        if self._runs():
            try:
                with self._system.logging_on(self._followed.node):
                    self._status = self._followed.task.status()
                self._elapsed_before = max(self._elapsed_before, self._status.elapsed_seconds - self._watched.waited)
            except (ConnectionLost, HandFailed):
                return self._status
        return self._status

    def _look(self) -> Observation:
        agents = Fact[tuple[ApiAgent, ...]].unread("the web API's list of agents", "it is not asked during an upgrade")
        return Observation({name: self._look_at(name, node) for name, node in self._nodes.items()}, agents)

    def _look_at(self, name: str, node: _Node) -> NodeView:
        now = waiting.monotonic()
        known = Fact.known(node.folders)
        try:
            answers = self._system.ask(name, {**_light(name), **stored_packages.questions(known)})
            with reading(name, "host_probe"):
                found, stored = detect.read(answers), stored_packages.read(known, answers)
                told = node.log.read(answers, node.folders)
        except LogonRefused as refused:
            raise StillRunning(name, self._followed.task.id, refused.reason, self._status) from None
        except TROUBLE as trouble:
            node.lost = node.lost or Patience(self._limits.patience_seconds)
            return NodeView(name, None, unreachable=str(trouble))
        node.lost = None
        node.looks += 1
        for step in told:
            node.progress.line(step.text, self._elapsed)
        node.watch = node.watch.saw(now, node.log.length)
        before = self._followed.before
        earlier = before.nodes[name].packages if before and name in before.nodes else frozenset()
        folders = folders_of(found, self._wanted.goal.file, earlier)
        node.folders = folders.value if folders.is_known else node.folders
        view = NodeView(name, found, packages=stored)
        return replace(view, web=self._system.web_version(name)) if self._wanted.goal.kind is PackageKind.WEB else view

    def _tell(self, one: NodeRun) -> None:
        """One line for each new phase, and for each change between moving and not moving."""
        node = self._of(one.name)
        if one.is_over and node.looks == 1:
            # The first look finds the folder whose log the second reads: its steps are told before their end.
            return
        if one.phase is not node.phase and one.phase is not Phase.UNSEEN:
            node.phase = one.phase
            by_hand = one.phase is Phase.STARTING and not self._wanted.options.automatic_start
            node.progress.line(BY_HAND if by_hand else one.words, self._elapsed)
        said = "" if one.is_over or one.name in self._outside else _said(node.watch, waiting.monotonic())
        if said and said != node.said:
            node.progress.line(said, self._elapsed)
        node.said = said

    def _judge_patience(self, seen: Run) -> None:
        lost = {name: node.lost for name, node in self._nodes.items() if node.lost is not None}
        if gone := [name for name, wait in lost.items() if wait.is_over]:
            longest = max(wait.waited for wait in lost.values())
            raise self._still_running(seen, f"not reachable for {longest / 60:.0f} min: {', '.join(gone)}")
        if self._watched.is_over:
            raise self._still_running(seen, f"watched for {self._watched.waited / 60:.0f} min")

    def _still_running(self, seen: Run, reason: str) -> StillRunning:
        now = waiting.monotonic()
        words = [f"{one}{self._stalled(one.name, now)}" for one in seen.nodes.values() if not one.is_over]
        return StillRunning(self._followed.node, self._followed.task.id, "; ".join([reason, *words]), self._status)

    def _of(self, name: str) -> _Node:
        return self._outside[name] if name in self._outside else self._nodes[name]

    def _stalled(self, name: str, now: float) -> str:
        movement = Movement.WAITING if name in self._outside else self._nodes[name].watch.movement(now)
        return f" ({movement.value})" if movement in (Movement.STALLED, Movement.BLIND) else ""

    @property
    def _elapsed(self) -> float:
        return self._elapsed_before + self._watched.waited


def _said(watch: Watch, now: float) -> str:
    movement = watch.movement(now)
    return NO_LOG if movement is Movement.STALLED and watch.length is None else SAID.get(movement, "")


def _light(name: str) -> Questions:
    """What is asked at every look: no web page, which waits for its time limit while the web server is down."""
    return {key: question for key, question in detect.questions(name).items() if question["kind"] not in ("http", "tcp")}


def part_of(seen: Observation, wanted: Wanted) -> tuple[str, ...]:
    """The nodes that an upgrade that was begun before is followed on."""
    return tuple(node.name for node in Situation(seen, wanted).scope.chosen)


def outside_of(seen: Observation, wanted: Wanted) -> tuple[str, ...]:
    """The agents of an upgrade that are no host given."""
    return Situation(seen, wanted).scope.outside
