"""Setups that fail: the run ends before the next server, the others work again, and the operator is told why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.outcome import Outcome
from tests.actions.scom.group import upgrade, went_well
from tests.actions.world import World
from tests.e2e.states import full, left_behind, releases, services, services_of_others
from tests.e2e.worlds import a_group
from tests.lab.history import History

FIRST = full("ms1")
CAUSE = "The group policy of this invented domain forbids the service to be registered."
FAILS_ONCE = {"runs": [{"outcome": "fatal_action", "first_cause": CAUSE, "fails_at": 0.7}, {"outcome": "success"}]}


@dataclass(frozen=True)
class Story:
    world: World
    services_before: dict[str, Any]
    services_after_failure: dict[str, Any]
    failed: Outcome
    mended: dict[str, Outcome]
    of_mended: History


@pytest.fixture(scope="module")
def story(a_world_for_module: MakeWorld) -> Story:
    world = a_world_for_module(a_group(scom={"servers": 3}, hosts={"ms1": {"setup": FAILS_ONCE}}))
    before = services(world)
    failed = world.act("scom_setup", FIRST)
    after_failure, position = services(world), world.position
    mended = upgrade(world)
    return Story(world, before, after_failure, failed, mended, History(world.journal.entries[position:]))


def test_services_of_the_others_come_back_after_a_failed_setup(story: Story) -> None:
    first = story.failed.history.setups.first
    starts = [one for one in services_of_others(story.failed.history, FIRST) if one.event == "service.start"]
    assert first.ended is not None
    assert len(starts) == 6
    assert min(start.t for start in starts) > first.ended
    assert story.services_after_failure == story.services_before


def test_the_message_has_first_cause_exit_code_and_the_path_of_the_fetched_log(story: Story) -> None:
    message = story.failed.message
    log = Path(next(line.split()[1] for line in message.splitlines() if line.split()[0] == "log"))
    assert CAUSE in message
    assert "-1: setup failed" in message
    assert log.is_relative_to(story.world.directory / "evidence")
    assert CAUSE in log.read_text(encoding="utf-8")


def test_the_next_run_starts_a_new_setup_of_the_server_that_failed(story: Story) -> None:
    assert went_well(story.mended)
    assert story.of_mended.setups.hosts == [FIRST, full("ms2"), full("ms3")]
    assert set(releases(story.world).values()) == {"2025 RTM"}
    assert story.world.journal.violations == []
    assert left_behind(story.world) == []


def test_a_prerequisite_that_setup_itself_finds_is_told_in_its_words(a_world: MakeWorld) -> None:
    plan = {"outcome": "prerequisite", "failed_check": "ReportViewerCheckTitle"}
    world = a_world(a_group(hosts={"ms1": {"setup": plan}}))
    before = services(world)
    failed = world.act("scom_setup", FIRST)
    assert failed.history.setups.hosts == [FIRST]
    assert "ReportViewerCheck" in failed.message
    assert "-14: a prerequisite failed" in failed.message
    assert services(world) == before


def test_a_setup_that_ends_well_and_has_changed_nothing_is_not_believed(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"outcome": "no_change"}}}))
    failed = world.act("scom_setup", FIRST)
    assert failed.failed
    assert failed.history.setups.first.exit_code == 0
    assert failed.history.setups.hosts == [FIRST]
    assert "NOT      server version in the registry: 10.22.10118.0" in failed.message


def test_the_others_are_not_touched_when_a_later_server_fails(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3}, hosts={"ms2": {"setup": {"outcome": "fatal_action", "first_cause": CAUSE}}}))
    before = services(world)
    failed = upgrade(world)
    assert world.journal.setups.hosts == [FIRST, full("ms2")]
    assert releases(world) == {FIRST: "2025 RTM", full("ms2"): "2022 UR3", full("ms3"): "2022 UR3"}
    assert CAUSE in failed[full("ms2")].message
    assert services(world) == before


def test_services_of_the_others_come_back_when_the_host_refuses_to_start_setup(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"services": {"Schedule": {"status": "stopped"}}}}))
    before = services(world)
    refused = world.act("scom_setup", FIRST)
    assert "Task Scheduler" in refused.message
    assert refused.history.events("task.start") == []
    assert services_of_others(refused.history, FIRST) != []
    assert services(world) == before
    assert left_behind(world) == []
