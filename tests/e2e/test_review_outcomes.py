"""Ends of a setup that are told as what they are, and leave a way on."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin, play, setup_alone
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")


def test_a_setup_that_changed_nothing_can_be_started_again(serve: Serve) -> None:
    runs = {"runs": [{"outcome": "no_change"}, {"outcome": "success"}]}
    world = serve(a_group(scom={"servers": 1}, hosts={"ms1": {"setup": runs}}))
    assert play(world, *UPGRADE).completed.code == 2
    # Of a setup that failed the mark is left, that it was begun on this server.
    assert left_behind(world) == [f"{full('ms1')}: registry"]
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert left_behind(world) == []
    assert len(world.journal.setups) == 2
    assert set(releases(world).values()) == {"2025 RTM"}


def test_a_setup_whose_watcher_died_is_proved_and_tidied_up(serve: Serve) -> None:
    fault = {"action": "kill_wrapper", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 30}}
    world = serve(a_group(setup={"seconds": 3}, faults=[fault]))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert world.journal.violations == []
    assert world.journal.setups.hosts == [FIRST, SECOND]
    assert left_behind(world) == []


def test_a_restart_that_setup_has_begun_itself_is_waited_for(serve: Serve) -> None:
    plan = {"outcome": "reboot", "exit_code": 1641}
    fault = {"action": "reboot", "machine": "ms1", "at_event": "task.end", "host": "ms1", "down_seconds": 1}
    world = serve(a_group(hosts={"ms1": {"setup": plan}}, faults=[fault]))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert len(world.journal.events("reboot.start")) == 1
    assert left_behind(world) == []


def test_evidence_that_cannot_be_kept_is_told_before_anything_is_started(serve: Serve) -> None:
    world = serve(a_group(inventory={"scom_evidence_directory": "/dev/null/evidence"}))
    before = services(world)
    refused = play(world, *UPGRADE)
    assert "evidence_directory: " in refused.messages[FIRST]
    assert "nothing was started" in refused.messages[FIRST]
    assert refused.history.events("task.start") == []
    assert services(world) == before
    assert left_behind(world) == []


def test_a_restart_is_not_made_for_an_operator_who_forbids_it(serve: Serve) -> None:
    world = serve("first_owes_reboot")
    refused = play(world, *UPGRADE, "--extra-vars", "scom_reboot=false", "--extra-vars", "scom_health_minutes=0")
    assert refused.completed.code == 2
    assert "not proved to be" in refused.messages[FIRST] and "NOT      service OMSDK: stopped" in refused.messages[FIRST]
    assert world.journal.events("reboot.start") == []
    assert world.journal.events("task.start") == []
    world.reboot("ms1")
    finished = play(world, *UPGRADE, "--extra-vars", "scom_reboot=false")
    assert finished.completed.code == 0, finished.text
    assert world.journal.setups.hosts == [SECOND]
    assert len(world.journal.events("reboot.start")) == 1


def test_the_proof_waits_for_a_server_that_does_not_answer_for_a_while(serve: Serve) -> None:
    fault: dict[str, Any] = {
        "action": "winrm_restart",
        "machine": "ms1",
        "at_event": "setup.end",
        "host": "ms1",
        "delay": 3,
        "down_seconds": 2,
    }
    world = serve(a_group(scom={"servers": 1}, setup={"healthy_after": 6}, faults=[fault]))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert "waiting for the server: it does not answer" in upgraded.text
    assert left_behind(world) == []


def test_check_mode_says_that_a_setup_that_runs_would_be_followed_to_a_change(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}, setup={"seconds": 30}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=10)
    first.running.kill()
    planned = play(world, *setup_alone(world), "--check")
    assert planned.completed.code == 0, planned.text
    assert "attaching to it" in planned.text
    assert planned.recap[FIRST]["changed"] == 1
    assert [event for event in planned.touches if event.startswith(("task.", "lock."))] == []


def test_a_setup_that_was_started_with_other_switches_is_followed_and_told(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}, setup={"seconds": 20}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=10)
    first.running.kill()
    other = play(world, *setup_alone(world, switches={"SendCEIPReports": 0}))
    assert other.completed.code == 0, other.text
    assert "it was started with another command line" in other.text
    assert len(world.journal.setups) == 1
