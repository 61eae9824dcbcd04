"""The preflight: what the upgrade would refuse is told days before, and nothing is told that the upgrade clears by itself."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.states import full
from tests.e2e.worlds import a_group

FIRST, SECOND, THIRD = full("ms1"), full("ms2"), full("ms3")
UNNAMED = {"first_management_server": ""}
BEGUN = {"HKLM\\SOFTWARE\\systemcenter.upgrade\\begun": {"scom-management-server-2025": "begun"}}


def refusals(world: World) -> dict[str, str]:
    """What the preflight of each server says that the upgrade would refuse it for."""
    ended = {name: world.act("scom_prerequisites", name, **UNNAMED) for name in world.names}
    assert all(one.touches == [] for one in ended.values())
    return {name: one.result["refusal"]["next"] for name, one in ended.items() if "refusal" in one.result}


def test_a_database_that_somebody_has_changed_is_told_on_every_server(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3, "database_release": "2025"}))
    told = refusals(world)
    assert list(told) == [FIRST, SECOND, THIRD]
    assert all("name it as scom_first_management_server" in one for one in told.values())
    assert all(world.act("scom_setup", name, **UNNAMED).failed for name in world.names)
    assert len(world.journal.setups) == 0


def test_a_first_setup_that_was_begun_elsewhere_is_told_by_the_name_of_its_server(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3, "database_release": "2025"}, hosts={"ms2": {"registry": BEGUN}}))
    told = refusals(world)
    assert list(told) == [FIRST, THIRD]
    assert all(f"limit the run to {SECOND}" in one for one in told.values())
    lines = world.act("scom_prerequisites", SECOND, **UNNAMED).lines
    assert any(f"{SECOND} is where setup was begun" in line for line in lines)


def test_a_first_setup_that_was_begun_where_the_upgrade_begins_again_stops_no_run(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3, "database_release": "2025"}, hosts={"ms1": {"registry": BEGUN}}))
    assert refusals(world) == {}
