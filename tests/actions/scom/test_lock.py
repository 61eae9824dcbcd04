"""The group's lock: kept for as long as one server is worked at, however long that takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.locks import other_work_takes_the_lock
from tests.e2e.states import full, left_behind
from tests.e2e.worlds import a_group

# Longer than an unrenewed lock lives (15 min), at most an hour.
LONG = 3000
AFTER_SETUP = {"machine": "ms2", "at_event": "setup.end", "host": "ms2", "service": "OMSDK"}
FALLS = [{"action": "service_stop", **AFTER_SETUP}, {"action": "service_start", **AFTER_SETUP, "delay": LONG}]
LOST = {"at": "receive", "module": "*.host_task", "machine": "ms2", "action": "reset", "times": 45}
LINE_LOST = {"action": "wire", "at_event": "setup.start", "host": "ms2", "rule": LOST}
# What takes long, and the event after which it does.
LONG_WORK: dict[str, tuple[dict[str, Any], str]] = {
    "setup runs": ({"setup": {"seconds": LONG}}, "setup.start"),
    "the line to setup is lost": ({"setup": {"seconds": LONG}, "faults": [LINE_LOST]}, "setup.start"),
    "the server comes up": ({"faults": FALLS}, "setup.end"),
    "the server restarts": ({"setup": {"outcome": "reboot"}, "time": {"reboot_seconds": LONG}}, "reboot.start"),
}


@pytest.mark.parametrize("work", LONG_WORK.values(), ids=list(LONG_WORK))
def test_the_lock_outlives_its_own_life_while(a_world: MakeWorld, work: tuple[dict[str, Any], str]) -> None:
    """The server that keeps the lock is not the one that is upgraded."""
    changes, begins = work
    world = a_world(a_group(**changes))
    begun = world.begin(
        "scom_setup", "ms2", first_management_server=full("ms2"), poll_interval_seconds=60, health_minutes=120, patience_minutes=120
    )
    world.wait_for(begins, host="ms2", timeout=2 * LONG)
    world.wait(LONG - 100)
    assert not other_work_takes_the_lock(world)
    upgraded = begun.end()
    assert not upgraded.failed, upgraded.message
    assert [entry.get("owner") for entry in world.journal.events("lock.acquire")] == ["scom-management-server-2025@ms2.contoso.lab"]
    assert left_behind(world) == []


def test_the_lock_stays_when_watching_ends_before_setup(a_world: MakeWorld) -> None:
    world = a_world(a_group(setup={"seconds": LONG}))
    left = world.act("scom_setup", "ms2", first_management_server=full("ms2"), poll_interval_seconds=60, give_up_minutes=10)
    assert left.failed and left.result["still_running"], left.message
    assert not other_work_takes_the_lock(world)
