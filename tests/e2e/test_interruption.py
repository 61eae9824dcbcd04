"""The controller dies, or the line to a server breaks: the same command again finishes the job, and every setup has run exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin_and_kill, play, setup_alone
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

FIRST, SECOND = full("ms1"), full("ms2")
ALL_RUN = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("running", "auto"))


def assert_upgraded_once_each(world: ServedWorld) -> None:
    history = world.journal
    assert history.violations == []
    assert history.setups.hosts == [FIRST, SECOND]
    assert len(history.database_scripts) == 1
    assert set(releases(world).values()) == {"2025 RTM"}
    assert services(world) == {FIRST: ALL_RUN, SECOND: ALL_RUN}
    assert left_behind(world) == []


MOMENTS: dict[str, dict[str, Any]] = {
    "services are stopped, setup is not started": {"event": "service.stop", "host": "ms2", "service": "HealthService"},
    "the database script runs": {"event": "database.script", "host": "ms1", "phase": "start"},
    "setup has ended, nothing is proved": {"event": "task.end", "host": "ms1"},
    "services are coming back": {"event": "service.start", "host": "ms2", "service": "OMSDK"},
    "the second setup runs": {"event": "setup.start", "host": "ms2"},
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=list(MOMENTS))
def test_a_killed_controller_is_made_good_by_the_same_command(serve: Serve, moment: dict[str, Any]) -> None:
    world = serve(a_group())
    begin_and_kill(world, UPGRADE, **moment)
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert_upgraded_once_each(world)


def test_the_same_command_attaches_to_a_setup_that_still_runs(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}, setup={"seconds": 8}))
    command = setup_alone(world)
    begin_and_kill(world, command, "setup.progress", host="ms1", percent=10)
    again = play(world, *command)
    assert again.completed.code == 0, again.text
    assert "attaching to it" in again.text
    assert world.journal.setups.hosts == [FIRST]
    assert left_behind(world) == []


def test_lost_connections_and_restarts_of_winrm_are_waited_for(serve: Serve) -> None:
    faults = [
        {"action": "drop_connections", "machine": "ms1", "at_event": "task.start", "host": "ms1"},
        {"action": "drop_connections", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 30}},
        {
            "action": "winrm_restart",
            "machine": "ms1",
            "at_event": "setup.progress",
            "host": "ms1",
            "where": {"percent": 60},
            "down_seconds": 1,
        },
        {"action": "drop_connections", "machine": "ms1", "at_event": "setup.end", "host": "ms1"},
        {"at": "receive", "module": "*.host_task", "action": "truncate", "nth": 3, "machine": "ms2"},
    ]
    world = serve(a_group(setup={"seconds": 2}, faults=faults))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert [fault.get("action") for fault in world.journal.events("fault", FIRST)] == [
        "drop_connections",
        "drop_connections",
        "winrm_restart",
        "drop_connections",
    ]
    assert_upgraded_once_each(world)


def test_the_answer_to_the_start_is_lost_and_setup_is_started_once(serve: Serve) -> None:
    # The third call of host_task on the first server is the start; the two before it only look.
    world = serve(a_group(faults=[{"at": "receive", "module": "*.host_task", "action": "reset", "nth": 3, "machine": "ms1"}]))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert "connection lost" in upgraded.text
    assert_upgraded_once_each(world)


def test_a_server_out_of_reach_for_too_long_is_reported_as_still_running(serve: Serve) -> None:
    fault = {"action": "winrm_restart", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 20}}
    world = serve(a_group(setup={"seconds": 3}, faults=[{**fault, "down_seconds": 2}], inventory={"scom_patience_minutes": 0}))
    lost = play(world, *UPGRADE)
    assert lost.completed.code == 2
    assert "still running on the host, not failed" in lost.messages[FIRST]
    assert lost.failures[FIRST]["still_running"] is True
    world.wait_for("task.end", host="ms1")
    assert services(world)[SECOND] == dict.fromkeys(ALL_RUN, ("stopped", "manual"))
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert_upgraded_once_each(world)


def test_a_logon_that_is_refused_while_setup_runs_is_not_tried_until_the_account_is_locked(serve: Serve) -> None:
    new = {"account": "CONTOSO\\ansible", "password": "CANARY-operator-new"}
    fault = {"action": "password_change", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 20}, **new}
    drop = {"action": "drop_connections", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 20}}
    world = serve(a_group(setup={"seconds": 2}, faults=[fault, drop]))
    refused = play(world, *UPGRADE)
    assert "the logon was refused 3 times" in refused.messages[FIRST]
    assert "still running on the host, not failed" in refused.messages[FIRST]
    again = play(world, *UPGRADE, "--extra-vars", f"ansible_password={new['password']}")
    assert again.completed.code == 0, again.text
    assert_upgraded_once_each(world)
