"""The system's lock: kept for as long as an upgrade is followed, whoever follows it, and looked at again before anything is started."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.locks import OTHER, other_work_takes_the_lock
from tests.actions.task import Task
from tests.e2e.dataminer.systems import TARGET, a_system, versions
from tests.e2e.states import full, left_behind

# Longer than any lock lives without being renewed: one for a package that is copied lives for an hour.
LONG = 9000


@pytest.mark.parametrize("attached", [False, True], ids=["started", "attached"])
def test_the_lock_outlives_its_own_life_while_an_upgrade_is_followed_that_was(a_world: MakeWorld, attached: bool) -> None:
    world = a_world(a_system(upgrade={"seconds": LONG}))
    given = {"poll_interval_seconds": 60, "give_up_minutes": 600, "stall_minutes": 600}
    begun = world.begin("dataminer_upgrade", **given)
    world.wait_for("node.upgrade.start")
    if attached:
        begun.kill()
        begun = world.begin("dataminer_upgrade", **given)
    world.wait(6000)
    assert not other_work_takes_the_lock(world)
    upgraded = begun.end()
    assert not upgraded.failed, upgraded.message
    assert len(world.journal.events("upgrade.start")) == 1
    assert (versions(world), left_behind(world)) == ({TARGET}, [])


def test_the_lock_stays_when_watching_ends_before_the_upgrade(a_world: MakeWorld) -> None:
    world = a_world(a_system(upgrade={"seconds": LONG}))
    left = world.act("dataminer_upgrade", poll_interval_seconds=60, give_up_minutes=30, stall_minutes=600)
    assert left.failed and left.result["still_running"], left.message
    assert not other_work_takes_the_lock(world)


def test_a_lock_that_was_lost_while_the_package_was_brought_is_noticed_before_anything_is_started(a_world: MakeWorld) -> None:
    bringing = {"at_event": "lock.acquire", "where": {"owner": f"staging@{full('dma1')}"}}
    lapse = {"machine": "dma1", "action": "clock_jump", "seconds": 2 * 3600, **bringing}
    world = a_world({**a_system(), "faults": [lapse]})
    begun = world.begin("dataminer_upgrade")
    world.wait_for("fault")
    assert other_work_takes_the_lock(world)
    refused = begun.end()
    assert f"{OTHER} since" in refused.message
    assert world.journal.events("utility.start") == []


def test_who_attaches_takes_a_lock_that_is_free_however_lately_the_controller_was_booted(a_world: MakeWorld) -> None:
    """In this ring the controller's clock begins with the world, seconds before."""
    world = a_world(a_system())
    first = world.begin("dataminer_upgrade")
    world.wait_for("upgrade.start")
    first.kill()
    lock = next(one for one in world.journal.events("lock.acquire") if not one.get("owner").startswith("staging@"))

    def expire(action: Any) -> Any:
        return action.host.hand("host_lock", operation="release", name=lock.get("name"), owner=lock.get("owner"))

    world.act("dataminer_info", lock.host, task=Task(instead=expire))
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    assert [one.get("owner") for one in again.history.events("lock.acquire")] == [lock.get("owner")]
    assert left_behind(world) == []
