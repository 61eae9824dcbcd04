# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the host that an action runs for, as Ansible has them there: by whatever way they came."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError

from .upgrade_action import UpgradeAction


def rendered(action: UpgradeAction, prefix: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The variables whose names begin so, and beside them those of which the template cannot be rendered, each with the reason."""
    values: dict[str, Any] = {}
    broken: dict[str, str] = {}
    for name in sorted(name for name in map(str, action.task_vars) if name.startswith(prefix)):
        try:
            values[name] = action._templar.template(action.task_vars[name])
        except AnsibleError as error:
            broken[name] = str(error).strip().partition("\n")[0][:300]
    return values, broken
