"""What a task of a role gives to its module: the very arguments of the role's task file, templated with the variables of the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.lab.environment import ROOT

COLLECTION = "systemcenter.upgrade"
OMITTED = "__omitted_by_the_task__"


def options_of(module: str, variables: Mapping[str, Any], loader: DataLoader) -> dict[str, Any]:
    """The options with which a role calls a module, as an operator's variables and the role's defaults make them.

    None for a module that no role calls.
    """
    defaults, arguments = _task(module)
    templar = Templar(loader=loader, variables={**defaults, **variables, "omit": OMITTED})
    options: dict[str, Any] = _without_omitted(templar.template(arguments))
    return options


@cache
def _task(module: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Defaults of the role and arguments of the task."""
    for path in sorted((ROOT / "roles").glob("*/tasks/module.yml")):
        for task in yaml.safe_load(path.read_text(encoding="utf-8")):
            if f"{COLLECTION}.{module}" in task:
                defaults = yaml.safe_load((path.parents[1] / "defaults" / "main.yml").read_text(encoding="utf-8"))
                return _trusted(defaults), _trusted(task[f"{COLLECTION}.{module}"])
    return {}, {}


def _trusted(value: Any) -> Any:
    """Since ansible-core 2.19 only what a loader has read from a play is a template."""
    import ansible.template

    if isinstance(value, dict):
        return {name: _trusted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_trusted(one) for one in value]
    trust = getattr(ansible.template, "trust_as_template", None)
    return trust(value) if trust and isinstance(value, str) else value


def _without_omitted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_omitted(one) for name, one in value.items() if one != OMITTED}
    return [_without_omitted(one) for one in value] if isinstance(value, list) else value
