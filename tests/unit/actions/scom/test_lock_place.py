"""Where a group's lock is taken: on one server for all controllers, however the servers write their names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.server import ScomServer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release

from tests.unit.scom.builders import a_management_server, a_peer, an_observation


class Keeper:
    """A host that notes its locks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.operations: list[str] = []

    def hand(self, _hand: str, **options: Any) -> dict[str, Any]:
        self.operations.append(f"{options['operation']} {options['name']}")
        return {"acquired": True}


@pytest.mark.parametrize("peer", ["ms1.contoso.lab", "MS1.contoso.lab", "MS1"])
def test_the_lock_is_taken_on_the_peer_that_keeps_it_however_it_writes_its_name(peer: str) -> None:
    mine, others = Keeper("ms2"), Keeper("ms1")
    server = ScomServer.__new__(ScomServer)
    server.__dict__.update(host=mine, target=Release.R2025, _peer_names={peer: others}, held=SimpleNamespace())
    with server.lock(an_observation(a_management_server("ms2"), a_peer("ms1"))):
        pass
    assert (mine.operations, others.operations) == ([], ["acquire scom-prod", "release scom-prod"])
