"""Ends of a setup that are told as what they are, and leave a way on."""

from __future__ import annotations

from typing import Any

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.actions.task import Task
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")


def test_a_setup_that_changed_nothing_can_be_started_again(a_world: MakeWorld) -> None:
    runs = {"runs": [{"outcome": "no_change"}, {"outcome": "success"}]}
    world = a_world(a_group(scom={"servers": 1}, hosts={"ms1": {"setup": runs}}))
    assert world.act("scom_setup").failed
    # Of a setup that failed the mark is left, that it was begun on this server.
    assert left_behind(world) == [f"{full('ms1')}: registry"]
    again = world.act("scom_setup")
    assert not again.failed, again.message
    assert left_behind(world) == []
    assert len(world.journal.setups) == 2
    assert set(releases(world).values()) == {"2025 RTM"}


def test_a_setup_whose_watcher_died_is_proved_and_tidied_up(a_world: MakeWorld) -> None:
    fault = {"action": "kill_wrapper", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 30}}
    world = a_world(a_group(setup={"seconds": 3}, faults=[fault]))
    assert went_well(upgrade(world))
    assert world.journal.violations == []
    assert world.journal.setups.hosts == [FIRST, SECOND]
    assert left_behind(world) == []


def test_a_restart_that_setup_has_begun_itself_is_waited_for(a_world: MakeWorld) -> None:
    plan = {"outcome": "reboot", "exit_code": 1641}
    fault = {"action": "reboot", "machine": "ms1", "at_event": "task.end", "host": "ms1", "down_seconds": 1}
    world = a_world(a_group(hosts={"ms1": {"setup": plan}}, faults=[fault]))
    assert went_well(upgrade(world))
    assert len(world.journal.events("reboot.start")) == 1
    assert left_behind(world) == []


def test_evidence_that_cannot_be_kept_is_told_before_anything_is_started(a_world: MakeWorld) -> None:
    world = a_world(a_group(inventory={"scom_evidence_directory": "/dev/null/evidence"}))
    before = services(world)
    refused = world.act("scom_setup", FIRST)
    assert "evidence_directory: " in refused.message
    assert "nothing was started" in refused.message
    assert refused.history.events("task.start") == []
    assert services(world) == before
    assert left_behind(world) == []


def test_a_restart_is_not_made_for_an_operator_who_forbids_it(a_world: MakeWorld) -> None:
    world = a_world("first_owes_reboot")
    refused = world.act("scom_setup", FIRST, reboot=False, health_minutes=0)
    assert refused.failed
    assert "could not be verified" in refused.message and "NOT      service OMSDK: stopped" in refused.message
    assert world.journal.events("reboot.start") == []
    assert world.journal.events("task.start") == []
    world.reboot("ms1")
    assert went_well(upgrade(world, reboot=False))
    assert world.journal.setups.hosts == [SECOND]
    assert len(world.journal.events("reboot.start")) == 1


def test_the_proof_waits_for_a_server_that_does_not_answer_for_a_while(a_world: MakeWorld) -> None:
    fault: dict[str, Any] = {
        "action": "winrm_restart",
        "machine": "ms1",
        "at_event": "setup.end",
        "host": "ms1",
        "delay": 3,
        "down_seconds": 2,
    }
    world = a_world(a_group(scom={"servers": 1}, setup={"healthy_after": 6}, faults=[fault]))
    upgraded = world.act("scom_setup")
    assert not upgraded.failed, upgraded.message
    assert "waiting for the server: it does not answer" in upgraded.text
    assert left_behind(world) == []


def test_check_mode_says_that_a_setup_that_runs_would_be_followed_to_a_change(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 30}))
    first = world.begin("scom_setup")
    world.wait_for("setup.progress", host="ms1", percent=10)
    first.kill()
    planned = world.act("scom_setup", task=Task(check=True))
    assert not planned.failed, planned.message
    assert "attaching to it" in planned.text
    assert planned.changed
    assert [event for event in planned.touches if event.startswith(("task.", "lock."))] == []


def test_a_setup_that_was_started_with_other_switches_is_followed_and_told(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 20}))
    first = world.begin("scom_setup")
    world.wait_for("setup.progress", host="ms1", percent=10)
    first.kill()
    other = world.act("scom_setup", switches={"SendCEIPReports": 0})
    assert not other.failed, other.message
    assert "it was started with another command line" in other.text
    assert len(world.journal.setups) == 1


def test_a_setup_that_leaves_the_real_one_running_behind_is_waited_for(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, uncertain={"bootstrap": "returns_early"}, setup={"seconds": 600}))
    begun = world.begin("scom_setup", poll_interval_seconds=60, health_minutes=0)
    ended = world.wait_for("task.end", host="ms1", timeout=1200)
    upgraded = begun.end()
    assert not upgraded.failed, upgraded.message
    (setup,) = world.journal.setups
    assert setup.ended is not None and setup.ended > ended.t
    assert world.journal.violations == []
    assert left_behind(world) == []
