# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One setup of a management server from its start to its proof."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..._installer.exit_codes import setup_exit_code
from ..._scom.group import server as member
from ..._scom.group.health import SERVER_SERVICES
from ..._scom.management_server import order, proof
from ..._scom.management_server.observation import Observation, Wanted
from ..._scom.management_server.reasons import Attach, Start
from ..._scom.releases.releases import is_at
from ..._upgrade.proof import Proof
from ..._upgrade.questions import processes
from ..._windows import waiting
from ..._windows.display_lines import Progress
from ..._windows.evidence_folder import Evidence, owner, started_at
from ..._windows.explanation import explain
from ..._windows.following import Limits, StillRunning
from ..._windows.group_lock import GroupLock
from ..._windows.host import TROUBLE, HandFailed, reading
from ..._windows.left_held import leave_held
from ..._windows.long_task import LongTask, Work
from ..._windows.reboot import Reboot
from ..._windows.restart import restart
from ..._windows.task_status import TaskState, TaskStatus
from ..._windows.upgrade_action import Stop, UpgradeAction, still_running
from .failure import failure, is_judged_failed
from .options import poll_interval, setup_command, setup_path
from .server import ScomServer, Wait
from .setup_watch import WATCHED, SetupWatch

HEALTH_INTERVAL_SECONDS = 10.0


class SetupRun:
    """Starts or attaches to setup on one server, follows it, restarts the server when it asks for it, and proves the outcome."""

    def __init__(self, action: UpgradeAction, server: ScomServer, options: Mapping[str, Any]) -> None:
        self._action = action
        self._server = server
        self._options = options
        self._command = setup_command(options)
        self._interval = poll_interval(options)
        limits = Limits(options["patience_minutes"] * 60, options["give_up_minutes"] * 60, self._interval)
        self.task: LongTask = server.long_task(limits)
        self._progress = Progress(server.host.name, action.secrets, options["expected_minutes"])
        self._watch: SetupWatch | None = None
        self._rebooted = False
        self._setup_began: str | None = None
        self._may_be_running = False
        self._told = ""
        self._renew_lock: Callable[[], None] = lambda: None

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
    def others_held(self, before: Observation, wanted: Wanted, lock: GroupLock) -> Iterator[None]:
        """Holds the other servers' services still while the first server is upgraded; puts back whatever is held, also after a failure.

        Not when setup goes on, or may go on, without us: then they stay held until somebody has seen its end.
        """
        self._renew_lock = lock.renew
        self._may_be_running = self._may_run(before)
        try:
            if self._server.held.mine and not self._may_be_running:
                # Left by an earlier try to upgrade another server first.
                self._server.held.release_mine()
            if self._has_to_hold(before, wanted):
                self._progress.line("stopping the services of the other management servers")
                self._server.held.hold_others(self._progress.line if self._may_be_running else None)
            yield
        except BaseException as error:
            lock.protects_work = self._goes_on(error)
            if not lock.protects_work:
                self._release_after(error)
                raise
            told = still_running(error, self._server.host.name, self.task.id)
            leave_held(told, self._server.held.left())
            if told is error:
                raise
            raise told from error
        try:
            if self._server.held.release_others():
                self._progress.line("the services of the other management servers are back")
        except Stop as trouble:
            raise Stop(f"{self._server.host.name}: done with this server itself. {trouble.text}", still_running=False) from trouble

    def follow(self, step: Start | Attach, seen: Observation) -> TaskStatus | None:
        """Starts setup, or attaches to it, and stays with it to its end; None when there is no setup to follow, or none any more."""
        if isinstance(step, Attach) and step.task is None:
            return None
        if isinstance(step, Start):
            self._prepare_evidence()
        self._may_be_running = True
        what = step.title if isinstance(step, Start) else step.reason
        self._progress.line(what)
        work = self._work(what)
        begun = self._start(step, work, order.has_begun(seen.me, self._server.target)) if isinstance(step, Start) else step.task
        if isinstance(begun, TaskStatus) and begun.spec_hash not in (None, "", work.spec_hash):
            self._progress.line("it was started with another command line, account or media than this run has, and goes on with those")
        self._setup_began = begun.started_utc if begun else None
        watch = self._watch = SetupWatch(self._progress, self._evidence(), self._action.secrets, self._renew_lock)
        try:
            status = self.task.follow(WATCHED, watch.watcher, self._has_ended)
        finally:
            self._keep_logs()
        self._may_be_running = False
        if status.state is TaskState.ABSENT and status.launch_error:
            raise Stop(f"{self._server.host.name}: setup did not begin: {status.launch_error}. Mend this, then run the same command again.")
        if status.state is TaskState.ABSENT:
            self._progress.line("another run has seen the end of this setup, judged it and tidied up; proving what is there now")
            return None
        self._restart_when_due(status)
        return status

    def prove(self, before: Observation, step: Start | Attach, status: TaskStatus | None) -> dict[str, Any]:
        """Observes again until the server is healthy or the time for it is over, and holds everything against what it has to be."""
        target, verdict = self._server.target, self._watch.verdict(status) if self._watch and status else None
        if status is None and isinstance(step, Attach) and step.restarts:
            self._restart("restarting the server: it is at the target, does not work, and Windows waits for a restart")
        seen = self._until(self._is_settled)
        proved = proof.of(before, seen, target, status, verdict, acknowledged=self._is_acknowledged(step))
        logs = self._keep_logs()
        result = self._result(before, seen, step, status, proved)
        path = self._keep("evidence.json", {**result, "logs": logs, "waived": seen.judgement.as_result()["waived"]})
        if not proved.proven:
            if is_judged_failed(seen, target, status):
                # What failed is known and kept; a lost or unproven one stays on the host, to be looked at again.
                self.task.forget()
            is_at_target = seen.me.release is target
            text = failure(self._server.host.name, proved, status, logs, path, is_at_target=is_at_target)
            raise Stop(text, still_running=False, **result)
        try:
            if order.has_begun(seen.me, target):
                self._mark("absent")
            self.task.forget(lost_too=True)
        except TROUBLE as trouble:
            self._progress.line(f"setup is done; the next run clears away what is left of it here: {trouble}")
        is_news = status and result["before"] != result["after"]
        what = f"upgraded: {result['before']} to {result['after']}" if is_news else f"at the target: {result['after']}"
        self._progress.line(f"{what}, proved by {len(proved.items)} things that agree; evidence in {path}")
        return result

    def _has_to_hold(self, before: Observation, wanted: Wanted) -> bool:
        if not before.peers:
            return False
        if not before.group.is_known:
            return self._may_be_running and not order.finished(before.peers, wanted.target)
        group = before.group.value
        # A first setup that failed after its script leaves the database at the target, and its second try runs the script again.
        is_done = before.me.release is wanted.target and is_at(group.database_version, wanted.target)
        return order.is_first(before.peers, group, wanted.target) and not is_done

    def _goes_on(self, error: BaseException) -> bool:
        """Whether setup runs on, or may run on, after an error of ours: another run of the same work may have started it meanwhile."""
        if isinstance(error, StillRunning):
            return True
        if not isinstance(error, Exception):
            return self._may_be_running
        try:
            status = self.task.status()
            if status.state is TaskState.ABSENT and not self._may_be_running:
                return False
            return status.is_running or not self._has_ended(status)
        except Exception:
            # Whatever went wrong with asking, nobody has seen the end of what may have been started.
            return self._may_be_running

    def _release_after(self, error: BaseException) -> None:
        """Puts the others' services back after a failure, which stays the first thing to be told."""
        try:
            self._server.held.release_others()
        except Stop as trouble:
            if isinstance(error, Stop):
                raise Stop(f"{error.text}\n{trouble.text}", **error.facts) from error
            if isinstance(error, Exception):
                raise Stop(f"{explain(error, self._server.host.name)}\n{trouble.text}", still_running=False) from error

    def _result(
        self, before: Observation, seen: Observation, step: Start | Attach, status: TaskStatus | None, proved: Proof
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
            "acknowledged": list(proved.acknowledged),
            "evidence_directory": str(self._evidence().folder),
        }

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

    def _start(self, step: Start, work: Work, was_begun: bool) -> TaskStatus:
        if step.forgets_lost:
            self.task.forget(lost_too=True)
        self._mark("present")
        try:
            return self.task.start(work, self._progress.line)
        except HandFailed as failure:
            # A refusal comes before anything is started; any other failure of the hand says nothing about that.
            self._may_be_running = not failure.refusals
            if not self._may_be_running and not was_begun:
                self._mark("absent")
            raise

    def _mark(self, state: str) -> None:
        """Writes on the server that a setup was begun here, or takes it away. The mark outlives the task of a setup that failed."""
        value = {"name": self.task.id, "data": "begun", "type": "string"}
        self._server.host.run("ansible.windows.win_regedit", {"path": f"HKLM:\\{member.BEGUN_KEY}", **value, "state": state})

    def _is_acknowledged(self, step: Start | Attach) -> bool:
        """How a setup ended can be taken upon oneself only when it had ended before this was said."""
        had_ended = isinstance(step, Attach) and step.task is not None and step.task.state != TaskState.RUNNING.value
        return had_ended and bool(self._options["setup_acknowledged"])

    def _restart_when_due(self, status: TaskStatus) -> None:
        code = setup_exit_code(status.exit_code) if status.exit_code is not None else None
        if code is None or not code.reboot or status.rebooted_since:
            return
        if not self._options["reboot"]:
            raise Stop(
                f"{self._server.host.name}: setup ended with exit code {status.exit_code}: {code.meaning}. Restart the server, then run "
                "the same command again to have the upgrade proved; setup is not started again."
            )
        self._restart("restarting the server, as setup asks for it", status.boot_time_utc, code.rebooting)

    def _restart(self, why: str, boot_time: str | None = None, is_under_way: bool = False) -> None:
        self._progress.line(why)
        seconds = self._options["health_minutes"] * 60
        ask = (lambda: None) if is_under_way else (lambda: restart(self._server.host, f"systemcenter.upgrade: {why}"))
        Reboot(self._server.host, ask, SERVER_SERVICES, seconds, self._pause, before=boot_time, sleep=self._sleep).run()
        self._rebooted = True

    @property
    def _pause(self) -> float:
        return self._interval or HEALTH_INTERVAL_SECONDS

    def _sleep(self, seconds: float) -> None:
        self._renew_lock()
        waiting.sleep(seconds)

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

    def _may_run(self, seen: Observation) -> bool:
        """Whether setup runs, or may run, by what is seen of its task: one that has ended may have left others behind."""
        task = seen.task
        if task is None or task.state == TaskState.ABSENT.value:
            return False
        return task.state == TaskState.RUNNING.value or not (isinstance(task, TaskStatus) and self._has_ended(task))

    def _is_settled(self, seen: Observation) -> bool:
        settled, health = proof.is_settled(seen, self._server.target), seen.me.health.text()
        if not settled:
            self._tell_once(health)
        return settled

    def _until(self, good: Callable[[Observation], bool]) -> Observation:
        def look(seen: Observation) -> bool:
            self._renew_lock()
            return good(seen)

        return self._server.observe_until(look, self.task, Wait(self._options["health_minutes"] * 60, self._pause), self._tell_once)

    def _tell_once(self, what: str) -> None:
        if what != self._told:
            self._told = what
            self._progress.line(f"waiting for the server: {what}")

    def _prepare_evidence(self) -> None:
        try:
            self._evidence().prepare()
        except OSError as error:
            raise Stop(f"evidence_directory: {error}; correct it and run again; nothing was started") from error

    def _keep_logs(self) -> dict[str, str]:
        """Copies the logs to the controller. A full disk there is no reason to leave a server half-way."""
        try:
            return self._watch.keep() if self._watch else {}
        except OSError as error:
            self._progress.line(f"the logs cannot be kept: {error}")
            return {}

    def _keep(self, name: str, facts: Mapping[str, Any]) -> str:
        try:
            return str(self._evidence().write(name, facts))
        except OSError as error:
            self._progress.line(f"{name} cannot be kept: {error}")
            return ""

    def _evidence(self) -> Evidence:
        # A folder of its own for each setup: the logs of one that failed are still wanted when the next has ended well.
        names = (owner(self._server.host.name), f"to {self._server.target.value}", *started_at(self._setup_began))
        return Evidence(self._options["evidence_directory"], self._action.secrets, *names)
