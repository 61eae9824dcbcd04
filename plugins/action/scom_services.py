# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._scom.group import server
from ..plugin_utils._scom.group.health import SERVER_SERVICES
from ..plugin_utils._scom.group.server import Peer
from ..plugin_utils._scom.group.setups_running import work_of
from ..plugin_utils._windows.host import TROUBLE, Host, reading
from ..plugin_utils._windows.inventory import open_host, refuse_strangers
from ..plugin_utils._windows.service_notes import QuiescedServices
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction

GROUP = "scom_management_servers"


class ActionModule(UpgradeAction):
    """Holds the services of a management server still, or puts them back. Documented in modules/scom_services.yml."""

    MODULE = "scom_services"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        services = QuiescedServices(self.host, SERVER_SERVICES)
        if options["state"] == "quiesced":
            return {"changed": services.hold(only_look=self.check_mode)}
        if not services.restore(only_look=True):
            return {"changed": False}
        warnings = self._refuse_while_setup_runs(options)
        return {"changed": services.restore(only_look=self.check_mode), **({"warnings": warnings} if warnings else {})}

    def _refuse_while_setup_runs(self, options: dict[str, Any]) -> list[str]:
        """Ends the action while a setup is seen in the group; returns what keeps it from being certain that there is none."""
        names = self._servers(options["management_servers"])
        others = [open_host(name, self, self.task_vars) for name in names if name != self.host.name]
        work = work_of([_as_peer(host) for host in (self.host, *others)])
        if work.is_possible and not options["force"]:
            what = "a setup runs" if work.running else "whether a setup runs is not known"
            raise Stop(
                f"{self.host.name}: its services are left as they are: {what} in its management group.\n"
                f"  seen     {work.text()}\n"
                "  wanted   no setup running on any management server of the group\n"
                "  next     wait for its end; the run that follows it restores the services. If that run has ended, "
                "start the upgrade again; it re-attaches. force: true restores the services anyway\n"
                "  why      services that use the databases while setup changes them can break the upgrade "
                "(scom.services_of_others, documented)"
            )
        unasked = [] if names else ["no other management server was asked whether setup runs on it: name them as management_servers"]
        return [f"{self.host.name}: its services are restored although {doubt}" for doubt in (*work.running, *work.doubts, *unasked)]

    def _servers(self, named: list[str] | None) -> list[str]:
        """The group's servers by the inventory's names: those that were named, else the inventory group that the playbooks use."""
        if named is None:
            found: list[str] = self.task_vars.get("groups", {}).get(GROUP, [])
            return found if self.host.name in found else []
        refuse_strangers("management_servers", named, self.task_vars["hostvars"], "; nothing was changed.")
        return named


def _as_peer(host: Host) -> Peer:
    """What a host shows of a setup on it; one call."""
    try:
        answers = host.probe(server.QUESTIONS)
        with reading(host.name, "host_probe"):
            return Peer(host.name, server.read(answers))
    except TROUBLE as trouble:
        return Peer(host.name, unreachable=str(trouble))
