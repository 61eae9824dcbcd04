# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The upgrade of a DataMiner System, as a run of it needs it: the utility, every node that it upgrades, and what proves it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
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
from ..._upgrade.texts import NOTHING_STARTED
from ..._windows.display_lines import Progress
from ..._windows.following import Limits
from ..._windows.host import AnswerUnreadable, reading
from ..._windows.long_task import LongTask, Work
from ..._windows.upgrade_action import Stop
from ..._windows.waiting import Patience
from ..component import Component, Outcome
from ..run_evidence import RunEvidence
from ..under_way import Place
from .evidence import BEFORE, package, started_with, waived
from .failure import Afterwards, afterwards, failure, while_the_utility_runs
from .follow import Ended, Follow, Followed, outside_of, part_of
from .preparation import Preparation
from .system import Seen

HEALTH_INTERVAL_SECONDS = 15.0
# How long a utility with nothing left to do is waited for, before it is left to itself.
UTILITY_ENDS_SECONDS = 60.0
LARGEST_BASELINE = 4 * 1024 * 1024
CLOSED = "an upgrade that has ended and could not be verified is closed: it is not followed and verified any more"
CLOSED_TEXT = "  closed   as acknowledged: the record of this upgrade was removed and no longer blocks the next one"
SystemOutcome = Outcome[Start, Attach, Seen, Ended]


class UpgradeRun(Component[Start, Attach, Seen, Ended]):
    """A DataMiner System whose nodes are upgraded together: made ready, started from one node, and followed on all."""

    awaited = "the last of it"

    def __init__(self, prepared: Preparation, seen: Seen) -> None:
        options, goal = prepared.options, prepared.wanted().goal
        self._prepared = prepared
        self._options = options
        self._pause = options["poll_interval_seconds"] or HEALTH_INTERVAL_SECONDS
        self._limits = Limits(options["patience_minutes"] * 60, options["give_up_minutes"] * 60, options["poll_interval_seconds"])
        name, nodes = seen.observation.name, seen.observation.nodes
        self.progress = self._of(name)
        self.evidence = RunEvidence(options["evidence_directory"], name, goal.title, prepared.system.secrets, self.progress.line, nodes)
        self._before: Baseline | None = None
        self._waived = waived(seen)
        self._names: tuple[str, ...] = ()
        self._followed: Followed | None = None

    def make_ready(self, step: Start, renew: Callable[[], None]) -> Seen:
        """Brings the package to the node that starts the upgrade, has its checks run on every node, and looks at everything again."""
        staging = self._prepared.staging
        self.evidence.prepare(self.progress.host)
        # A node that has the package by its hash is not sent it again.
        if step.orchestrator not in staging.owners([step.orchestrator]):
            self._of(step.orchestrator).line(f"bringing {self._prepared.source.file}")
            staging.copy_to(step.orchestrator)
        checks = self._prepared.run_checks(list(self._prepared.system.hosts), renew)
        return self._prepared.look(checks)

    def place(self, step: Start | Attach) -> Place:
        wanted = self._prepared.wanted()
        return Place(step.orchestrator, step.task_id) if isinstance(step, Start) else Place(step.host, wanted.task_id)

    def prepare(self, step: Start, seen: Seen) -> None:
        """Writes down what was, here and beside the upgrade, and how it is started: never without UpgradeInfo.xml."""
        host, staging = step.orchestrator, self._prepared.staging
        how = started_with(self._prepared.wanted().goal, step, seen, self._options.get("backup"))
        self._before = baseline.take(seen.observation, step.online_afterwards, seen.api.counts, seen.api.alarms, step.acknowledged, how)
        self._waived, self._names = waived(seen), step.nodes
        self.evidence.write_down(BEFORE, baseline.document(self._before), self.progress.host)
        staging.write(host, staging.paths.baseline, baseline.write(self._before))
        staging.write(host, staging.paths.upgrade_info, write_upgrade_info(step.upgrade_info))
        if step.forgets_lost:
            self._forget_lost(seen, step.task_id)
        # What cannot be started like this is not to be found out by starting it.
        self._work(step, seen)

    def start(self, step: Start, seen: Seen) -> Follow:
        task = self._task(self.place(step))
        status = task.start(self._work(step, seen), self._of(step.orchestrator).line)
        return self._follow(task, step.orchestrator, seen, status.started_utc)

    def attach(self, step: Attach, seen: Seen) -> Follow | None:
        self._waived, self._names = waived(seen), part_of(seen.observation, self._prepared.wanted())
        if not step.host:
            return None
        self._before = self._baseline_on(step.host)
        return self._follow(self._task(self.place(step)), step.host, seen, step.task.started_utc if step.task else None)

    def patience(self, end: Ended | None) -> Patience:
        # The session of before may be with a node that took no part, and tells the version of that one.
        self._prepared.system.close()
        fails_already = end is not None and (bool(end.run.failed) or end.run.never_began)
        return Patience(0 if fails_already else self._options["health_minutes"] * 60, self._pause)

    def look(self) -> Seen:
        return self._prepared.system.observe(self._prepared.wanted(), first=self._names)

    def signs(self, _step: Start | Attach, _before: Seen, after: Seen, end: Ended | None) -> Proof:
        run = end.run if end else None
        return proof.of(after.observation, after.api.as_after(), self._prepared.wanted(), self._names, self._before, run)

    def facts(self, outcome: SystemOutcome) -> dict[str, Any]:
        goal, end, step = self._prepared.wanted().goal, outcome.end, outcome.step
        closed = (CLOSED,) if isinstance(step, Attach) and step.closes else ()
        return {
            "target": goal.title,
            "nodes": end.run.as_result() if end else [],
            "acknowledged": [*outcome.proof.acknowledged, *closed],
            "started_with": dict(self._before.started_with) if self._before else {"package": package(goal)},
            "waived": self._waived,
            "exit_code": end.status.exit_code if end else None,
            "system": outcome.after.observation.as_result(),
        }

    def evidence_files(self, _outcome: SystemOutcome) -> dict[str, Mapping[str, Any]]:
        return {BEFORE: baseline.document(self._before)} if self._before else {}

    def failed(self, outcome: SystemOutcome, _logs: Mapping[str, str], evidence: str) -> str:
        """Where it is certain that nothing of it runs, the same command begins anew."""
        seen, end, followed, then = outcome.after.observation, outcome.end, self._followed, Afterwards.PROVES_AGAIN
        if followed is not None and end is not None and not end.status.is_running:
            still = all(what.is_known and not what.value for what in seen.upgrades_running.values())
            then = afterwards(end.run, still, self._options["restart_lost"])
            if then is Afterwards.BEGINS_ANEW:
                followed.task.forget(lost_too=True)
        elif end is not None and end.run.failed:
            then = while_the_utility_runs(end.run)
        first = to_start_first(seen, self._prepared.wanted()) if then is Afterwards.BEGINS_ANEW else ()
        text = failure(seen.name, outcome.proof, end, evidence, then, first)
        if followed is not None and isinstance(outcome.step, Attach) and outcome.step.closes:
            # It has ended, and the operator said by name that nobody will prove it.
            followed.task.forget(lost_too=True)
            return f"{text}\n{CLOSED_TEXT}"
        return text

    def tidy_up(self, _outcome: SystemOutcome) -> None:
        """Proved: what was needed to continue after a break is needed no more."""
        if self._followed is None:
            return
        host, paths = self._prepared.system.hosts[self._followed.node], self._prepared.staging.paths
        task = self._followed.task
        # Its end is not that of the upgrade: it may take a moment longer, or wait for ever for somebody to close its window (1.1).
        wait = Patience(min(UTILITY_ENDS_SECONDS, self._limits.patience_seconds), self._pause)
        wait.until(task.status, lambda status: not status.is_running)
        task.forget(lost_too=True)
        for path in (paths.baseline, paths.upgrade_info):
            host.run("ansible.windows.win_file", {"path": path, "state": "absent"})

    def done(self, _outcome: SystemOutcome) -> str:
        outside = self._followed.outside if self._followed else ()
        return f"{self._prepared.wanted().goal.title} on {', '.join([*self._names, *outside])}"

    def _task(self, place: Place) -> LongTask:
        return self._prepared.system.long_task(*place, self._limits)

    def _follow(self, task: LongTask, host: str, seen: Seen, started_utc: str | None) -> Follow:
        wanted, options = self._prepared.wanted(), self._options
        self._followed = Followed(self._names, self._before, task, host, outside_of(seen.observation, wanted))
        return Follow(
            self._prepared.system,
            wanted,
            self._followed,
            self._limits,
            _silence(options["stall_minutes"], options["begin_minutes"]),
            options["expected_minutes"],
            options["begin_minutes"] * 60,
            started_utc,
        )

    def _of(self, host: str) -> Progress:
        return Progress(host, self._prepared.system.secrets)

    def _work(self, step: Start, seen: Seen) -> Work:
        paths = self._prepared.staging.paths
        utilities = seen.observation.reached[step.orchestrator].utilities.value
        try:
            command = upgrade(utilities[0], paths.package, paths.upgrade_info)
        except InvalidCommand as error:
            raise Stop(f"the upgrade cannot be started like this: {error}; {NOTHING_STARTED}") from error
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
                self._task(Place(name, task_id)).forget(lost_too=True)

    def _baseline_on(self, host: str) -> Baseline | None:
        """What was written down before the start; None when it is gone or cannot be read, which the proof says."""
        path = self._prepared.staging.paths.baseline
        try:
            data = self._prepared.system.ask(host, {"before": file_text(path, max_bytes=LARGEST_BASELINE)}).data("before")
            with reading(host, "host_probe"):
                content = base64.b64decode(Fields(data).need_text("bytes")) if data else None
            return baseline.read(content) if content is not None else None
        except (Unreadable, NotReadable, AnswerUnreadable) as error:
            self.progress.line(f"what was before the upgrade cannot be read: {error}")
            return None


def _silence(stall_minutes: float, begin_minutes: float) -> Silence:
    """The limits of silence by the longest ones; the shorter ones are never above them."""
    stalled = stall_minutes * 60
    return Silence(min(DEFAULT_SILENCE.quiet, stalled, begin_minutes * 60), min(DEFAULT_SILENCE.blind, stalled), stalled)
