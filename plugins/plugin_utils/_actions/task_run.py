# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run of an upgrade, whatever is upgraded: start or attach, follow, restart, look until all is there, prove, keep the evidence.

Three things hold for every component, and are judged here and in L(UnderWay) alone: the lock is released before any start or after an
end that was seen, and at no other time; what was stopped for the work is started again only then; nothing is started twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Generic

from .._upgrade.steps import Attach
from .._windows import waiting
from .._windows.group_lock import GroupLock
from .._windows.host import TROUBLE, HandFailed
from .._windows.left_held import leave_held
from .._windows.patient_look import look_until
from .._windows.reboot import Reboot
from .._windows.restart import restart
from .._windows.upgrade_action import Stop, still_running
from .._windows.waiting import Once
from .component import Attaching, Component, End, Followable, Outcome, Restart, Seen, Starting
from .under_way import UnderWay


class TaskRun(Generic[Starting, Attaching, Seen, End]):
    """One run under one lock, which is held for as long as the run lasts.

    It is used like this, once something is to be done::

        with lock, TaskRun(component, lock).protecting(before) as run:
            step = ...                                    # decided once more: only what is seen with the lock held counts
            return run.carry_out(step, seen)
    """

    def __init__(self, component: Component[Starting, Attaching, Seen, End], lock: GroupLock) -> None:
        self._component = component
        self._lock = lock
        self._under_way = UnderWay()
        self._restarted = False
        self._followed: Followable[End] | None = None
        self._logs: dict[str, str] = {}

    @contextlib.contextmanager
    def protecting(self, before: Seen) -> Iterator[TaskRun[Starting, Attaching, Seen, End]]:
        """Keeps the lock, and what is stopped meanwhile, when an error ends this run while the work continues, or may, without it."""
        component, under_way = self._component, self._under_way
        under_way.begin(component.runs_before(before))
        try:
            component.hold(before, may_run=under_way.place is not None)
            yield self
        except BaseException as error:
            place = under_way.after(error, component.goes_on)
            if place is None:
                component.let_go(error)
                raise
            self._lock.keep()
            told = still_running(error, *place)
            leave_held(told, component.left())
            if told is error:
                raise
            raise told from error
        component.let_go(None)

    def carry_out(self, step: Starting | Attaching, seen: Seen) -> dict[str, Any]:
        """Does what was decided on what was seen; returns the result. Raises Stop when it is not proved that all went well."""
        end = self._end_of(self._attached(step, seen) if isinstance(step, Attach) else self._begun(step, seen))
        if due := self._component.restart_due(step, end):
            self._restart(due)
        return self._judged(self._settled(step, seen, end))

    def _begun(self, step: Starting, seen: Seen) -> Followable[End]:
        component = self._component
        component.prepare(step, seen)
        self._under_way.begin(component.place(step))
        component.make_room(step)
        try:
            with self._under_way.refusable():
                return component.start(step, seen)
        except HandFailed:
            if self._under_way.place is None:
                component.refused(seen)
            raise

    def _attached(self, step: Attaching, seen: Seen) -> Followable[End] | None:
        if step.follows:
            self._under_way.begin(self._component.place(step))
        followed = self._component.attach(step, seen)
        if followed is not None:
            self._component.evidence.began = followed.started_utc
        return followed if step.follows else None

    def _end_of(self, followed: Followable[End] | None) -> End | None:
        """Follows it to its end. The logs are kept also when it is not reached."""
        if followed is None:
            return None
        self._followed, self._component.evidence.began = followed, followed.started_utc
        try:
            end = followed.follow(self._lock.renew)
            self._under_way.ended()
        finally:
            self._keep_logs()
        return self._component.ended(end)

    def _restart(self, due: Restart) -> None:
        self._component.progress.line(due.why)
        ask = (lambda: None) if due.is_under_way else (lambda: restart(due.host, f"systemcenter.upgrade: {due.why}"))
        Reboot(due.host, ask, due.services, due.seconds, due.pause, before=due.boot_time, sleep=self._sleep).run()
        self._restarted = True

    def _sleep(self, seconds: float) -> None:
        self._lock.renew()
        waiting.sleep(seconds)

    def _settled(self, step: Starting | Attaching, before: Seen, end: End | None) -> Outcome[Starting, Attaching, Seen, End]:
        """Looks until everything is there again, or cannot be any more, or the time for it is over."""
        component = self._component
        tell = Once(lambda what: component.progress.line(f"waiting for {component.awaited}: {what}"))

        def look() -> Outcome[Starting, Attaching, Seen, End]:
            self._lock.renew()
            after = component.look()
            return Outcome(step, before, after, end, component.signs(step, before, after, end), self._restarted)

        return look_until(
            look,
            component.is_settled,
            component.patience(end),
            on_pause=lambda outcome: tell(component.missing(outcome)),
            on_trouble=lambda trouble: tell(f"it does not answer ({trouble})"),
        )

    def _judged(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> dict[str, Any]:
        component, proved = self._component, outcome.proof
        self._keep_logs()
        result = self._result(outcome)
        kept = {**result, **component.evidence_facts(outcome, self._logs)}
        path = component.evidence.keep_proof(kept, component.evidence_files(outcome))
        if not proved.proven:
            raise Stop(component.failed(outcome, self._logs, path), still_running=False, **result)
        try:
            component.tidy_up(outcome)
        except TROUBLE as trouble:
            self._tell_untidy(outcome.step, trouble)
        reached = component.done(outcome)
        component.progress.line(f"{reached}, verified by {len(proved.items)} checks; evidence in {path}")
        return result

    def _keep_logs(self) -> None:
        """Once more after the proof where the disk had no room for them."""
        if self._followed is not None and not self._logs:
            self._logs = self._component.evidence.keep_logs(self._followed.logs)

    def _result(self, outcome: Outcome[Starting, Attaching, Seen, End]) -> dict[str, Any]:
        followed = "attached" if isinstance(outcome.step, Attach) else "started"
        return {
            "changed": outcome.end is not None or outcome.restarted,
            "step": followed if outcome.end is not None else "proved",
            "evidence": outcome.proof.as_result(),
            "acknowledged": list(outcome.proof.acknowledged),
            "evidence_directory": self._component.evidence.folder,
            **self._component.facts(outcome),
        }

    def _tell_untidy(self, step: Starting | Attaching, trouble: Exception) -> None:
        """What cannot be cleared away is told of the host where it is left."""
        progress = replace(self._component.progress, host=self._component.place(step).host)
        progress.line(f"{self._component.is_called} is done; the next run clears away what is left of it here: {trouble}")
