# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.scom.options import wanted, wanted_target
from ..plugin_utils._actions.scom.server import ScomServer
from ..plugin_utils._actions.scom.setup_run import SetupRun
from ..plugin_utils._actions.task_run import TaskRun
from ..plugin_utils._scom.management_server.decide import next_step
from ..plugin_utils._scom.management_server.observation import Observation
from ..plugin_utils._scom.management_server.reasons import Attach, Start
from ..plugin_utils._scom.management_server.supposed_by_check_mode import suppose
from ..plugin_utils._upgrade.steps import Done, Refused
from ..plugin_utils._upgrade.texts import NOTHING_STARTED
from ..plugin_utils._windows.task_status import TaskState
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Upgrades one SCOM server component with setup.exe. Documented in modules/scom_setup.yml."""

    MODULE = "scom_setup"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        target = wanted_target(options, self.host.name)
        self.wanted = wanted(options, target)
        self.server = ScomServer(self, options, target)
        self.setup = SetupRun(self, self.server, options, self.wanted)
        # The servers that check mode takes for upgraded: those that this very run would have upgraded before.
        self.done_before = tuple(options["upgraded_before"]) if self.check_mode else ()
        before = self.setup.observe_patiently(self._is_worth_waiting)
        step = self._decide(before, before_lock=True)
        if isinstance(step, Done):
            return self._tidy_up(before, step)
        if self.check_mode:
            for line in step.text().splitlines():
                self.progress(self.host.name).show(line)
            return {"changed": isinstance(step, Start) or step.changes, "step": "planned", "plan": step.text(), **self._waived(before)}
        return self._carry_out(before)

    def _carry_out(self, before: Observation) -> dict[str, Any]:
        """Decides once more, with the lock held and the other servers still: only what is seen now counts."""
        with self.server.lock(before) as lock, TaskRun(self.setup, lock).protecting(before) as run:
            seen = self.setup.look()
            step = self._decide(seen)
            if isinstance(step, Done):
                return {"changed": self.server.held.others, "step": "done", "msg": step.text(), **self._waived(seen)}
            if isinstance(step, Start) and self.server.lock_place(seen) != self.server.lock_place(before):
                raise Stop(
                    f"{self.server.host.name}: the management group changed between two reads; {NOTHING_STARTED}; "
                    "run the same command again"
                )
            return {**run.carry_out(step, seen), **self._waived(seen)}

    def _decide(self, seen: Observation, before_lock: bool = False) -> Done | Attach | Start:
        """The next step; a refusal ends the action."""
        if before_lock:
            seen = suppose(seen, self.wanted.target, upgraded=self.done_before, services_stopped=True)
        step = next_step(seen, self.wanted)
        if before_lock and isinstance(step, Attach | Start):
            seen = self.server.with_lock(seen)
            step = next_step(seen, self.wanted)
        if isinstance(step, Start):
            step = self.server.refused_password(seen) or step
        if isinstance(step, Refused):
            freed = self.server.free_forgotten(seen) if before_lock and not self.check_mode else ""
            raise Stop(
                f"{step.text()}{freed}", step="refused", refusal=step.as_result(), still_running=_goes_on(seen), **self._waived(seen)
            )
        return step

    def _is_worth_waiting(self, seen: Observation) -> bool:
        step = next_step(suppose(seen, self.wanted.target, services_stopped=True), self.wanted)
        return isinstance(step, Refused) and step.kind.clears_by_itself and not self.check_mode

    def _tidy_up(self, seen: Observation, step: Done) -> dict[str, Any]:
        """Nothing to do here, but a controller that died may have left the other servers still."""
        restored = self.server.held.others
        if restored and not self.check_mode:
            with self.server.lock(seen):
                restored = self.server.held.release_others()
        return {"changed": restored, "step": "done", "msg": step.text(), **self._waived(seen)}

    @staticmethod
    def _waived(seen: Observation) -> dict[str, Any]:
        return {"waived": [finding.as_result() for finding in seen.judgement.waived]}


def _goes_on(seen: Observation) -> bool:
    return seen.task is not None and seen.task.state == TaskState.RUNNING.value
