# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Other hosts of the inventory, reached from the action of one host.

A rule about a whole group of servers holds only when it is checked on the whole group, whatever the play was limited to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader

from .host import Host


def names_of(host_vars: Mapping[str, Any]) -> frozenset[str]:
    """All names, lower case, by which a host of the inventory may be known: its own, its address, its facts' FQDN."""
    facts = host_vars.get("ansible_facts") or {}
    names = (host_vars.get("inventory_hostname"), host_vars.get("ansible_host"), facts.get("fqdn"))
    return frozenset(str(name).lower() for name in names if name)


def find_host(fqdn: str, candidates: Iterable[str], all_vars: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The inventory's name of a server that calls itself by a FQDN.

    An exact name wins; else the one host whose short name is the server's short name. None when there is none, or more than one.
    """
    wanted, hosts = fqdn.lower(), list(candidates)
    exact = [host for host in hosts if wanted in names_of(all_vars[host])]
    if exact:
        return exact[0]
    short = [host for host in hosts if wanted.partition(".")[0] in {name.partition(".")[0] for name in names_of(all_vars[host])}]
    return short[0] if len(short) == 1 else None


def open_host(name: str, action: ActionBase, task_vars: Mapping[str, Any]) -> Host:
    """A host of the inventory with its own connection, which is opened at the first call."""
    host_vars = task_vars["hostvars"][name]
    plugin = host_vars.get("ansible_connection") or action._play_context.connection
    connection = connection_loader.get(
        plugin, action._play_context, new_stdin=None, task_uuid=action._task._uuid, ansible_playbook_pid=str(os.getppid())
    )
    options = _variables(host_vars, constants.config.get_plugin_vars("connection", connection._load_name))
    connection.set_options(var_options={**options, "_extras": _extras(connection, host_vars, options)})
    shell = connection._shell
    shell.set_options(var_options=_variables(host_vars, constants.config.get_plugin_vars("shell", shell._load_name)))
    return Host(name, action, connection, {**options, "inventory_hostname": name})


def _variables(host_vars: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    # Asking for one variable templates that one only: a broken variable that no plugin reads does no harm.
    return {name: host_vars[name] for name in names if name in host_vars}


def _extras(connection: Any, host_vars: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The plugin's variables beyond its documented ones, which winrm hands to its library; winrm cannot do without the (empty) list."""
    if not getattr(connection, "allow_extras", False):
        return {}
    prefix = f"ansible_{connection.extras_prefix}_"
    return _variables(host_vars, [key for key in host_vars if str(key).startswith(prefix) and key not in known])
