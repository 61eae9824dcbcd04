# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What executing a package on a whole DataMiner System is, whichever package it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..._dataminer.system.goal import Goal
from ..._dataminer.system.reasons import Attach, Kind, Start, Step
from ..._dataminer.upgrade.decide import lock_owner, next_step
from ..._upgrade.steps import Done, Refused
from ..._windows.following import Limits
from ..._windows.group_lock import GroupLock
from ..._windows.upgrade_action import Stop, UpgradeAction
from ..._windows.waiting import Once, Patience
from ..task_run import TaskRun
from .evidence import waived
from .preparation import Preparation
from .system import Seen
from .upgrade_run import UpgradeRun

# While a package is copied nothing can be renewed; of a controller that dies then only other work has to wait so long.
COPY_SECONDS = 3600


class PackageExecution(UpgradeAction):
    """Base of the actions that execute a package on a whole system: observe, decide, start or attach, follow, prove."""

    def prepare(self, options: dict[str, Any]) -> None:
        """Opens the system; wrong input ends the action."""
        self.prepared = Preparation(self, options)
        self.prepared.go_by_name()

    @property
    def goal(self) -> Goal:
        """What the package is for."""
        return self.prepared.wanted().goal

    def execute(self) -> dict[str, Any]:
        """All of it, and the web API's session ended in any case."""
        try:
            return self._upgrade()
        finally:
            self.prepared.system.close()

    def _upgrade(self) -> dict[str, Any]:
        seen = self._look()
        step = self._decided(seen)
        for line in step.text().splitlines():
            self.progress(seen.observation.name).show(line)
        if isinstance(step, Done):
            return {"changed": False, "step": "done", "msg": step.text(), "waived": waived(seen)}
        if self.check_mode:
            return {"changed": isinstance(step, Start), "step": "planned", "plan": step.text(), "waived": waived(seen)}
        return self._carry_out(step, seen) if isinstance(step, Start) else self._go_on(step, seen)

    def _look(self) -> Seen:
        """What is seen once every node has answered, or the patience for it is at its end.

        A node that is away may be the one whose task is to be attached to: an upgrade restarts servers (4 D).
        """
        minutes = self.prepared.options["patience_minutes"]
        interval = self.prepared.options["poll_interval_seconds"]
        wait = Patience(minutes * 60, Limits(interval_seconds=interval).interval)
        tell = Once(lambda told: self.progress(seen.observation.name).line(told))
        while True:
            seen = self._now()
            away = ", ".join(self._waits_for(seen))
            if not away or self.check_mode or wait.is_over or not minutes:
                return self._with_lock(seen)
            tell(f"{away} cannot be asked and may be restarting: waiting, at most {minutes} min in all")
            wait.pause()

    def _now(self) -> Seen:
        """The system now, judged with the package's content only where something might be started."""
        seen = self.prepared.look()
        step = self._next(seen)
        if isinstance(step, Refused) and step.kind is Kind.UPGRADE_RUNNING:
            # Nodes are looked at one after the other: what another controller starts meanwhile shows on a later one, without its task.
            seen = self.prepared.look()
            step = self._next(seen)
        if isinstance(step, Start) or (isinstance(step, Refused) and step.kind is Kind.BLOCKED):
            self.prepared.read_package()
            seen = self.prepared.judge(seen, None)
        return seen

    def _waits_for(self, seen: Seen) -> list[str]:
        """Nodes without which nothing can be said. What runs is attached to without them, unless only they tell who takes part in it.

        Nothing is waited for where a logon is refused: every look more could lock the account.
        """
        nodes = seen.observation.nodes
        away = [name for name, view in nodes.items() if view.installation is None]
        if any(view.refused_logon for view in nodes.values()):
            return []
        attaches = isinstance(self._next(seen), Attach)
        return [] if attaches and self.prepared.wanted().agents is None else away

    def _carry_out(self, step: Start, seen: Seen) -> dict[str, Any]:
        """Decides once more with the lock held, the package there and its checks run: only what is seen now counts."""
        owner = lock_owner(self.prepared.wanted(), step.orchestrator)
        upgrade = UpgradeRun(self.prepared, seen)
        with self._lock(seen, owner, COPY_SECONDS) as lock, TaskRun(upgrade, lock).protecting(seen) as run:
            seen = upgrade.make_ready(step, lock.renew)
            lock.renew()
            seen = replace(seen, observation=self.prepared.system.with_lock(seen.observation, owner))
            now = self._next(seen, step.orchestrator)
            if isinstance(now, Refused) and now.kind is Kind.UPGRADE_RUNNING:
                seen, now = self._begun_meanwhile(seen, now)
            if isinstance(now, Refused):
                raise _refusal(now, seen)
            if isinstance(now, Done):
                return {"changed": False, "step": "done", "msg": now.text(), "waived": waived(seen)}
            if isinstance(now, Attach):
                # Another controller was faster in the same work.
                self.progress(seen.observation.name).show(now.text())
            return run.carry_out(now, seen)

    def _begun_meanwhile(self, seen: Seen, refused: Refused) -> tuple[Seen, Step]:
        """What another controller has started since the first of the nodes was looked at; still refused when it was nobody of ours."""
        later = self.prepared.look()
        step = self._next(later)
        return (later, step) if isinstance(step, Attach) else (seen, refused)

    def _go_on(self, step: Attach, seen: Seen) -> dict[str, Any]:
        """Attaches, with the lock if it can be had: what was started continues with it or without, and its host may be restarting."""
        upgrade = UpgradeRun(self.prepared, seen)
        owner = lock_owner(self.prepared.wanted(), step.host)
        with self._lock(seen, owner).if_free() as lock, TaskRun(upgrade, lock).protecting(seen) as run:
            return run.carry_out(step, seen)

    def _lock(self, seen: Seen, owner: str, entry_seconds: int | None = None) -> GroupLock:
        purpose = f"upgrade to {self.prepared.wanted().goal.title}"
        return self.prepared.system.lock(seen.observation, owner, purpose, entry_seconds)

    def _next(self, seen: Seen, orchestrator: str = "") -> Step:
        """The next step; ``orchestrator``: the one whose lock is held and that has the package, no other may start then."""
        wanted = self.prepared.wanted()
        return next_step(seen.observation, replace(wanted, orchestrator=orchestrator) if orchestrator else wanted)

    def _decided(self, seen: Seen) -> Attach | Done | Start:
        step = self._next(seen)
        if isinstance(step, Refused):
            raise _refusal(step, seen)
        return step

    def _with_lock(self, seen: Seen) -> Seen:
        """The same with the system's lock looked at where something would be started, so that check mode tells of other work as well."""
        step = self._next(seen)
        if not isinstance(step, Start):
            return seen
        owner = lock_owner(self.prepared.wanted(), step.orchestrator)
        return replace(seen, observation=self.prepared.system.with_lock(seen.observation, owner))


def _refusal(step: Refused, seen: Seen) -> Stop:
    goes_on = bool(seen.observation.moving)
    return Stop(step.text(), step="refused", refusal=step.as_result(), still_running=goes_on, waived=waived(seen))
