"""Inventories that call the servers otherwise than they call themselves."""

from __future__ import annotations

from typing import Any

import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full, left_behind, releases
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

ALIASES = {full("ms1"): "scom-a", full("ms2"): "SCOM-B"}


def call_servers(world: ServedWorld, names: dict[str, str]) -> None:
    """Gives the hosts of the inventory other names."""

    def renamed(node: Any) -> Any:
        return {names.get(key, key): renamed(value) for key, value in node.items()} if isinstance(node, dict) else node

    inventory = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))
    world.inventory.write_text(yaml.safe_dump(renamed(inventory), sort_keys=False), encoding="utf-8")


def test_a_group_with_names_of_the_inventory_s_own_is_planned_and_upgraded(serve: Serve) -> None:
    world = serve(a_group())
    call_servers(world, ALIASES)
    planned = play(world, *UPGRADE, "--check")
    assert planned.completed.code == 0, planned.text
    assert {name: planned.recap[name]["changed"] for name in ALIASES.values()} == {"scom-a": 1, "SCOM-B": 1}
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert world.journal.violations == []
    assert world.journal.setups.hosts == [full("ms1"), full("ms2")]
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []


def test_the_first_server_is_named_by_its_name_in_the_inventory(serve: Serve) -> None:
    world = serve(a_group())
    call_servers(world, ALIASES)
    upgraded = play(world, *UPGRADE, "--extra-vars", "scom_first_management_server=SCOM-B")
    assert upgraded.completed.code == 0, upgraded.text
    assert world.journal.setups.hosts == [full("ms2"), full("ms1")]


def test_one_server_under_two_names_is_refused_and_nothing_is_stopped(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}))
    inventory = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))
    inventory["all"]["hosts"]["again"] = inventory["all"]["hosts"][full("ms1")]
    inventory["all"]["children"]["scom_management_servers"]["hosts"]["again"] = {}
    world.inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    refused = play(world, *UPGRADE)
    assert any("under two names of the inventory" in message for message in refused.messages.values())
    assert refused.touches == []
