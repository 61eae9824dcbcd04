"""The lock of a world's group or system, as other work finds it."""

from __future__ import annotations

from typing import Any

from tests.actions.task import Task
from tests.actions.world import World

OTHER = "another upgrade"


def other_work_takes_the_lock(world: World) -> bool:
    """Whether another controller that asks now for other work gets the lock that somebody has; those of packages' folders left out."""
    locks = [(host["name"], name, lock["owner"]) for host in world.world["hosts"].values() for name, lock in host["locks"].items()]
    ((keeper, taken),) = [(host, name) for host, name, owner in locks if owner and not owner.startswith("staging@")]
    order = {"operation": "acquire", "name": taken, "owner": OTHER, "purpose": "another", "ttl_seconds": 900}

    def ask(action: Any) -> Any:
        return action.host.hand("host_lock", **order)

    # Any action has a line to its host.
    return bool(world.act("scom_info", keeper, task=Task(instead=ask)).result["answer"]["acquired"])
