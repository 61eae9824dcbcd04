# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer import options as dataminer_options
from ..plugin_utils._actions.dataminer.system import DataMinerSystem
from ..plugin_utils._dataminer.node.installation import Installation
from ..plugin_utils._dataminer.prerequisites import known
from ..plugin_utils._upgrade.facts import Fact
from ..plugin_utils._windows.host import TROUBLE, reading
from ..plugin_utils._windows.upgrade_action import UpgradeAction


def settings_as_result(node: Installation, expired_users: Fact[tuple[str, ...]]) -> dict[str, Any]:
    """The settings that rules look at besides those of MaintenanceSettings.xml, as plain data; None for what could not be read."""
    facts: dict[str, Fact[Any]] = {
        "connection_settings": node.connection.then(lambda settings: list(settings.custom)),
        "remoting_port": node.remoting_port,
        "expired_users": expired_users.then(list),
    }
    unread = {fact.unread_what: fact.unread_reason for fact in facts.values() if not fact.is_known}
    return {**{name: fact.value if fact.is_known else None for name, fact in facts.items()}, "unread": {**node.unread(), **unread}}


class ActionModule(UpgradeAction):
    """Tells what of DataMiner is on a host, and on the other nodes of its system. Documented in modules/dataminer_info.yml."""

    MODULE = "dataminer_info"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        nodes = options["nodes"] or [self.host.name]
        dataminer_options.check({**options, "nodes": nodes}, self.task_vars["hostvars"])
        system = DataMinerSystem(self, nodes, dataminer_options.web_api(options, nodes))
        try:
            seen = system.observe(dataminer_options.wanted(options, dataminer_options.of_nothing()))
            found = seen.observation.as_result()
            for name, node in seen.observation.reached.items():
                found["nodes"][name] |= settings_as_result(node, self._expired_users(system, name))
        finally:
            system.close()
        return {"changed": False, "dataminer": found["nodes"].get(self.host.name), "system": found, "lock": seen.observation.lock_name}

    @staticmethod
    def _expired_users(system: DataMinerSystem, name: str) -> Fact[tuple[str, ...]]:
        try:
            answers = system.ask(name, known.SECURITY)
            with reading(name, "host_probe"):
                return known.users_expired(answers)
        except TROUBLE as trouble:
            return Fact.unread("Security.xml", str(trouble))
