# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._scom.host import detect
from ..plugin_utils._windows.host import reading
from ..plugin_utils._windows.upgrade_action import UpgradeAction


class ActionModule(UpgradeAction):
    """Tells what of Operations Manager is installed on a host. Documented in modules/scom_info.yml."""

    MODULE = "scom_info"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        answers = self.host.probe(detect.QUESTIONS)
        with reading(self.host.name, "host_probe"):
            installation = detect.read(answers)
        return {"changed": False, "scom": installation.as_result()}
