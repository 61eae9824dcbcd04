"""A pair and an agent: planned, upgraded, upgraded again, verified. All of the system in one start, never host by host."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, SOURCE, TARGET, UPGRADE, VERIFY, a_system, changes, online, versions
from tests.e2e.plays import Play, play
from tests.e2e.states import full, left_behind
from tests.lab.client import ServedWorld

NODES = [full("dma1"), full("dma1b"), full("dma2")]


@dataclass(frozen=True)
class Story:
    world: ServedWorld
    planned: Play
    too_early: Play
    upgraded: Play
    again: Play
    verified: Play


@pytest.fixture(scope="module")
def story(serve_for_module: Serve) -> Story:
    world = serve_for_module(a_system(PAIR_AND_AGENT))
    planned, too_early = play(world, *UPGRADE, "--check"), play(world, *VERIFY)
    upgraded, again = play(world, *UPGRADE), play(world, *UPGRADE)
    return Story(world, planned, too_early, upgraded, again, play(world, *VERIFY))


def test_check_mode_changes_nothing(story: Story) -> None:
    assert story.planned.completed.code == 0, story.planned.text
    assert changes(story.planned) == []


def test_check_mode_tells_the_plan(story: Story) -> None:
    assert "bring DataMiner 10.5.0 CU12 (build 16806) to all 3 nodes" in story.planned.text
    assert "extract_all_files: true, delayed_start: true, automatic_start: true, stop_snmp: true, reboot: false" in story.planned.text
    assert "Failover policy simultaneously" in story.planned.text


def test_a_system_that_was_not_upgraded_is_not_proved_to_be(story: Story) -> None:
    assert story.too_early.completed.code != 0
    assert changes(story.too_early) == []


def test_all_agents_are_upgraded_by_one_start(story: Story) -> None:
    assert story.upgraded.completed.code == 0, story.upgraded.text
    (start,) = story.world.journal.events("upgrade.start")
    assert start.get("nodes") == NODES
    assert (start.get("from"), start.get("to")) == ([SOURCE], TARGET)
    assert versions(story.world) == {TARGET}


def test_every_advanced_option_is_written_with_the_default_of_system_center(story: Story) -> None:
    (start,) = story.world.journal.events("upgrade.start")
    wanted = {"extract_all_files": True, "delayed_start": True, "automatic_start": True, "stop_snmp": True, "reboot": False}
    assert start.get("options") == {"is_cluster": True, **wanted}
    assert start.get("policy") == "Simultaneously"


def test_the_agent_without_a_partner_starts_the_upgrade(story: Story) -> None:
    (start,) = story.world.journal.events("upgrade.start")
    assert start.host == full("dma2")


def test_the_checks_of_the_package_ran_on_every_node_before_the_upgrade_began(story: Story) -> None:
    (start,) = story.world.journal.events("upgrade.start")
    runs = story.world.journal.events("prerequisite.run", by="executor")
    assert sorted(str(run.host) for run in runs) == NODES
    assert all(run.t < start.t for run in runs)


def test_progress_is_shown_of_every_node_a_line_a_step(story: Story) -> None:
    lines = story.upgraded.text.splitlines()
    for node in NODES:
        assert [line for line in lines if line.startswith(node) and "Executing action: UpgradeDB" in line], node


def test_roles_of_the_pair_are_as_before(story: Story) -> None:
    assert online(story.world) == {full("dma1b")}


def test_nothing_was_done_that_the_vendor_warns_of(story: Story) -> None:
    assert story.world.journal.violations == []


def test_no_task_or_lock_is_left_behind(story: Story) -> None:
    assert left_behind(story.world) == []


def test_a_second_run_changes_nothing(story: Story) -> None:
    assert story.again.completed.code == 0, story.again.text
    assert "nothing to do: every node has DataMiner 10.5.0 CU12" in story.again.text
    assert changes(story.again) == []


def test_an_upgraded_system_is_verified_on_every_node(story: Story) -> None:
    assert story.verified.completed.code == 0, story.verified.text
    assert "healthy, DataMiner 10.5.0 CU12 (build 16806) on all 3 nodes" in story.verified.text
    assert changes(story.verified) == []


def test_the_evidence_has_the_log_of_every_node(story: Story) -> None:
    evidence = story.world.directory / "evidence"
    assert {path.name for path in evidence.rglob("*-progress.log")} == {f"{node}-progress.log" for node in NODES}
    assert len(list(evidence.rglob("evidence.json"))) == 1
