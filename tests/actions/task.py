"""One task of a play, as Ansible runs it: a real Task, PlayContext, connection and templar round the collection's ActionModule."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import ansible.plugins.loader as plugins
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task as PlaybookTask
from ansible.template import Templar

from tests.actions.lab_host import LabHost
from tests.actions.task_options import COLLECTION, options_of

Work = Callable[[Any], Any]


@dataclass(frozen=True)
class Task:
    """What a task says beside its options. `variables` are of the play; `become` is a user and its password (None for SYSTEM).

    `instead` is done in the place of what the module does: it is given the action, whose hosts it can ask.
    """

    check: bool = False
    become: tuple[str, str | None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    instead: Work | None = None

    def run(self, module: str, options: Mapping[str, Any], variables: Mapping[str, Any], loader: DataLoader) -> dict[str, Any]:
        """Runs the action and returns its result."""
        known = {**variables, "ansible_check_mode": self.check}
        task = PlaybookTask()
        task.action = f"{COLLECTION}.{module}"
        task.args = {**options_of(module, known, loader), **options}
        task.check_mode = self.check
        task.environment = [dict(self.environment)] if self.environment else None
        context = PlayContext()
        action = plugins.action_loader.get(
            task.action,
            task=task,
            connection=self._connection(context, known),
            play_context=context,
            loader=loader,
            templar=Templar(loader=loader, variables=known),
            shared_loader_obj=plugins,
        )
        action.reach = LabHost
        if self.instead:
            action.act = partial(self._in_its_place, action)
        result: dict[str, Any] = action.run(task_vars=known)
        return result

    def _in_its_place(self, action: Any, options: dict[str, Any]) -> dict[str, Any]:
        assert self.instead
        return {"answer": self.instead(action)}

    def _connection(self, context: PlayContext, variables: Mapping[str, Any]) -> Any:
        connection = plugins.connection_loader.get(
            variables["ansible_connection"], context, new_stdin=None, task_uuid="", ansible_playbook_pid=str(os.getppid())
        )
        connection.set_options(var_options={**variables, "_extras": {}})
        if self.become:
            name, password = self.become
            become = plugins.become_loader.get("runas")
            become.set_options(direct={"become_user": name, "become_pass": password})
            connection.set_become_plugin(become)
        return connection


def variables_of(inventory: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a task on a host knows: its own variables, those of all hosts, and the groups."""
    everything = inventory["all"]
    hosts = {one: {**everything["vars"], **own, "inventory_hostname": one} for one, own in everything["hosts"].items()}
    groups = {group: list(facts["hosts"]) for group, facts in everything["children"].items()}
    return {**hosts[name], "hostvars": hosts, "groups": {**groups, "all": list(hosts)}}
