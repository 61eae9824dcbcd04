"""A healthy group of three servers: planned, upgraded, and upgraded again; the inventory lists them in an order that means nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, Play, play
from tests.e2e.states import RTM_2025, full, left_behind, releases, services, services_of_others
from tests.e2e.worlds import POLL_INTERVAL, a_group
from tests.lab.client import ServedWorld

SERVERS = [full("ms1"), full("ms2"), full("ms3")]


@dataclass(frozen=True)
class Story:
    world: ServedWorld
    services_before: dict[str, Any]
    planned: Play
    upgraded: Play
    again: Play


def list_in_reverse(world: ServedWorld) -> None:
    """AWX hands out the hosts of a group in no order: what comes first in a list must decide nothing."""
    inventory = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))
    group = inventory["all"]["children"]["scom_management_servers"]
    group["hosts"] = dict(sorted(group["hosts"].items(), reverse=True))
    world.inventory.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def story(serve_for_module: Serve) -> Story:
    delayed = {"ms3": {"services": {"HealthService": {"delayed": True}}}}
    world = serve_for_module(a_group(scom={"servers": 3}, hosts=delayed))
    list_in_reverse(world)
    before = services(world)
    planned, upgraded, again = play(world, *UPGRADE, "--check"), play(world, *UPGRADE), play(world, *UPGRADE)
    return Story(world, before, planned, upgraded, again)


def test_check_mode_starts_stops_and_locks_nothing(story: Story) -> None:
    assert story.planned.completed.code == 0, story.planned.text
    assert story.planned.touches == []


@pytest.mark.parametrize("server", SERVERS)
def test_check_mode_tells_the_plan_for_every_server(story: Story, server: str) -> None:
    assert f"upgrade management server {server} from 2022 UR3 to 2025" in story.planned.text
    assert story.planned.recap[server]["changed"] == 1
    assert f"{server}: {SERVERS[0]} is the first management server (by name" in story.planned.text


def test_every_server_is_upgraded_by_one_setup_each(story: Story) -> None:
    assert story.upgraded.completed.code == 0, story.upgraded.text
    assert story.world.journal.setups.hosts == SERVERS
    assert set(releases(story.world).values()) == {"2025 RTM"}


def test_no_setup_overlaps_the_first_nor_any_other(story: Story) -> None:
    setups = story.world.journal.setups
    assert setups.first.ends_before(setups.others)
    assert not setups.overlap


def test_the_database_script_runs_once_on_the_first_server(story: Story) -> None:
    assert [script.host for script in story.world.journal.database_scripts] == SERVERS[:1]


def test_nothing_was_done_that_the_vendor_warns_of(story: Story) -> None:
    assert story.world.journal.violations == []


def test_services_of_the_others_stop_before_the_first_setup_and_start_after_it(story: Story) -> None:
    history = story.upgraded.history
    first, second = history.setups[0], history.setups[1]
    moves = [one for one in services_of_others(history, SERVERS[0]) if one.t < second.started]
    stops, starts = [one for one in moves if one.event == "service.stop"], [one for one in moves if one.event == "service.start"]
    assert len(stops) == len(starts) == 6
    assert max(stop.t for stop in stops) < first.started
    assert first.ended is not None and min(start.t for start in starts) > first.ended


def test_services_come_back_with_the_start_types_they_had(story: Story) -> None:
    configured = story.upgraded.history.events("service.configure", SERVERS[2], service="HealthService")
    assert [(one.get("start_mode"), one.get("delayed")) for one in configured] == [("manual", False), ("auto", True)]
    assert services(story.world) == story.services_before


def test_no_task_note_or_lock_is_left_behind(story: Story) -> None:
    assert left_behind(story.world) == []


def test_a_second_run_changes_nothing_and_starts_nothing(story: Story) -> None:
    assert story.again.completed.code == 0, story.again.text
    assert {host: counts["changed"] for host, counts in story.again.recap.items()} == dict.fromkeys(SERVERS, 0)
    assert story.again.touches == []


def test_setup_is_looked_at_once_an_interval_and_only_on_its_own_host(story: Story) -> None:
    history = story.upgraded.history
    for setup in history.setups:
        assert setup.ended is not None
        during = [one for one in history.requests(what="host_task") if setup.started <= one.t <= setup.ended]
        assert {one.host for one in during} == {setup.host}
        assert len(during) <= (setup.ended - setup.started) / POLL_INTERVAL + 1


def test_nothing_is_copied_to_a_server_that_has_the_media(story: Story) -> None:
    history = story.world.journal
    assert [one for what in ("put_file", "fetch_file", "win_copy", "win_get_url") for one in history.requests(what=what)] == []


@pytest.mark.parametrize("server", SERVERS)
def test_the_log_and_the_proof_are_kept_where_the_inventory_says(story: Story, server: str) -> None:
    (folder,) = (story.world.directory / "evidence" / server / "to_2025").iterdir()
    assert (folder / "OpsMgrSetupWizard.log").stat().st_size > 0
    assert RTM_2025 in (folder / "evidence.json").read_text(encoding="utf-8")
