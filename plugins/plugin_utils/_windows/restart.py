# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Restarts Windows through ansible.windows.win_reboot, which knows of shutdowns under way, other users and lost answers."""

from __future__ import annotations

from .host import ConnectionLost, HandFailed, Host
from .upgrade_action import Stop

# The restart alone is asked for: C(Reboot) waits for its end, keeps the lock meanwhile, and counts refused logons. The action takes
# nothing below a second, and would leave a shorter limit for connecting (its default is 5 s) behind on the connection.
ONLY_ASK = {"reboot_timeout": 1, "connect_timeout": 30}


def restart(host: Host, message: str) -> None:
    """Asks Windows for a restart with ansible.windows.win_reboot. Ends the action when Windows refuses, or was not reached.

    An answer that was lost is no refusal: whoever called looks whether the host was restarted.
    """
    try:
        host.act("ansible.windows.win_reboot", {"msg": message, **ONLY_ASK})
    except HandFailed as failed:
        if not failed.result.get("rebooted"):
            raise _refused(host, str(failed.result.get("msg"))) from failed
    except ConnectionLost as lost:
        if not lost.was_open:
            raise _refused(host, lost.reason) from lost


def _refused(host: Host, why: str) -> Stop:
    return Stop(
        f"{host.name}: the server could not be restarted: {why}. Restart it by hand, then run the same command "
        "again to have the upgrade verified; setup is not started again."
    )
