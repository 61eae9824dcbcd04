# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The upgrade of one management server, as a run of it needs it: setup, what is watched of it, what is looked at, and what proves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from ..._installer.exit_codes import setup_exit_code
from ..._scom.group import server as member
from ..._scom.group.health import SERVER_SERVICES
from ..._scom.management_server import order, proof
from ..._scom.management_server.observation import Observation, Wanted
from ..._scom.management_server.others_still import has_to_hold
from ..._scom.management_server.reasons import Attach, Start
from ..._scom.setup.logs.verdict import Verdict
from ..._upgrade.proof import Proof
from ..._upgrade.questions import processes
from ..._upgrade.texts import RUN_AGAIN
from ..._windows.display_lines import Progress
from ..._windows.explanation import explain
from ..._windows.following import Limits
from ..._windows.host import TROUBLE, reading
from ..._windows.long_task import LongTask, Work
from ..._windows.patient_look import look_until
from ..._windows.task_status import TaskState, TaskStatus
from ..._windows.upgrade_action import Stop, UpgradeAction
from ..._windows.waiting import Once, Patience
from ..component import Component, Outcome, Restart
from ..followed_task import FollowedTask
from ..poll_interval import poll_interval
from ..run_evidence import RunEvidence
from ..under_way import Place
from .failure import failure, is_judged_failed
from .options import setup_command, setup_path
from .server import ScomServer
from .setup_watch import WATCHED, SetupWatch
from .variables import PRODUCT

HEALTH_INTERVAL_SECONDS = 10.0
SetupOutcome = Outcome[Start, Attach, Observation, TaskStatus]


class SetupRun(Component[Start, Attach, Observation, TaskStatus]):
    """One management server that setup upgrades, while the other servers' services are stopped."""

    is_called = "setup"

    def __init__(self, action: UpgradeAction, server: ScomServer, options: Mapping[str, Any], wanted: Wanted) -> None:
        self._server = server
        self._options = options
        self._wanted = wanted
        self._command = setup_command(options)
        self._pause = poll_interval(options, PRODUCT) or HEALTH_INTERVAL_SECONDS
        limits = Limits(options["patience_minutes"] * 60, options["give_up_minutes"] * 60, poll_interval(options, PRODUCT))
        name = server.host.name
        self.task: LongTask = server.long_task(limits)
        self._place = Place(name, self.task.id)
        self.progress = Progress(name, action.secrets, options["expected_minutes"])
        self.evidence = RunEvidence(options["evidence_directory"], name, wanted.target.value, action.secrets, self.progress.line)
        self._watch = SetupWatch(self.progress, action.secrets)
        self._verdict: Verdict | None = None

    def observe_patiently(self, worth_waiting: Callable[[Observation], bool]) -> Observation:
        """What is seen, looked at again for a while when only time is missing, such as until a server is healthy."""
        seen = self.look()
        if not worth_waiting(seen):
            return seen
        self.progress.line("waiting until the first management server is healthy")
        tell = Once(lambda what: self.progress.line(f"waiting for {self.awaited}: {what}"))
        return look_until(
            self.look,
            lambda now: not worth_waiting(now),
            self.patience(None),
            on_trouble=lambda trouble: tell(f"it does not answer ({trouble})"),
        )

    def runs_before(self, seen: Observation) -> Place | None:
        """By what is seen of its task: one that has ended may have left others behind."""
        task = seen.task
        if task is None or task.state == TaskState.ABSENT.value:
            return None
        has_ended = task.state != TaskState.RUNNING.value and isinstance(task, TaskStatus) and self._has_ended(task)
        return None if has_ended else self._place

    def hold(self, seen: Observation, *, may_run: bool) -> None:
        """Holds the other servers' services still while the first server is upgraded."""
        held = self._server.held
        if held.mine and not may_run:
            # Left by an earlier try to upgrade another server first.
            held.release_mine()
        if has_to_hold(seen, self._wanted, may_run=may_run):
            self.progress.line("stopping the services of the other management servers")
            held.hold_others(self.progress.line if may_run else None)

    def place(self, _step: Start | Attach) -> Place:
        return self._place

    def prepare(self, step: Start, _seen: Observation) -> None:
        self.evidence.prepare()
        self.progress.line(step.title)

    def make_room(self, step: Start) -> None:
        """The mark outlives the task of a setup that failed."""
        if step.forgets_lost:
            self.task.forget(lost_too=True)
        self._mark("present")

    def start(self, step: Start, _seen: Observation) -> FollowedTask:
        return self._followed(self.task.start(self._work(step.title), self.progress.line), step.title)

    def refused(self, seen: Observation) -> None:
        if not order.has_begun(seen.me, self._wanted.target):
            self._mark("absent")

    def attach(self, step: Attach, _seen: Observation) -> FollowedTask | None:
        if step.task is None:
            return None
        self.progress.line(step.reason)
        return self._followed(step.task, step.reason)

    def ended(self, end: TaskStatus) -> TaskStatus | None:
        if end.state is TaskState.ABSENT and end.launch_error:
            raise Stop(f"{self._server.host.name}: setup did not begin: {end.launch_error}. Fix this, then {RUN_AGAIN}.")
        if end.state is TaskState.ABSENT:
            self.progress.line("another run has seen the end of this setup, verified it and tidied up; verifying what is there now")
            return None
        self._verdict = self._watch.verdict(end)
        return end

    def restart_due(self, step: Start | Attach, end: TaskStatus | None) -> Restart | None:
        if end is None:
            owed = isinstance(step, Attach) and step.restarts
            return (
                self._restart("restarting the server: it is at the target, does not work, and Windows waits for a restart")
                if owed
                else None
            )
        code = setup_exit_code(end.exit_code) if end.exit_code is not None else None
        if code is None or not code.reboot or end.rebooted_since:
            return None
        if not self._options["reboot"]:
            raise Stop(
                f"{self._server.host.name}: setup ended with exit code {end.exit_code}: {code.meaning}. Restart the server, then run "
                "the same command again to have the upgrade verified; setup is not started again."
            )
        return self._restart("restarting the server, as setup asks for it", end.boot_time_utc, code.rebooting)

    def patience(self, _end: TaskStatus | None) -> Patience:
        return Patience(self._options["health_minutes"] * 60, self._pause)

    def look(self) -> Observation:
        return self._server.observe(self.task)

    def signs(self, step: Start | Attach, before: Observation, after: Observation, end: TaskStatus | None) -> Proof:
        return proof.of(before, after, self._wanted.target, end, self._verdict, acknowledged=self._is_acknowledged(step))

    def is_settled(self, outcome: SetupOutcome) -> bool:
        return proof.is_settled(outcome.after, self._wanted.target)

    def missing(self, outcome: SetupOutcome) -> str:
        return outcome.after.me.health.text()

    def facts(self, outcome: SetupOutcome) -> dict[str, Any]:
        return {
            "before": outcome.before.me.title,
            "after": outcome.after.me.title,
            "exit_code": outcome.end.exit_code if outcome.end else None,
            "rebooted": outcome.restarted,
        }

    def evidence_facts(self, outcome: SetupOutcome, logs: Mapping[str, str]) -> dict[str, Any]:
        return {"logs": dict(logs), "waived": outcome.after.judgement.as_result()["waived"]}

    def failed(self, outcome: SetupOutcome, logs: Mapping[str, str], evidence: str) -> str:
        """What failed is known and kept; a lost or unproven setup stays on the host, to be looked at again."""
        seen, end, target = outcome.after, outcome.end, self._wanted.target
        if is_judged_failed(seen, target, end):
            self.task.forget()
        return failure(self._server.host.name, outcome.proof, end, logs, evidence, is_at_target=seen.me.release is target)

    def tidy_up(self, outcome: SetupOutcome) -> None:
        if order.has_begun(outcome.after.me, self._wanted.target):
            self._mark("absent")
        self.task.forget(lost_too=True)

    def done(self, outcome: SetupOutcome) -> str:
        before, after = outcome.before.me.title, outcome.after.me.title
        return f"upgraded: {before} to {after}" if outcome.end and before != after else f"at the target: {after}"

    def goes_on(self, known: Place | None) -> Place | None:
        """Another run of the same work may have started it meanwhile."""
        status = self.task.status()
        if status.state is TaskState.ABSENT and known is None:
            return None
        return self._place if status.is_running or not self._has_ended(status) else None

    def let_go(self, error: BaseException | None) -> None:
        """Puts back whatever is held of the others. A failure stays the first thing to be told."""
        name = self._server.host.name
        try:
            if self._server.held.release_others() and error is None:
                self.progress.line("the services of the other management servers are back")
        except Stop as trouble:
            if error is None:
                raise Stop(f"{name}: done with this server itself. {trouble.text}", still_running=False) from trouble
            if isinstance(error, Stop):
                raise Stop(f"{error.text}\n{trouble.text}", **error.facts) from error
            if isinstance(error, Exception):
                raise Stop(f"{explain(error, name)}\n{trouble.text}", still_running=False) from error

    def left(self) -> str:
        return self._server.held.left()

    def _followed(self, begun: Any, title: str) -> FollowedTask:
        if isinstance(begun, TaskStatus) and begun.spec_hash not in (None, "", self._work(title).spec_hash):
            self.progress.line("it was started with another command line, account or media than this run has, and continues with those")
        return FollowedTask(self.task, begun.started_utc, self._watch, self._has_ended)

    def _work(self, title: str) -> Work:
        return Work(
            task_id=self.task.id,
            title=title,
            exe=setup_path(self._options),
            arguments=self._command.arguments,
            run_as=self._server.account,
            logs=WATCHED,
            secrets=self._command.secrets,
        )

    def _mark(self, state: str) -> None:
        """Writes on the server that a setup was begun here, or takes it away."""
        value = {"name": self.task.id, "data": "begun", "type": "string"}
        self._server.host.run("ansible.windows.win_regedit", {"path": f"HKLM:\\{member.BEGUN_KEY}", **value, "state": state})

    def _is_acknowledged(self, step: Start | Attach) -> bool:
        """How a setup ended can be taken upon oneself only when it had ended before this was said."""
        had_ended = isinstance(step, Attach) and step.task is not None and step.task.state != TaskState.RUNNING.value
        return had_ended and bool(self._options["setup_acknowledged"])

    def _restart(self, why: str, boot_time: str | None = None, is_under_way: bool = False) -> Restart:
        seconds = self._options["health_minutes"] * 60
        return Restart(self._server.host, why, SERVER_SERVICES, seconds, self._pause, boot_time, is_under_way)

    def _has_ended(self, status: TaskStatus) -> bool:
        """Whether setup is over: a bootstrap that returns early leaves the program behind that does the work (4 U).

        What a watcher that died without a result has left behind only the host can say, or a task that is there no more.
        """
        left = {name.casefold().removesuffix(".exe") for name in status.left_running}
        if status.state is TaskState.EXITED and left.isdisjoint(name.casefold() for name in member.SETUP_PROCESSES):
            return True
        with contextlib.suppress(*TROUBLE):
            setups = self._server.host.probe({"setups": processes(*member.SETUP_PROCESSES)})
            with reading(self._server.host.name, "host_probe"):
                return not setups.data("setups")["processes"]
        return False
