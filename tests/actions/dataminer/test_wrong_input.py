"""What an operator writes that makes no sense ends every module before any node is asked."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.e2e.dataminer.systems import a_system


@pytest.mark.parametrize("module", ["dataminer_health", "dataminer_upgrade"])
@pytest.mark.parametrize("seconds", [0, -1])
def test_nobody_is_asked_without_a_pause(a_world: MakeWorld, module: str, seconds: float) -> None:
    world = a_world(a_system(1))
    refused = world.act(module, poll_interval_seconds=seconds)
    assert (refused.failed, world.journal.requests()) == (True, []), refused.message
    assert "0.1 or more is needed" in refused.message
