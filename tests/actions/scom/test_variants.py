"""What the references leave open is read one way and the other; accounts that are no users with a password."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.e2e.states import left_behind, releases
from tests.e2e.worlds import a_group

OTHERWISE = {
    "log_encoding": "utf-8",
    "log_clock": 12,
    "log_separator": "blank",
    "log_second_run": "overwrite",
    "log_engine_lines": False,
    "property_bag": "before_end",
    "registry_order": "together",
    "registry_shows": "rollup",
    "database_shows": "rollup",
    "exit_codes": "positive",
    "data_reader": "needed",
    "bootstrap": "returns_early",
    "old_uninstall_entry": "stays",
    "server_row": "late",
}
WORLDS = {
    "every uncertain fact the other way round": a_group(uncertain=OTHERWISE, setup={"retried_pack": True}),
    "no word of the end in the log": a_group(uncertain={"log_end_line": False, "property_bag": "none"}, scom={"servers": 1}),
    "Local System as Data Access account": a_group(accounts={"das": {"kind": "local_system"}}, scom={"servers": 1}),
    "a managed Data Access account": a_group(accounts={"das": {"name": "svc-scom-das$", "kind": "gmsa"}}, scom={"servers": 1}),
}


@pytest.mark.parametrize("scenario", WORLDS.values(), ids=list(WORLDS))
def test_a_group_is_upgraded_with(a_world: MakeWorld, scenario: dict[str, Any]) -> None:
    world = a_world(scenario)
    assert went_well(upgrade(world))
    assert world.journal.violations == []
    assert not world.journal.setups.overlap
    assert len(world.journal.setups) == len(releases(world))
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []


@pytest.mark.parametrize("release", ["2016", "2019"])
def test_older_releases_go_to_the_next_one(a_world: MakeWorld, release: str) -> None:
    sql = {"2016": "13.0.6300.2", "2019": "15.0.4430.1"}[release]
    agents = [{"os_name": "Microsoft Windows Server 2016 Datacenter", "os_version": "10.0.14393", "agents": 12}]
    group = {"release": release, "servers": 1, "database": {"version": sql}, "agents": agents}
    world = a_world(a_group(scom=group, hosts={"ms1": {"os": "2016"}}))
    assert went_well(upgrade(world))
    assert releases(world)[next(iter(releases(world)))].startswith({"2016": "2019", "2019": "2022"}[release])
    assert world.journal.violations == []


def test_setup_that_fails_is_judged_the_same_in_the_other_reading(a_world: MakeWorld) -> None:
    failing = {"outcome": "fatal_action", "first_cause": "An invented cause."}
    world = a_world(a_group(uncertain={**OTHERWISE, "bootstrap": "waits"}, scom={"servers": 1}, setup=failing))
    failed = world.act("scom_setup")
    assert failed.failed
    assert "An invented cause." in failed.message
