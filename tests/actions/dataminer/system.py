"""What is asked of a DataMiner System after an action."""

from __future__ import annotations

from typing import Any

from tests.actions.world import World


def nodes_seen(world: World) -> dict[str, Any]:
    """What dataminer_info tells of every node, by its name in the inventory; looking changes nothing."""
    looked = world.act("dataminer_info", nodes=world.names)
    assert (looked.failed, looked.touches) == (False, []), looked.message
    return dict(looked.result["system"]["nodes"])
