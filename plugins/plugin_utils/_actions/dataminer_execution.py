# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What executing a package on a whole DataMiner System is, whichever package it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._dataminer.decide import next_step
from .._dataminer.goal import Goal
from .._dataminer.step import Attach, Done, Refused, Start
from .._windows.progress import Progress
from .._windows.upgrade_action import Stop, UpgradeAction
from .dataminer_preparation import Preparation
from .dataminer_run import UpgradeRun
from .dataminer_system import Seen


class PackageExecution(UpgradeAction):
    """Base of the actions that execute a package on a whole system: observe, decide, start or attach, follow, prove."""

    def prepare(self, options: dict[str, Any]) -> None:
        """Opens the system; wrong input ends the action."""
        self.prepared = Preparation(self, options)

    @property
    def goal(self) -> Goal:
        """What the package is for."""
        return self.prepared.staging.goal()

    def execute(self) -> dict[str, Any]:
        """All of it, and the web API's session ended in any case."""
        try:
            return self._upgrade()
        finally:
            self.prepared.system.close()

    def _upgrade(self) -> dict[str, Any]:
        seen = self.prepared.look()
        step = self._decide(self._with_lock(seen))
        for line in step.text().splitlines():
            Progress(seen.observation.name).show(line)
        if isinstance(step, Done):
            return {"changed": False, "step": "done", "msg": step.text(), **self._waived(seen)}
        if self.check_mode:
            return {"changed": isinstance(step, Start), "step": "planned", "plan": step.text(), **self._waived(seen)}
        return self._carry_out(step, seen)

    def _carry_out(self, step: Attach | Start, seen: Seen) -> dict[str, Any]:
        """Decides once more with the lock held, the package there and its checks run: only what is seen now counts."""
        purpose = f"upgrade to {self.prepared.wanted().goal.title}"
        with self.prepared.system.lock(seen.observation, self.prepared.wanted(), purpose) as lock:
            run = UpgradeRun(self.prepared, seen)
            run.renew_lock = lock.renew
            seen = run.make_ready(step) if isinstance(step, Start) else seen
            now = self._decide(seen)
            if isinstance(now, Done):
                return {"changed": False, "step": "done", "msg": now.text(), **self._waived(seen)}
            started = isinstance(now, Start)
            followed = run.start(now, seen) if isinstance(now, Start) else run.attach(now, seen)
            follows = followed is not None and (started or (isinstance(now, Attach) and now.follows))
            ended = run.follow(followed) if followed is not None and follows else None
            return {**run.prove(followed, ended, started=started), **self._waived(seen)}

    def _decide(self, seen: Seen) -> Done | Attach | Start:
        """The next step; a refusal ends the action."""
        step = next_step(seen.observation, self.prepared.wanted())
        if isinstance(step, Refused):
            raise Stop(step.text(), step="refused", refusal=step.as_result(), still_running=False, **self._waived(seen))
        return step

    def _with_lock(self, seen: Seen) -> Seen:
        """The same with the lock of the system looked at, so that check mode tells of other work as well."""
        if any(view.installation is None for view in seen.observation.nodes.values()):
            return seen
        return replace(seen, observation=self.prepared.system.with_lock(seen.observation, self.prepared.wanted()))

    @staticmethod
    def _waived(seen: Seen) -> dict[str, Any]:
        return {"waived": [finding.as_result() for finding in seen.observation.judgement.waived]}
