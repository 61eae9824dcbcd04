# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the host that an action runs for, as Ansible has them there: by whatever way they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

from .upgrade_action import UpgradeAction


def rendered(action: UpgradeAction, prefix: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The variables whose names begin so, and beside them those of which the template cannot be rendered, each with the reason.

    The reason may quote the text, so it is empty where that is more than a template: what looks like one may be a part of a password.
    """
    values: dict[str, Any] = {}
    broken: dict[str, str] = {}
    for name in sorted(name for name in map(str, action.task_vars) if name.startswith(prefix)):
        try:
            values[name] = action._templar.template(action.task_vars[name])
        except AnsibleError as error:
            is_template = all(text.strip().startswith("{{") and text.strip().endswith("}}") for text in _marked(action.task_vars[name]))
            broken[name] = str(error).strip().partition("\n")[0][:300] if is_template else ""
    return values, broken


def _marked(value: Any) -> Iterator[str]:
    """The texts in it that have a mark of a template."""
    if isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#")):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _marked(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _marked(one)
