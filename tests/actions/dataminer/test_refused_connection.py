"""A logon of the connection that is refused while an upgrade runs: tried a few times in all, whoever asks the node for whatever."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleConnectionFailure

from tests.actions.conftest import MakeWorld
from tests.actions.line import Line
from tests.e2e.dataminer.systems import a_system

BEGUN = {"machine": "dma1", "at_event": "upgrade.start", "host": "any"}
REFUSED_FROM_THEN_ON = [
    {"action": "password_change", "account": "CONTOSO\\ansible", "password": "CANARY-changed-Qx1", **BEGUN},
    {"action": "drop_connections", **BEGUN},
]


def test_a_node_that_refuses_the_connection_is_left_alone_before_the_account_is_locked(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, opened = [], Line.open

    async def counted(line: Line) -> None:
        try:
            await opened(line)
        except AnsibleConnectionFailure as failure:
            tried.append(str(failure))
            raise

    monkeypatch.setattr(Line, "open", counted)
    world = a_world({**a_system(1, upgrade={"seconds": 3600}), "faults": REFUSED_FROM_THEN_ON})
    left = world.act("dataminer_upgrade", poll_interval_seconds=60)
    assert left.failed and left.result["still_running"], left.message
    assert tried and all("401" in one for one in tried)
    assert len(tried) <= 4, "an account is locked after five"
