# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One upgrade of a DataMiner System, from its start, or from where another controller left it, to its proof."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ..._dataminer.files.silence import DEFAULT_SILENCE, Silence
from ..._dataminer.files.state_xml import NotReadable
from ..._dataminer.outcome import baseline, proof
from ..._dataminer.outcome.baseline import Baseline
from ..._dataminer.system.reasons import Attach, Start
from ..._dataminer.upgrade.decide import to_start_first
from ..._dataminer.utility.command import InvalidCommand, upgrade
from ..._dataminer.utility.upgrade_info import write_upgrade_info
from ..._upgrade.fields import Fields
from ..._upgrade.proof import Proof
from ..._upgrade.questions import Unreadable, file_text
from ..._windows import waiting
from ..._windows.display_lines import Progress
from ..._windows.following import Limits
from ..._windows.group_lock import GroupLock
from ..._windows.host import TROUBLE, AnswerUnreadable, HandFailed, reading
from ..._windows.long_task import LongTask, Work
from ..._windows.upgrade_action import Stop, still_running
from .evidence import RunEvidence, package, started_with, waived
from .failure import Afterwards, afterwards, failure, while_the_utility_runs
from .follow import Ended, Follow, Followed, outside_of, part_of
from .preparation import Preparation
from .system import Seen

HEALTH_INTERVAL_SECONDS = 15.0
# How long a utility with nothing left to do is waited for, before it is left to itself.
UTILITY_ENDS_SECONDS = 60.0
LARGEST_BASELINE = 4 * 1024 * 1024


class UpgradeRun:
    """Makes an upgrade ready, starts it or attaches to it, follows it on every node, and proves its outcome."""

    def __init__(self, prepared: Preparation, seen: Seen) -> None:
        options = prepared.options
        self._prepared = prepared
        self._options = options
        self._interval = options["poll_interval_seconds"]
        self._limits = Limits(options["patience_minutes"] * 60, options["give_up_minutes"] * 60, self._interval)
        self._progress = self._of(seen.observation.name)
        self._evidence = RunEvidence(
            options["evidence_directory"],
            seen.observation.name,
            seen.observation.nodes,
            prepared.wanted().goal.title,
            prepared.system.secrets,
            self._progress.line,
        )
        self._before: Baseline | None = None
        self._waived = waived(seen)
        self._names: tuple[str, ...] = ()
        self._outside: tuple[str, ...] = ()
        self._told = ""
        # The node and the task of what may be going on there, from its start until its end was seen.
        self._under_way: tuple[str, str] | None = None
        self.acknowledged: tuple[str, ...] = ()
        self.renew_lock: Callable[[], None] = lambda: None

    @contextlib.contextmanager
    def protected_by(self, lock: GroupLock) -> Iterator[None]:
        """Keeps the lock when an error ends this run while the upgrade goes on, or may go on, without it, and tells it as that."""
        self.renew_lock = lock.renew
        try:
            yield
        except BaseException as error:
            lock.protects_work = self._under_way is not None
            told = still_running(error, *self._under_way) if self._under_way else error
            if told is error:
                raise
            raise told from error

    def make_ready(self, step: Start) -> Seen:
        """Brings the package to the node that starts the upgrade, has its checks run on every node, and looks at everything again."""
        staging = self._prepared.staging
        self._evidence.prepare()
        # A node that has the package by its hash is not sent it again.
        if step.orchestrator not in staging.owners([step.orchestrator]):
            self._of(step.orchestrator).line(f"bringing {self._prepared.source.file}")
            staging.copy_to(step.orchestrator)
        checks = self._prepared.run_checks(list(self._prepared.system.hosts), self.renew_lock)
        return self._prepared.look(checks)

    def start(self, step: Start, seen: Seen) -> Followed:
        """Writes down what was, then starts the utility on the orchestrator, never without UpgradeInfo.xml."""
        host, staging = step.orchestrator, self._prepared.staging
        how = started_with(self._prepared.wanted().goal, step, seen, self._options.get("backup"))
        self._before = baseline.take(seen.observation, step.online_afterwards, seen.api.counts, seen.api.alarms, step.acknowledged, how)
        self._waived, self._names = waived(seen), step.nodes
        self._evidence.keep_before(self._before)
        staging.write(host, staging.paths.baseline, baseline.write(self._before))
        staging.write(host, staging.paths.upgrade_info, write_upgrade_info(step.upgrade_info))
        task = self._prepared.system.long_task(host, step.task_id, self._limits)
        if step.forgets_lost:
            self._forget_lost(seen, step.task_id)
        work = self._work(step, seen)
        self._under_way = (host, step.task_id)
        try:
            status = task.start(work, self._of(host).line)
        except HandFailed as failed:
            if failed.refusals:
                # A refusal comes before anything is started; any other failure of the hand says nothing about that.
                self._under_way = None
            raise
        self._evidence.began = status.started_utc
        return self._followed(step.nodes, task, host, seen)

    def attach(self, step: Attach, seen: Seen) -> Followed | None:
        """What was started before; None when only its proof is left."""
        wanted = self._prepared.wanted()
        self._waived, self._names = waived(seen), part_of(seen.observation, wanted)
        if not step.host:
            return None
        self._under_way = (step.host, wanted.task_id) if step.follows else None
        self._before = self._baseline_on(step.host)
        self._evidence.began = step.task.started_utc if step.task else None
        task = self._prepared.system.long_task(step.host, wanted.task_id, self._limits)
        return self._followed(self._names, task, step.host, seen)

    def _followed(self, names: tuple[str, ...], task: LongTask, host: str, seen: Seen) -> Followed:
        self._outside = outside_of(seen.observation, self._prepared.wanted())
        return Followed(names, self._before, task, host, self._outside)

    def follow(self, followed: Followed) -> Ended:
        """Stays with it until nothing more will happen on any node.

        A utility that has ended without any trace may have handed its work to the one in the tray: a trace is waited for.
        """
        silence = _silence(self._options["stall_minutes"], self._options["begin_minutes"])
        follow = Follow(
            self._prepared.system,
            self._prepared.wanted(),
            followed,
            self._limits,
            silence,
            self._options["expected_minutes"],
            self.renew_lock,
        )
        latest = waiting.monotonic() + self._options["begin_minutes"] * 60
        try:
            while True:
                ended = follow.to_end()
                if not ended.run.never_began or waiting.monotonic() > latest:
                    self._under_way = None
                    return ended
        finally:
            self._evidence.keep_logs({name: log.content for name, log in follow.logs.items()})

    def prove(self, followed: Followed | None, ended: Ended | None, *, started: bool) -> dict[str, Any]:
        """Looks until everything is there again or the time for it is over, and holds it against what it has to be."""
        fails_already = ended is not None and (bool(ended.run.failed) or ended.run.never_began)
        seen, proved = self._settled(0 if fails_already else self._options["health_minutes"] * 60, ended)
        result = self._result(seen, proved, ended, started)
        path = self._evidence.keep_proof(result, self._before)
        if not proved.proven:
            raise Stop(self._failed(seen, proved, followed, ended, path), still_running=False, **result)
        if followed is not None:
            self._tidy_up(followed)
        title = self._prepared.wanted().goal.title
        nodes = ", ".join([*self._names, *self._outside])
        self._progress.line(f"{title} on {nodes}, proved by {len(proved.items)} things that agree; evidence in {path}")
        return result

    def _failed(self, seen: Seen, proved: Proof, followed: Followed | None, ended: Ended | None, path: str) -> str:
        """The failure in words. Where it is certain that nothing of it goes on, the same command begins anew."""
        then = Afterwards.PROVES_AGAIN
        if followed is not None and ended is not None and not ended.status.is_running:
            still = all(what.is_known and not what.value for what in seen.observation.upgrades_running.values())
            then = afterwards(ended.run, still, self._options["restart_lost"])
            if then is Afterwards.BEGINS_ANEW:
                followed.task.forget(lost_too=True)
        elif ended is not None and ended.run.failed:
            then = while_the_utility_runs(ended.run)
        first = to_start_first(seen.observation, self._prepared.wanted()) if then is Afterwards.BEGINS_ANEW else ()
        return failure(seen.observation.name, proved, ended, path, then, first)

    def _result(self, seen: Seen, proved: Proof, ended: Ended | None, started: bool) -> dict[str, Any]:
        goal = self._prepared.wanted().goal
        return {
            "changed": ended is not None,
            "step": "started" if started else "attached" if ended else "proved",
            "target": goal.title,
            "nodes": ended.run.as_result() if ended else [],
            "evidence": proved.as_result(),
            "acknowledged": [*proved.acknowledged, *self.acknowledged],
            "started_with": dict(self._before.started_with) if self._before else {"package": package(goal)},
            "waived": self._waived,
            "exit_code": ended.status.exit_code if ended else None,
            "system": seen.observation.as_result(),
            "evidence_directory": self._evidence.folder,
        }

    def _work(self, step: Start, seen: Seen) -> Work:
        paths = self._prepared.staging.paths
        utilities = seen.observation.reached[step.orchestrator].utilities.value
        try:
            command = upgrade(utilities[0], paths.package, paths.upgrade_info)
        except InvalidCommand as error:
            raise Stop(f"the upgrade cannot be started like this: {error}; nothing was started") from error
        return Work(
            task_id=step.task_id,
            title=step.title,
            exe=command.exe,
            arguments=command.arguments,
            run_as=self._prepared.runs_as,
            secrets=command.secrets,
            working_directory=command.working_directory,
        )

    def _forget_lost(self, seen: Seen, task_id: str) -> None:
        for name, view in seen.observation.nodes.items():
            if view.has_task:
                self._prepared.system.long_task(name, task_id, self._limits).forget(lost_too=True)

    def _baseline_on(self, host: str) -> Baseline | None:
        """What was written down before the start; None when it is gone or cannot be read, which the proof says."""
        path = self._prepared.staging.paths.baseline
        try:
            data = self._prepared.system.ask(host, {"before": file_text(path, max_bytes=LARGEST_BASELINE)}).data("before")
            with reading(host, "host_probe"):
                content = base64.b64decode(Fields(data).need_text("bytes")) if data else None
            return baseline.read(content) if content is not None else None
        except (Unreadable, NotReadable, AnswerUnreadable) as error:
            self._progress.line(f"what was before the upgrade cannot be read: {error}")
            return None

    def _settled(self, seconds: float, ended: Ended | None) -> tuple[Seen, Proof]:
        """What is seen in the end, and what it proves: looked at until it is proved, or cannot be any more, or the time is over."""
        wanted = self._prepared.wanted()
        end = waiting.monotonic() + seconds
        # The session of before may be with a node that took no part, and tells the version of that one.
        self._prepared.system.close()
        while True:
            self.renew_lock()
            seen = self._prepared.system.observe(wanted, first=self._names)
            proved = proof.of(seen.observation, seen.api.as_after(), wanted, self._names, self._before, ended.run if ended else None)
            if proved.is_settled or waiting.monotonic() > end:
                return seen, proved
            self._tell_once(f"waiting for the last of it: {'; '.join(item.title for item in proved.disagreeing)}")
            waiting.sleep(self._interval or HEALTH_INTERVAL_SECONDS)

    def _of(self, host: str) -> Progress:
        return Progress(host, self._prepared.system.secrets)

    def _tell_once(self, what: str) -> None:
        if what != self._told:
            self._told = what
            self._progress.line(what)

    def _tidy_up(self, followed: Followed) -> None:
        """Proved: what was needed to go on after a break is needed no more. What cannot be cleared away does not make a failure of it."""
        host, paths = self._prepared.system.hosts[followed.node], self._prepared.staging.paths
        try:
            self._wait_for_utility(followed)
            followed.task.forget(lost_too=True)
            for path in (paths.baseline, paths.upgrade_info):
                host.run("ansible.windows.win_file", {"path": path, "state": "absent"})
        except TROUBLE as trouble:
            self._of(followed.node).line(f"the upgrade is done; the next run clears away what is left of it here: {trouble}")

    def _wait_for_utility(self, followed: Followed) -> None:
        """Its end is not that of the upgrade: it may take a moment longer, or wait for ever for somebody to close its window (1.1)."""
        end = waiting.monotonic() + min(UTILITY_ENDS_SECONDS, self._limits.patience_seconds)
        while followed.task.status().is_running and waiting.monotonic() < end:
            self.renew_lock()
            waiting.sleep(self._interval or HEALTH_INTERVAL_SECONDS)


def _silence(stall_minutes: float, begin_minutes: float) -> Silence:
    """The limits of silence by the longest ones; the shorter ones are never above them."""
    stalled = stall_minutes * 60
    return Silence(min(DEFAULT_SILENCE.quiet, stalled, begin_minutes * 60), min(DEFAULT_SILENCE.blind, stalled), stalled)
