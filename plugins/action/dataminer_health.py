# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer import options as dataminer_options
from ..plugin_utils._actions.dataminer.system import DataMinerSystem, Seen
from ..plugin_utils._actions.dataminer.upgrade_run import HEALTH_INTERVAL_SECONDS
from ..plugin_utils._dataminer.outcome import proof
from ..plugin_utils._dataminer.system import health
from ..plugin_utils._dataminer.system.completeness import incomplete, judged_as_a_whole, unreachable
from ..plugin_utils._dataminer.system.observation import Wanted
from ..plugin_utils._windows.upgrade_action import UpgradeAction
from ..plugin_utils._windows.waiting import Patience


class ActionModule(UpgradeAction):
    """Tells whether a DataMiner System works, and proves a version. Documented in modules/dataminer_health.yml."""

    MODULE = "dataminer_health"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        dataminer_options.check(options, self.task_vars["hostvars"])
        wanted = dataminer_options.wanted(options, dataminer_options.named(options["target"]))
        self.system = DataMinerSystem(self, options["nodes"], dataminer_options.web_api(options, options["nodes"]))
        try:
            seen = self._until_well(wanted, options)
        finally:
            self.system.close()
        return self._result(seen, wanted, bool(options["target"]))

    def _until_well(self, wanted: Wanted, options: dict[str, Any]) -> Seen:
        """Looks again while the time allowed for it lasts."""
        wait = Patience(options["wait_minutes"] * 60, options["poll_interval_seconds"] or HEALTH_INTERVAL_SECONDS)
        return wait.until(
            lambda: self.system.observe(wanted),
            lambda seen: self.check_mode or health.read(seen.observation, wanted).is_healthy,
        )

    def _result(self, seen: Seen, wanted: Wanted, proves: bool) -> dict[str, Any]:
        found, name = health.read(seen.observation, wanted), seen.observation.name
        proved = proof.of(seen.observation, seen.api.as_after(), wanted, tuple(seen.observation.nodes)) if proves else None
        refused = unreachable(seen.observation) or incomplete(judged_as_a_whole(seen.observation, wanted))
        result = {
            "changed": False,
            **found.as_result(),
            "system": seen.observation.as_result(),
            "evidence": proved.as_result() if proved else [],
        }
        wrong = [
            *found.reasons,
            *(proved.reasons if proved else ()),
            *([f"{refused.headline}: {refused.seen}"] if refused else []),
        ]
        if wrong:
            lines = "\n".join(f"  seen     {one}" for one in dict.fromkeys(wrong))
            return {
                **result,
                "healthy": False,
                "failed": True,
                "msg": f"{name}: not in the expected state.\n{lines}\n  next     look at these nodes first",
            }
        nodes = seen.observation.every_node
        what = f"{wanted.goal.title} on {nodes}" if proves else f"nothing is wrong on {nodes}"
        self.progress(name).show(f"{name}: healthy, {what}")
        return {**result, "msg": f"{name}: healthy, {what}"}
