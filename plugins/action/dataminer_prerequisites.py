# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer.checks import as_result
from ..plugin_utils._actions.dataminer.preparation import Preparation
from ..plugin_utils._actions.dataminer.staging import why_not_run
from ..plugin_utils._dataminer.prerequisites import Checks
from ..plugin_utils._dataminer.system.reasons import Attach, Start, Step
from ..plugin_utils._dataminer.upgrade.decide import next_step
from ..plugin_utils._upgrade.steps import Refused
from ..plugin_utils._windows.upgrade_action import UpgradeAction


class ActionModule(UpgradeAction):
    """Checks what blocks an upgrade of a whole system. Documented in modules/dataminer_prerequisites.yml."""

    MODULE = "dataminer_prerequisites"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        prepared = Preparation(self, options)
        try:
            return self._judge(prepared, options)
        finally:
            prepared.system.close()

    def _judge(self, prepared: Preparation, options: dict[str, Any]) -> dict[str, Any]:
        seen = prepared.look()
        wanted = prepared.wanted()
        step = next_step(seen.observation, wanted)
        checks: dict[str, Checks] = {}
        not_run = self._why_not_run(prepared, step, options)
        if self._may_follow(step) and not not_run:
            checks = prepared.run_checks(list(seen.observation.reached))
            seen = prepared.judge(seen, checks)
            step = next_step(seen.observation, wanted)
        judgement, system = seen.observation.judgement, seen.observation.as_result()
        result = {"changed": False, "ready": not isinstance(step, Refused), "under_way": isinstance(step, Attach), "system": system}
        result |= {
            "checks": as_result(checks),
            "checks_were_run": bool(checks),
            "warnings": [not_run] if not_run else [],
            "orchestrator": step.orchestrator if isinstance(step, Start) else None,
            **judgement.as_result(),
        }
        told = f"{step.text()}\n  {not_run}" if not_run else step.text()
        if isinstance(step, Refused):
            return {**result, "failed": True, "msg": told, "refusal": step.as_result()}
        if judgement.text() and isinstance(step, Start):
            self.progress(seen.observation.name).show(f"{seen.observation.name}: {judgement.headline()}\n{judgement.text()}")
        return {**result, "msg": told}

    @staticmethod
    def _may_follow(step: Step) -> bool:
        """Checks are run where an upgrade could follow, also beside findings that block it: all are to be told at once."""
        return isinstance(step, Start) or (isinstance(step, Refused) and step.kind.rule == "dataminer.prerequisites")

    def _why_not_run(self, prepared: Preparation, step: Step, options: dict[str, Any]) -> str:
        """Why the package's own checks are not run although an upgrade could follow, '' where they are, or where there are none."""
        if not self._may_follow(step):
            return ""
        return why_not_run(prepared.staging, wanted=options["run_checks"], check_mode=self.check_mode)
