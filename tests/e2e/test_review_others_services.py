"""Services of the other servers: never stopped for longer than a setup, never back before it has ended, whatever breaks on the way."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Serve
from tests.e2e.plays import PREFLIGHT, UPGRADE, begin, play, setup_alone
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND, THIRD = full("ms1"), full("ms2"), full("ms3")
STOPPED = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("stopped", "manual"))
CAUSE = "An invented cause."
RESTORE = ("ansible", "scom_management_servers", "-m", "systemcenter.upgrade.scom_services", "-a")


def lost_answers(machine: str, module: str, times: int = 2) -> dict[str, Any]:
    """A fault: the next answers of a module are lost, so often that asking again does not help."""
    return {"at": "receive", "module": f"*.{module}", "action": "reset", "machine": full(machine), "times": times}


def test_servers_that_were_held_are_let_go_when_the_next_one_cannot_be_held(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 3}, faults=[lost_answers("ms3", "win_service", 1)]))
    before = services(world)
    failed = play(world, *UPGRADE)
    assert failed.completed.code == 2
    assert failed.history.events("service.stop", SECOND) != []
    assert failed.history.events("task.start") == []
    assert services(world) == before
    assert left_behind(world) == []


def test_an_attempt_to_attach_that_fails_leaves_the_others_still(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"seconds": 30}}}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=10)
    first.running.kill()
    # The second look, with the lock held: two databases are asked in each.
    world.fault("wire", rule={**lost_answers("ms1", "sql_query"), "nth": 3})
    again = play(world, *setup_alone(world, first_management_server=FIRST), "--limit", FIRST)
    assert again.completed.code == 2
    assert again.failures[FIRST]["still_running"] is True
    assert "still running on the host, not failed" in again.messages[FIRST]
    assert services(world)[SECOND] == STOPPED
    assert world.journal.violations == []


def test_the_cause_of_a_failed_setup_is_told_although_a_server_cannot_be_put_back(serve: Serve) -> None:
    plan = {"outcome": "fatal_action", "first_cause": CAUSE}
    world = serve(a_group(hosts={"ms1": {"setup": plan}}))
    run = begin(world, *UPGRADE)
    world.wait_for("setup.start", host="ms1")
    world.fault("wire", rule=lost_answers("ms2", "win_service"))
    message = run.end().messages[FIRST]
    assert CAUSE in message
    assert "ms2.contoso.lab: the connection" in message and "could not be put back" in message


def test_a_later_server_is_not_failed_by_one_that_was_never_held(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 3}))
    assert play(world, *UPGRADE, "--limit", FIRST).completed.code == 0
    run = begin(world, *UPGRADE, "--limit", SECOND)
    world.wait_for("setup.progress", host="ms2", percent=50)
    world.fault("winrm_restart", machine="ms3", down_seconds=3)
    ended = run.end()
    assert "could not be put back" not in ended.text


def test_what_a_dead_controller_held_still_is_put_back_by_a_run_that_is_refused(serve: Serve) -> None:
    # The killed run never comes to start its setup: its second look, with the others held, takes the hour that a hanging answer takes.
    hang = {"at": "receive", "module": "*.sql_query", "action": "hang", "nth": 5, "machine": FIRST}
    world = serve(a_group(faults=[hang]))
    before = services(world)
    first = begin(world, *UPGRADE)
    world.wait_for("service.stop", host="ms2", service="HealthService")
    first.running.kill()
    assert world.journal.events("task.start") == []
    world.fault("pending_reboot", machine="ms1")

    preflight = play(world, *UPGRADE)
    assert "scom.host.pending_reboot" in preflight.messages[FIRST]
    assert "ms2.contoso.lab: its services do not run" in preflight.text
    assert "systemcenter.upgrade.scom_services with state restored" in preflight.text

    refused = play(world, *setup_alone(world, first_management_server=FIRST), "--limit", FIRST)
    assert "scom.host.pending_reboot" in refused.messages[FIRST]
    assert "are back" in refused.messages[FIRST]
    assert services(world) == before
    assert left_behind(world) == []


def test_nobody_is_told_to_start_services_while_a_setup_needs_them_stopped(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"seconds": 40}}}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=10)

    refused = play(world, *UPGRADE, "--limit", SECOND)
    checked = play(world, *PREFLIGHT, "--limit", SECOND)
    for text in (refused.text, checked.text):
        assert "do not start them" in text
        assert "ms1.contoso.lab runs setup" in text
        for advice in ("scom_services with state restored does so", "start automatically", "scom.host.services", "scom.management_packs"):
            assert advice not in text
    assert "do not start them" in refused.messages[SECOND]
    assert checked.completed.code == 0

    restored = play(world, *RESTORE, "state=restored", "--limit", SECOND)
    assert restored.completed.code == 2
    assert "ms1.contoso.lab runs setup" in restored.text
    assert services(world)[SECOND] == STOPPED
    first.running.kill()
    assert world.journal.violations == []


def test_services_are_put_back_by_force_with_a_warning_and_the_lab_takes_it_for_what_it_is(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"seconds": 40}}}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=50)
    first.running.kill()
    forced = play(world, *RESTORE, "state=restored force=true", "--limit", SECOND)
    assert forced.completed.code == 0, forced.text
    assert "ms1.contoso.lab runs setup" in forced.text
    assert {one.get("rule") for one in world.journal.violations} == {"service_of_others_started"}


def test_services_of_an_upgrade_that_was_given_up_are_put_back_with_a_warning_of_what_could_not_be_asked(serve: Serve) -> None:
    hang = {"at": "receive", "module": "*.sql_query", "action": "hang", "nth": 5, "machine": FIRST}
    world = serve(a_group(scom={"servers": 3}, faults=[hang]))
    before = services(world)
    first = begin(world, *UPGRADE)
    world.wait_for("service.stop", host="ms3", service="HealthService")
    first.running.kill()
    world.fault("winrm_restart", machine="ms3", down_seconds=30)
    restored = play(world, *RESTORE, "state=restored", "--limit", SECOND)
    assert restored.completed.code == 0, restored.text
    assert "ms3.contoso.lab could not be asked" in restored.text
    assert services(world)[SECOND] == before[SECOND]
