# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._scom.health import SERVER_SERVICES
from ..plugin_utils._windows.quiesce import QuiescedServices
from ..plugin_utils._windows.upgrade_action import UpgradeAction


class ActionModule(UpgradeAction):
    """Holds the services of a management server still, or puts them back. Documented in modules/scom_services.yml."""

    MODULE = "scom_services"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        services = QuiescedServices(self.host, SERVER_SERVICES)
        act = services.hold if options["state"] == "quiesced" else services.restore
        return {"changed": act(only_look=self.check_mode)}
