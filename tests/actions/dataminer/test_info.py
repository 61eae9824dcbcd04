"""What dataminer_info tells of a node: every setting that some rule looks at."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.dataminer.system import nodes_seen
from tests.e2e.dataminer.systems import a_system
from tests.e2e.states import full

OF_ITS_OWN = {"connection_settings": "type=Polling", "remoting_port": 8005, "maintenance": {"MaxUploadSize": 500}}


def test_settings_of_every_file_that_rules_look_at_are_told(a_world: MakeWorld) -> None:
    world = a_world(a_system(2, nodes={"dma2": OF_ITS_OWN}, users={"dataminer": {"expired": True}}))
    nodes = nodes_seen(world)
    plain, changed = nodes[full("dma1")], nodes[full("dma2")]
    assert (plain["connection_settings"], plain["remoting_port"], plain["settings"]["max_upload_mb"]) == ([], 8004, None)
    assert (changed["connection_settings"], changed["remoting_port"], changed["settings"]["max_upload_mb"]) == (["type=Polling"], 8005, 500)
    assert [len(node["expired_users"]) for node in (plain, changed)] == [1, 1]
    assert (plain["unread"], changed["unread"]) == ({}, {})
