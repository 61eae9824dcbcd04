# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer.execution import PackageExecution
from ..plugin_utils._upgrade.texts import NOTHING_STARTED
from ..plugin_utils._windows.upgrade_action import Stop


class ActionModule(PackageExecution):
    """Runs a helper package on a whole DataMiner System. Documented in modules/dataminer_helper_package.yml."""

    MODULE = "dataminer_helper_package"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        self.prepare(options)
        if not self.goal.is_helper:
            raise Stop(
                f"{self.goal.file} is none of the vendor's helper packages: use systemcenter.upgrade.dataminer_upgrade; {NOTHING_STARTED}"
            )
        return self.execute()
