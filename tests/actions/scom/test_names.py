"""Inventories that call the servers otherwise than they call themselves."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.actions.task import Task
from tests.e2e.states import full, left_behind, releases
from tests.e2e.worlds import a_group

ALIASES = {full("ms1"): "scom-a", full("ms2"): "SCOM-B"}


def test_a_group_with_names_of_the_inventory_s_own_is_planned_and_upgraded(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    world.call_hosts(ALIASES)
    first = world.act("scom_setup", "scom-a", task=Task(check=True))
    second = world.act("scom_setup", "SCOM-B", task=Task(check=True), upgraded_before=["scom-a"])
    assert [(one.failed, one.changed) for one in (first, second)] == [(False, True), (False, True)], second.message
    assert went_well(upgrade(world))
    assert world.journal.violations == []
    assert world.journal.setups.hosts == [full("ms1"), full("ms2")]
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []


def test_the_first_server_is_named_by_its_name_in_the_inventory(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    world.call_hosts(ALIASES)
    assert went_well(upgrade(world, "SCOM-B", "scom-a", first_management_server="SCOM-B"))
    assert world.journal.setups.hosts == [full("ms2"), full("ms1")]


def test_one_server_under_two_names_is_refused_and_nothing_is_stopped(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}))
    everything = world.inventory["all"]
    everything["hosts"]["again"] = everything["hosts"][full("ms1")]
    everything["children"]["scom_management_servers"]["hosts"]["again"] = {}
    refused = [world.act("scom_setup", name) for name in world.names]
    assert all("under two names of the inventory" in one.message for one in refused)
    assert [one.touches for one in refused] == [[], []]
