"""The group's lock, while other work holds it: check mode tells of it as the run does, and attaching needs it as well as starting."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.server import ScomServer

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.actions.world import World
from tests.e2e.states import full
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
OTHERS = f"scom-management-server-2025@{SECOND}"


def lock_taken(world: World, name: str, owner: str) -> None:
    """Other work takes the group's lock, on the server where every controller looks for it."""

    def take(action: Any) -> Any:
        return action.host.hand("host_lock", operation="acquire", name=name, owner=owner, purpose="upgrade of ms2 to 2025")

    world.act("scom_info", FIRST, task=Task(instead=take))


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "run"])
def test_a_lock_that_other_work_holds_is_told_with_its_owner_and_its_end(a_world: MakeWorld, check: bool) -> None:
    world = a_world(a_group())
    lock_taken(world, "scom-prod", OTHERS)
    refused = world.act("scom_setup", FIRST, task=Task(check=check))
    assert refused.failed and refused.touches == []
    assert (refused.result["step"], refused.result["refusal"]["rule"]) == ("refused", "scom.lock")
    assert f"{OTHERS} since " in refused.message and "expires at " in refused.message


def test_a_lock_that_others_take_after_it_was_seen_free_ends_the_run(a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world, look = a_world(a_group()), ScomServer.with_lock

    def look_and_lose(server: ScomServer, seen: Any) -> Any:
        found = look(server, seen)
        server.host.hand("host_lock", operation="acquire", name="scom-prod", owner=OTHERS, purpose="upgrade of ms2 to 2025")
        return found

    monkeypatch.setattr(ScomServer, "with_lock", look_and_lose)
    refused = world.act("scom_setup", FIRST)
    assert refused.failed and f"{OTHERS} holds scom-prod on {FIRST} since " in refused.message
    assert refused.touches == ["lock.acquire"]


def test_a_lock_that_is_free_or_of_the_same_work_is_no_matter_to_check_mode(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    check = Task(check=True)
    assert world.act("scom_setup", FIRST, task=check).result["step"] == "planned"
    lock_taken(world, "scom-prod", f"scom-management-server-2025@{FIRST}")
    assert world.act("scom_setup", FIRST, task=check).result["step"] == "planned"


def test_check_mode_plans_no_attaching_that_the_lock_would_refuse(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 4000}))
    first = world.begin("scom_setup")
    world.wait_for("setup.start")
    first.kill()
    world.wait(1000)
    lock_taken(world, "scom-prod", OTHERS)
    refused = world.act("scom_setup", FIRST, task=Task(check=True))
    assert (refused.result["refusal"]["rule"], refused.result["still_running"]) == ("scom.lock", True)
    assert refused.touches == []
