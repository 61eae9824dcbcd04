# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.scom_options import wanted_target
from ..plugin_utils._actions.scom_server import ScomServer
from ..plugin_utils._scom.decide import not_a_management_server
from ..plugin_utils._windows.progress import Progress
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Checks what stands in the way of an upgrade. Documented in modules/scom_prerequisites.yml."""

    MODULE = "scom_prerequisites"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        server = ScomServer(self, options, wanted_target(options, self.host.name))
        me, judgement = server.judge()
        under_way = server.is_under_way(me)
        if not under_way and (refused := not_a_management_server(me, server.target)):
            raise Stop(refused.text(), ready=False, scom=me.installation.as_result(), **judgement.as_result())
        result = {"changed": False, "ready": not judgement.is_blocked, "under_way": under_way, "scom": me.installation.as_result()}
        result |= judgement.as_result()
        if judgement.is_blocked and not under_way:
            result |= {"failed": True, "msg": f"{me.name}: not ready: {judgement.headline()}\n{judgement.text()}"}
        elif judgement.text():
            Progress(me.name).show(f"{me.name}: {judgement.headline()}\n{judgement.text()}")
        if why := server.why_held():
            Progress(me.name).show(f"{me.name}: its services do not run{why}")
        return result
