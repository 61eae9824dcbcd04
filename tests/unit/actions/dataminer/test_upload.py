"""Upload only: what is told when the package does not get to one of the nodes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.action.dataminer_package import ActionModule
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

from tests.unit.dataminer.package.packages import FULL

HOSTS = ("dma1", "dma2", "dma3", "dma4")
TROUBLES: tuple[Exception, ...] = (
    Stop("dma3: what arrived is not the package that was meant"),
    ConnectionLost("dma3", "timed out"),
    HandFailed("dma3", "win_copy", {"msg": "There is not enough space on the disk."}),
)


def a_preparation(trouble: Exception) -> Any:
    def copy_to(name: str) -> None:
        if name == "dma3":
            raise trouble

    staging = SimpleNamespace(at_hand=lambda: "the package", copy_to=copy_to)
    return SimpleNamespace(source=SimpleNamespace(file=FULL), staging=staging, system=SimpleNamespace(hosts=dict.fromkeys(HOSTS)))


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: type(one).__name__)
def test_an_upload_that_fails_at_one_node_says_which_have_the_package_and_which_have_not(trouble: Exception) -> None:
    action = ActionModule.__new__(ActionModule)
    with pytest.raises(Stop) as stop:
        action._copy(a_preparation(trouble), None, ("dma2", "dma3", "dma4"))
    assert f"{FULL} is on dma1, dma2; not on dma3, dma4; nothing was installed" in stop.value.text
    assert stop.value.text.count("\n  next ") == 1
    assert "run the same command again" in stop.value.text
    assert stop.value.text.startswith("dma3")
    assert stop.value.facts["changed"] is True
