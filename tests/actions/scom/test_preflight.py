"""The preflight: what the upgrade would refuse is told days before, and nothing is told that the upgrade clears by itself."""

from __future__ import annotations

from typing import Any

import pytest

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
    assert all(one.message.startswith(f"{name}: not ready: ") for name, one in ended.items() if one.failed)
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


ACCOUNT = {"name": "CONTOSO\\svc-scom-das"}
IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "no password of the Data Access account": ({"das_account": ACCOUNT}, "/DASAccountUser needs /DASAccountPassword"),
    "no password of the data reader": ({"data_reader_account": ACCOUNT}, "/DataReaderUser needs /DataReaderPassword"),
    "a switch that setup has not": ({"switches": {"EnableErrorReportin": "Always"}}, "did you mean /EnableErrorReporting?"),
}


@pytest.mark.parametrize(("options", "told"), IMPOSSIBLE.values(), ids=list(IMPOSSIBLE))
def test_options_that_setup_cannot_be_started_with_are_told_days_before_as_the_upgrade_tells_them(
    a_world: MakeWorld, options: dict[str, Any], told: str
) -> None:
    world = a_world(a_group(scom={"servers": 1}))
    before = world.act("scom_prerequisites", **options)
    assert before.failed and told in before.message
    assert world.act("scom_setup", **options).message == before.message
    assert world.journal.refused == []


def test_a_licence_that_nobody_has_accepted_is_a_warning_days_before(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}))
    warned = world.act("scom_prerequisites", accept_license=False)
    assert not warned.failed
    assert "set it to true before the window" in warned.text
    assert "accept_license" not in world.act("scom_prerequisites").text


def test_a_server_of_which_nothing_was_found_says_so_in_one_line(a_world: MakeWorld) -> None:
    checked = a_world(a_group(scom={"servers": 1})).act("scom_prerequisites")
    assert [line for line in checked.lines if "passed" in line] == [f"{FIRST}: {checked.result['summary']}"]
