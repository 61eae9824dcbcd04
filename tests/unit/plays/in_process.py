"""Roles and checks of the playbooks without a run: their tasks as Ansible loads and templates them, no process and no host behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import yaml
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from tests.judges.tree import ROOT

OWN = "systemcenter.upgrade."
CHECK = f"{OWN}upgrade_variables"


@dataclass(frozen=True)
class InProcess:
    """An inventory of two hosts in one group, with variables of that group as an inventory file has them."""

    loader: DataLoader
    inventory: InventoryManager
    variables: VariableManager

    @classmethod
    def of(cls, folder: Path, group: str, of_the_group: Mapping[str, Any]) -> InProcess:
        path = folder / "inventory.yml"
        hosts: dict[str, Any] = {"ms1": None, "ms2": None}
        path.write_text(yaml.safe_dump({group: {"hosts": hosts, "vars": dict(of_the_group)}}), encoding="utf-8")
        loader = DataLoader()
        inventory = InventoryManager(loader, [str(path)])
        variables = VariableManager(loader, inventory)
        HostVars(inventory, variables, loader)
        return cls(loader, inventory, variables)

    def role(self, name: str, *, by_itself: bool = False, entry: str = "main") -> dict[str, Any]:
        """What the module of a role does with the options it is given: the result of its action.

        The options, with their defaults and as the action would use them, are in ``options``. Where a check of the role's variables fails,
        its result: of the role's own, and of the one by Ansible that comes before when somebody's play uses the role by itself.
        """
        included = {"name": f"{OWN}{name}", "tasks_from": entry, "rolespec_validate": by_itself}
        play = self._play({"tasks": [{"name": name, "ansible.builtin.import_role": included}]})
        for task in _tasks(play.compile()):
            if task.action.startswith(OWN) or task.action.endswith("validate_argument_spec"):
                result = self._run(play, task, "ms1")
                if result.get("failed") or (task.action.startswith(OWN) and task.action != CHECK):
                    return result
        return {}

    def checks(self, playbook: str, host: str = "ms1") -> list[str]:
        """What the checks of the variables find wrong that a playbook begins with, on a host."""
        plays = Playbook.load(str(ROOT / "playbooks" / playbook), self.variables, self.loader).get_plays()
        tasks = [(play, task) for play in plays for task in _tasks(play.compile()) if task.action == CHECK]
        results = [self._run(play, task, host) for play, task in tasks if host in self._hosts(play)]
        return [str(result["msg"]) for result in results if result.get("failed")]

    def check(self, host: str = "ms1", **options: Any) -> str:
        """What the check of the variables says; empty when it finds nothing wrong."""
        play = self._play({"tasks": [{"name": "Check", CHECK: options}]})
        results = [self._run(play, task, host) for task in _tasks(play.compile()) if task.action == CHECK]
        return "".join(str(result["msg"]) for result in results if result.get("failed"))

    def _play(self, content: Mapping[str, Any]) -> Play:
        return Play().load({"name": "A play", "hosts": "all", "gather_facts": False, **content}, self.variables, self.loader)

    def _hosts(self, play: Play) -> list[str]:
        return [host.name for host in self.inventory.get_hosts(play.hosts)]

    def _run(self, play: Play, task: Task, host: str) -> dict[str, Any]:
        known = {"ansible_check_mode": False, **self.variables.get_vars(play=play, host=self.inventory.get_host(host), task=task)}
        args = Templar(self.loader, variables=known).template(task.args)
        return self._result(task, _without_omitted(args, known.get("omit")), known)

    def _result(self, task: Task, args: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        task = task.copy()
        task.args = args
        action = action_loader.get(
            task.action,
            task=task,
            connection=connection_loader.get("local", PlayContext(), None),
            play_context=PlayContext(),
            loader=self.loader,
            templar=Templar(self.loader, variables=known),
            shared_loader_obj=SimpleNamespace(),
        )
        with nullcontext() if task.action == CHECK else patch.object(type(action), "act", _tell, create=True):
            try:
                return dict(action.run(task_vars=known))
            except AnsibleError as error:
                return {"failed": True, "msg": str(error)}


def _tell(_action: Any, options: dict[str, Any]) -> dict[str, Any]:
    return {"options": options}


def _tasks(blocks: list[Block]) -> Iterator[Task]:
    for block in blocks:
        for one in block.block:
            if isinstance(one, Block):
                yield from _tasks([one])
            elif isinstance(one, Task):
                yield one


def _without_omitted(value: Any, omitted: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_omitted(one, omitted) for name, one in value.items() if not _is(one, omitted)}
    return value


def _is(value: Any, omitted: Any) -> bool:
    return omitted is not None and (value is omitted or (isinstance(value, str) and value == omitted))
