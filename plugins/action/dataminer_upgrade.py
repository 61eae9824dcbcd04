# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..plugin_utils._actions.dataminer_preparation import Preparation
from ..plugin_utils._actions.dataminer_run import UpgradeRun
from ..plugin_utils._actions.dataminer_system import Seen
from ..plugin_utils._dataminer.decide import next_step
from ..plugin_utils._dataminer.step import Attach, Done, Refused, Start
from ..plugin_utils._windows.progress import Progress
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Upgrades a whole DataMiner System. Documented in modules/dataminer_upgrade.yml."""

    MODULE = "dataminer_upgrade"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        self.prepared = Preparation(self, options)
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
            if isinstance(step, Start):
                seen = run.make_ready(step)
                step = self._decide(seen)
            if isinstance(step, Done):
                return {"changed": False, "step": "done", "msg": step.text(), **self._waived(seen)}
            started = isinstance(step, Start)
            followed = run.start(step, seen) if isinstance(step, Start) else run.attach(step, seen)
            follows = followed is not None and (started or (isinstance(step, Attach) and step.follows))
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
