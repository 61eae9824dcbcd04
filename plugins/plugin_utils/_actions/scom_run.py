# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One setup of a management server from its start to its proof."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .._questions import processes
from .._scom import member, order, proof
from .._scom.exit_codes import setup_exit_code
from .._scom.health import SERVER_SERVICES
from .._scom.observation import Observation, Wanted
from .._scom.setup_verdict import Outcome, Verdict
from .._scom.step import Attach, Start
from .._windows.evidence import Evidence, folder_for
from .._windows.group_lock import GroupLock
from .._windows.host import ConnectionLost, HandFailed
from .._windows.long_task import Limits, LongTask, TaskState, TaskStatus, Work
from .._windows.progress import Progress
from .._windows.reboot import Reboot
from .._windows.upgrade_action import Stop, UpgradeAction
from .scom_options import passwords, setup_command, setup_path
from .scom_server import ScomServer
from .scom_watch import WATCHED, SetupWatch
from .windows_restart import restart

HEALTH_INTERVAL_SECONDS = 10.0
LOST_REASONS = {"rebooted": "the server was restarted while setup ran", "wrapper_died": "the watcher of setup ended without a result"}
LOST_NEXT = (
    "setup may have left the databases half changed: read its log. Then restore them, or run the same command again with "
    "restart_lost: true to start setup anew; without it nothing is started"
)


class SetupRun:
    """Starts or attaches to setup on one server, follows it, restarts the server when it asks for it, and proves the outcome."""

    def __init__(self, action: UpgradeAction, server: ScomServer, options: Mapping[str, Any]) -> None:
        self._action = action
        self._server = server
        self._options = options
        self._command = setup_command(options)
        self._interval = options["poll_interval_seconds"]
        limits = Limits(options["patience_minutes"] * 60, options["give_up_minutes"] * 60, self._interval)
        self.task: LongTask = server.long_task(limits)
        self._progress = Progress(server.host.name, options["expected_minutes"])
        self._secrets = [*passwords(options).values(), *self._command.secrets.values()]
        self._watch: SetupWatch | None = None
        self._rebooted = False
        self._setup_began = ""
        self._may_be_running = False
        self._told = ""

    @property
    def done_before(self) -> tuple[str, ...]:
        """The servers that check mode takes for upgraded: those that this very run would have upgraded before."""
        return tuple(self._options["upgraded_before"]) if self._action.check_mode else ()

    def tell(self, text: str) -> None:
        """Shows an operator a plan, a line each."""
        for line in text.splitlines():
            self._progress.show(line)

    def observe_patiently(self, worth_waiting: Callable[[Observation], bool]) -> Observation:
        """What is seen now; observed again for a while when only time is missing, such as until a server is healthy."""
        seen = self._server.observe(self.task)
        if self._action.check_mode or not worth_waiting(seen):
            return seen
        self._progress.line("waiting until the first management server is healthy")
        return self._until(lambda now: not worth_waiting(now))

    @contextlib.contextmanager
    def others_held(self, before: Observation, wanted: Wanted) -> Iterator[None]:
        """Holds the other servers' services still while the first server is upgraded; puts back whatever is held, also after a failure.

        Not when setup goes on, or may go on, without us: then they stay held until somebody has seen its end.
        """
        group = before.group.value
        # A first setup that failed after its script leaves the database at the target, and its second try runs the script again.
        is_done = before.me.release is wanted.target and order.is_at(group.database_version, wanted.target)
        if before.peers and order.is_first(before.peers, group, wanted.target) and not is_done:
            self._progress.line("stopping the services of the other management servers")
            self._server.hold_others()
        try:
            yield
        except BaseException:
            if not self._may_be_running:
                self._server.release_others()
            raise
        if self._server.release_others():
            self._progress.line("the services of the other management servers are back")

    def follow(self, step: Start | Attach, lock: GroupLock) -> TaskStatus | None:
        """Starts setup, or attaches to it, and stays with it to its end; None when there is no setup to follow."""
        if isinstance(step, Attach) and step.task is None:
            return None
        self._may_be_running = True
        self._progress.line(step.title if isinstance(step, Start) else step.reason)
        begun = self._start(step) if isinstance(step, Start) else step.task
        self._setup_began = (begun.started_utc or "")[:19] if begun else ""
        watch = self._watch = SetupWatch(self._progress, self._evidence(), self._secrets, lock.renew)
        try:
            status = self.task.follow(WATCHED, watch.watcher, self._has_ended)
        finally:
            watch.keep()
        self._may_be_running = False
        self._restart_when_due(status)
        return status

    def prove(self, before: Observation, step: Start | Attach, status: TaskStatus | None) -> dict[str, Any]:
        """Observes again until the server is healthy or the time for it is over, and holds everything against what it has to be."""
        target, verdict = self._server.target, self._watch.verdict(status) if self._watch and status else None
        if status is None and proof.owes_restart(before, target):
            self._restart("restarting the server: it is at the target, does not work, and Windows waits for a restart")
        seen = self._until(self._is_settled)
        proved = proof.of(before, seen, target, status, verdict)
        logs = self._watch.keep() if self._watch else {}
        result = self._result(before, seen, step, status, proved)
        path = self._evidence().write("evidence.json", {**result, "logs": logs, "waived": seen.judgement.as_result()["waived"]})
        if not proved.proven:
            if _is_judged_failed(status, verdict):
                # What failed is known and kept; a lost or unproven one stays on the host, to be looked at again.
                self.task.forget()
            raise Stop(failure(self._server.host.name, proved, status, logs, str(path)), still_running=False, **result)
        self.task.forget()
        what = f"upgraded: {result['before']} to {result['after']}" if status else f"at the target: {result['after']}"
        self._progress.line(f"{what}, proved by {len(proved.items)} things that agree")
        return result

    def _result(
        self, before: Observation, seen: Observation, step: Start | Attach, status: TaskStatus | None, proved: proof.Proof
    ) -> dict[str, Any]:
        followed = "attached" if isinstance(step, Attach) else "started"
        return {
            "changed": status is not None or self._rebooted,
            "step": followed if status else "proved",
            "before": before.me.title,
            "after": seen.me.title,
            "exit_code": status.exit_code if status else None,
            "rebooted": self._rebooted,
            "evidence": proved.as_result(),
            "evidence_directory": str(self._evidence().folder),
        }

    def _start(self, step: Start) -> TaskStatus:
        if step.forgets_lost:
            self.task.forget(lost_too=True)
        work = Work(
            task_id=step.task_id,
            title=step.title,
            exe=setup_path(self._options),
            arguments=self._command.arguments,
            run_as=self._server.account,
            logs=WATCHED,
            secrets=self._command.secrets,
        )
        try:
            return self.task.start(work, self._progress.line)
        except HandFailed as failure:
            # A refusal comes before anything is started; any other failure of the hand says nothing about that.
            self._may_be_running = not failure.result.get("refusals")
            raise

    def _restart_when_due(self, status: TaskStatus) -> None:
        code = setup_exit_code(status.exit_code) if status.exit_code is not None else None
        if code is None or not code.reboot or status.rebooted_since:
            return
        if not self._options["reboot"]:
            raise Stop(
                f"{self._server.host.name}: setup ended with exit code {status.exit_code}: {code.meaning}. Restart the server, then run "
                "the same command again to have the upgrade proved; setup is not started again."
            )
        self._restart("restarting the server, as setup asks for it", code.rebooting)

    def _restart(self, why: str, is_under_way: bool = False) -> None:
        self._progress.line(why)
        ask = (lambda: None) if is_under_way else (lambda: restart(self._action, f"systemcenter.upgrade: {why}"))
        seconds, interval = self._options["health_minutes"] * 60, self._interval or HEALTH_INTERVAL_SECONDS
        Reboot(self._server.host, ask, SERVER_SERVICES, seconds, interval).run()
        self._rebooted = True

    def _has_ended(self, status: TaskStatus) -> bool:
        """Whether setup is over: a bootstrap that returns early leaves the program behind that does the work (4 U)."""
        left = {name.casefold().removesuffix(".exe") for name in status.left_running}
        if left.isdisjoint(name.casefold() for name in member.SETUP_PROCESSES):
            return True
        with contextlib.suppress(ConnectionLost):
            return not self._server.host.probe({"setups": processes(*member.SETUP_PROCESSES)}).data("setups")["processes"]
        return False

    def _is_settled(self, seen: Observation) -> bool:
        settled, health = proof.is_settled(seen, self._server.target), seen.me.health.text()
        if not settled and health != self._told:
            self._told = health
            self._progress.line(f"waiting for the server: {health}")
        return settled

    def _until(self, good: Callable[[Observation], bool]) -> Observation:
        seconds = self._options["health_minutes"] * 60
        return self._server.observe_until(good, self.task, seconds, self._interval or HEALTH_INTERVAL_SECONDS)

    def _evidence(self) -> Evidence:
        # A folder of its own for each setup: the logs of one that failed are still wanted when the next has ended well.
        began = [self._setup_began.replace(":", "-")] if self._setup_began else []
        folder = folder_for(self._options["evidence_directory"], self._server.host.name, f"to {self._server.target.value}", *began)
        return Evidence(folder, self._secrets)


def _is_judged_failed(status: TaskStatus | None, verdict: Verdict | None) -> bool:
    code = setup_exit_code(status.exit_code) if status and status.exit_code is not None else None
    return bool(code and not code.may_be_success) or bool(verdict and verdict.outcome is Outcome.FAILED and code)


def failure(host: str, proved: proof.Proof, status: TaskStatus | None, logs: Mapping[str, str], evidence: str) -> str:
    """The failure of an upgrade for somebody at 2 a.m."""
    is_lost = status is not None and status.state is TaskState.LOST
    lines = {
        "cause": proved.first_cause,
        "exit": _exit(status),
        "running": "nothing; setup has ended" if status else "nothing; setup was not started",
        "next": LOST_NEXT if is_lost else "mend the cause, then run the same command again",
        "log": logs.get("wizard", ""),
        "proof": evidence,
    }
    text = "\n".join(f"  {name:<8} {line}" for name, line in lines.items() if line)
    return f"{host}: not upgraded, or not proved to be.\n{text}\n{proved.text()}"


def _exit(status: TaskStatus | None) -> str:
    if status is None:
        return ""
    if status.exit_code is None:
        lost = LOST_REASONS.get(status.lost_reason or "", "")
        return f"none: {status.launch_error or lost or 'the task is ' + status.state.value}"
    code = setup_exit_code(status.exit_code)
    return f"{code.code}: {code.meaning}"
