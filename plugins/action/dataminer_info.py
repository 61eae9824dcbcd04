# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions import dataminer_options
from ..plugin_utils._actions.dataminer_system import DataMinerSystem
from ..plugin_utils._windows.upgrade_action import UpgradeAction


class ActionModule(UpgradeAction):
    """Tells what of DataMiner is on a host, and on the other nodes of its system. Documented in modules/dataminer_info.yml."""

    MODULE = "dataminer_info"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        nodes = options["nodes"] or [self.host.name]
        dataminer_options.check({**options, "nodes": nodes}, self.task_vars["hostvars"])
        system = DataMinerSystem(self, nodes, dataminer_options.web_api(options, nodes))
        try:
            seen = system.observe(dataminer_options.wanted(options, dataminer_options.of_nothing()))
        finally:
            system.close()
        found = seen.observation.as_result()
        return {"changed": False, "dataminer": found["nodes"].get(self.host.name), "system": found, "lock": seen.observation.lock_name}
