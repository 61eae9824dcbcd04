"""Roles and checks of the playbooks without a run: their tasks as Ansible loads and templates them, no process and no host behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

    def role(self, name: str) -> dict[str, Any]:
        """What the role's first task of this collection does with the options it is given: the result of its action.

        The options, with their defaults and as the action would use them, are in ``options``. Where Ansible's own check of the role's
        variables fails, its result.
        """
        play = Play().load(
            {"name": name, "hosts": "all", "gather_facts": False, "roles": [f"{OWN}{name}"]},
            variable_manager=self.variables,
            loader=self.loader,
        )
        for task in _tasks(play.compile()):
            if task.action.startswith(OWN) or task.action.endswith("validate_argument_spec"):
                result = self._run(play, task)
                if result.get("failed") or task.action.startswith(OWN):
                    return result
        raise LookupError(f"{name} has no task of this collection")

    def assertions(self, role: str, entry: str) -> list[str]:
        """What the assertions of one task file of a role find wrong."""
        included = {"name": entry, "ansible.builtin.import_role": {"name": f"{OWN}{role}", "tasks_from": entry}}
        play = Play().load(
            {"name": role, "hosts": "all", "gather_facts": False, "tasks": [included]}, variable_manager=self.variables, loader=self.loader
        )
        return self._wrong(play)

    def checks(self, playbook: str) -> list[str]:
        """What the assertions of a playbook's own plays find wrong, those it includes from elsewhere left out."""
        plays = Playbook.load(str(ROOT / "playbooks" / playbook), self.variables, self.loader).get_plays()
        return [wrong for play in plays for wrong in self._wrong(play)]

    def _wrong(self, play: Play) -> list[str]:
        results = [self._run(play, task) for task in _tasks(play.compile()) if task.action.endswith("assert")]
        return [str(result["msg"]) for result in results if result.get("failed")]

    def _run(self, play: Play, task: Task) -> dict[str, Any]:
        known = {"ansible_check_mode": False, **self.variables.get_vars(play=play, host=self.inventory.get_host("ms1"), task=task)}
        if task.when and self._result(task, "ansible.builtin.assert", {"that": task.when}, known).get("failed"):
            return {}
        # Conditions are no templates: the action itself makes them true or false.
        conditions = {"that": task.args["that"]} if "that" in task.args else {}
        args = Templar(self.loader, variables=known).template({name: one for name, one in task.args.items() if name not in conditions})
        return self._result(task, task.action, {**_without_omitted(args, known.get("omit")), **conditions}, known)

    def _result(self, task: Task, name: str, args: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        task = task.copy()
        task.args = args
        # As ansible-core up to 2.18 tells an assertion its conditions.
        task.untemplated_args = args
        action = action_loader.get(
            name,
            task=task,
            connection=connection_loader.get("local", PlayContext(), None),
            play_context=PlayContext(),
            loader=self.loader,
            templar=Templar(self.loader, variables=known),
            shared_loader_obj=SimpleNamespace(),
        )
        with patch.object(type(action), "act", lambda _self, options: {"options": options}, create=True):
            try:
                return dict(action.run(task_vars=known))
            except AnsibleError as error:
                return {"failed": True, "msg": str(error)}


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
