# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Other hosts of the inventory, reached from the action of one host.

A rule about a whole group of servers holds only when it is checked on the whole group, whatever the play was limited to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader

from .host import Host
from .upgrade_action import Stop, UpgradeAction


@dataclass(frozen=True)
class _Variables:
    """The variables of a host, the play's behind its own. Asking for one templates that one only: a broken one may stay unread."""

    own: Mapping[str, Any]
    of_the_play: Mapping[str, Any]
    template: Callable[[Any], Any]

    def named(self, names: Iterable[str]) -> dict[str, Any]:
        wanted = list(names)
        own = {name: self.own[name] for name in wanted if name in self.own}
        return own | {name: self.template(self.of_the_play[name]) for name in wanted if name in self.of_the_play and name not in own}

    def beginning_with(self, prefix: str) -> dict[str, Any]:
        return self.named(name for name in {*self.own, *self.of_the_play} if str(name).startswith(prefix))


def refuse_strangers(option: str, names: Iterable[str], hosts: Container[str], then: str) -> None:
    """Ends the action when an option names hosts that the inventory does not have. ``hosts``: those of it; ``then``: what to do next."""
    if missing := [name for name in names if name not in hosts]:
        raise Stop(f"{option} names {', '.join(missing)}, which the inventory does not have{then}")


def open_host(name: str, action: UpgradeAction, task_vars: Mapping[str, Any]) -> Host:
    """A host of the inventory with its own connection, which is opened at the first call.

    What the inventory does not say of it comes from where the connection of the action's own host has it: variables of the play,
    keywords of the task, user and password of the command line (so come the machine credentials of AWX).
    """
    variables = _Variables(task_vars["hostvars"][name], _of_the_play(task_vars), action._templar.template)
    plugin = variables.named(["ansible_connection"]).get("ansible_connection") or action._play_context.connection
    connection = connection_loader.get(
        plugin, action._play_context, new_stdin=None, task_uuid=action._task._uuid, ansible_playbook_pid=str(os.getppid())
    )
    options = variables.named(constants.config.get_plugin_vars("connection", connection._load_name))
    keywords = _keywords(action)
    connection.set_options(task_keys=keywords, var_options={**options, "_extras": _extras(connection, variables, options)})
    shell = connection._shell
    shell.set_options(task_keys=keywords, var_options=variables.named(constants.config.get_plugin_vars("shell", shell._load_name)))
    return action.reach(name, action, connection, {**options, "inventory_hostname": name})


def _of_the_play(task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Connection variables that the action's own host has from elsewhere than its inventory: from the play, a role, the task."""
    own = task_vars["hostvars"].get(task_vars.get("inventory_hostname")) or {}
    return {name: value for name, value in task_vars.items() if str(name).startswith("ansible_") and name not in own}


def _keywords(action: ActionBase) -> dict[str, Any]:
    """The keywords that Ansible itself gives to the connection of the action's own host."""
    keywords = dict(action._task.dump_attrs())
    # A task's retries and timeout are none of its connection's, which has its own in the play context, beside the typed password.
    keywords.pop("retries", None)
    keywords["timeout"] = action._play_context.timeout
    if action._play_context.password:
        keywords["password"] = action._play_context.password
    return keywords


def _extras(connection: Any, variables: _Variables, known: Mapping[str, Any]) -> dict[str, Any]:
    """The plugin's variables beyond its documented ones, which winrm hands to its library; winrm cannot do without the (empty) list."""
    if not getattr(connection, "allow_extras", False):
        return {}
    found = variables.beginning_with(f"ansible_{connection.extras_prefix}_")
    return {name: value for name, value in found.items() if name not in known}
