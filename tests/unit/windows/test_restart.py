"""A restart is asked for once; whether it came about is looked at, whatever was answered."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.restart import restart
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

REBOOT = "ansible.windows.win_reboot"


class AHost:
    """A host that win_reboot ends on with something."""

    name = "ms1"

    def __init__(self, ending: Exception | None) -> None:
        self._ending = ending
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def act(self, plugin: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((plugin, arguments))
        if self._ending:
            raise self._ending
        return {"rebooted": True}


def test_the_action_only_asks_so_that_the_wait_keeps_the_lock_and_counts_refused_logons() -> None:
    host = AHost(None)
    restart(host, "setup asks for it")
    assert host.asked == [(REBOOT, {"msg": "setup asks for it", "reboot_timeout": 1, "connect_timeout": 30})]


@pytest.mark.parametrize(
    "ending",
    [
        HandFailed("ms1", REBOOT, {"msg": "Timed out waiting for last boot time check", "rebooted": True}),
        ConnectionLost("ms1", "invalid literal for int() with base 10: ''"),
    ],
    ids=["it is on its way", "its answer was lost"],
)
def test_a_host_that_may_be_going_down_is_waited_for(ending: Exception) -> None:
    host = AHost(ending)
    restart(host, "setup asks for it")
    assert len(host.asked) == 1


@pytest.mark.parametrize(
    "ending",
    [
        HandFailed("ms1", REBOOT, {"msg": "Reboot command failed", "rebooted": False}),
        ConnectionLost("ms1", "connection refused", was_open=False),
    ],
    ids=["refused", "never reached"],
)
def test_a_restart_that_was_not_begun_is_left_to_the_operator(ending: Exception) -> None:
    with pytest.raises(Stop, match=r"could not be restarted: .*Restart it by hand"):
        restart(AHost(ending), "setup asks for it")
