# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.scom.options import foresee_setup_command, wanted, wanted_target
from ..plugin_utils._actions.scom.server import ScomServer
from ..plugin_utils._scom.group.server import Peer
from ..plugin_utils._scom.management_server.decide import lasting_refusal
from ..plugin_utils._scom.management_server.order import who_is_first
from ..plugin_utils._windows.upgrade_action import UpgradeAction


class ActionModule(UpgradeAction):
    """Checks what blocks an upgrade. Documented in modules/scom_prerequisites.yml."""

    MODULE = "scom_prerequisites"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        sought = wanted(options, wanted_target(options, self.host.name))
        warnings = foresee_setup_command(options)
        server = ScomServer(self, options, sought.target)
        seen = server.look()
        me, judgement = seen.me, seen.judgement
        under_way = server.is_under_way(me)
        refused = None if under_way else lasting_refusal(seen, sought)
        if not (under_way or refused or judgement.is_blocked):
            refused = server.refused_password(seen)
        result = {
            "changed": False,
            "ready": not (judgement.is_blocked or refused),
            "under_way": under_way,
            "first_management_server": sought.first,
            "scom": me.installation.as_result(),
            **judgement.as_result(),
        }
        if warnings:
            result["warnings"] = warnings
        if refused is not None:
            result |= {"failed": True, "msg": refused.text("not ready"), "refusal": refused.as_result()}
        elif judgement.is_blocked and not under_way:
            result |= {"failed": True, "msg": f"{me.name}: not ready: {judgement.headline()}\n{judgement.text()}"}
        else:
            self.progress(me.name).show(f"{me.name}: {judgement.headline()}\n{judgement.text()}".rstrip())
        everybody = [Peer(seen.known_as, me), *seen.peers]
        first = who_is_first(everybody, seen.group, sought.target, sought.first, was_named=sought.first_was_named)
        self.progress(me.name).show(f"{me.name}: {first}")
        if why := server.why_held(seen):
            self.progress(me.name).show(f"{me.name}: its services do not run{why}")
        return result
