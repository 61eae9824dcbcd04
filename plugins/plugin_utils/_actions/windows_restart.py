# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Restarting Windows by the action that knows how: a shutdown that is under way already, other users, lost answers."""

from __future__ import annotations

from .._windows.upgrade_action import Stop, UpgradeAction


def restart(action: UpgradeAction, message: str, timeout_seconds: float) -> None:
    """Restarts the host of the action with ansible.windows.win_reboot. Ends the action when Windows refuses.

    A host that went down and is slow to come back is no refusal: whoever called goes on waiting for it.
    """
    task = action._task.copy()
    task.args = {"msg": message, "post_reboot_delay": 0, "reboot_timeout": timeout_seconds}
    reboot = action._shared_loader_obj.action_loader.get(
        "ansible.windows.win_reboot",
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    result = reboot.run(task_vars=action.task_vars)
    if (result.get("failed") or result.get("unreachable")) and not result.get("rebooted"):
        raise Stop(
            f"{action.host.name}: the server could not be restarted: {result.get('msg')}. Restart it by hand, then run the same command "
            "again to have the upgrade proved; setup is not started again."
        )
