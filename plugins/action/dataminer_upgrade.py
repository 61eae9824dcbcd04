# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer.execution import PackageExecution
from ..plugin_utils._windows.upgrade_action import Stop


class ActionModule(PackageExecution):
    """Upgrades a whole DataMiner System. Documented in modules/dataminer_upgrade.yml."""

    MODULE = "dataminer_upgrade"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        self.prepare(options)
        if self.goal.is_helper:
            raise Stop(
                f"{self.goal.file} installs nothing: run it with systemcenter.upgrade.dataminer_helper_package, a playbook and a module;"
                " nothing was started"
            )
        return self.execute()
