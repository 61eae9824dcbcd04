"""Services of the other servers: never stopped for longer than a setup, never back before it has ended, whatever breaks on the way."""

from __future__ import annotations

from typing import Any

from tests.actions.conftest import MakeWorld
from tests.actions.outcome import Outcome
from tests.actions.scom.group import upgrade, went_well
from tests.actions.world import World
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND, THIRD = full("ms1"), full("ms2"), full("ms3")
STOPPED = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("stopped", "manual"))
CAUSE = "An invented cause."


def lost_answers(machine: str, module: str, times: int = 2) -> dict[str, Any]:
    """A fault: the next answers of a module are lost, so often that asking again does not help."""
    return {"at": "receive", "module": f"*.{module}", "action": "reset", "machine": full(machine), "times": times}


def restored(world: World, name: str, **options: Any) -> Outcome:
    return world.act("scom_services", name, state="restored", **options)


def killed_at(world: World, percent: int) -> None:
    """Starts the upgrade of the first server and kills its controller in the middle of setup."""
    first = world.begin("scom_setup", FIRST)
    world.wait_for("setup.progress", host="ms1", percent=percent)
    first.kill()


def test_servers_that_were_held_are_let_go_when_the_next_one_cannot_be_held(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3}, faults=[lost_answers("ms3", "win_service", 1)]))
    before = services(world)
    failed = world.act("scom_setup", FIRST)
    assert failed.failed
    assert failed.history.events("service.stop", SECOND) != []
    assert failed.history.events("task.start") == []
    assert services(world) == before
    assert left_behind(world) == []


def test_an_attempt_to_attach_that_fails_leaves_the_others_still(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"seconds": 30}}}))
    killed_at(world, 10)
    # The second look, with the lock held: two databases are asked in each.
    world.fault("wire", rule={**lost_answers("ms1", "sql_query"), "nth": 3})
    again = world.act("scom_setup", FIRST)
    assert again.failed
    assert again.result["still_running"] is True
    assert "still running on the host, not failed" in again.message
    assert services(world)[SECOND] == STOPPED
    assert world.journal.violations == []


def test_the_cause_of_a_failed_setup_is_told_although_a_server_cannot_be_put_back(a_world: MakeWorld) -> None:
    plan = {"outcome": "fatal_action", "first_cause": CAUSE}
    world = a_world(a_group(hosts={"ms1": {"setup": plan}}))
    run = world.begin("scom_setup", FIRST)
    world.wait_for("setup.start", host="ms1")
    world.fault("wire", rule=lost_answers("ms2", "win_service"))
    message = run.end().message
    assert CAUSE in message
    assert "ms2.contoso.lab: the connection" in message and "could not be restored" in message


def test_a_later_server_is_not_failed_by_one_that_was_never_held(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3}))
    assert went_well(upgrade(world, FIRST))
    run = world.begin("scom_setup", SECOND)
    world.wait_for("setup.progress", host="ms2", percent=50)
    world.fault("winrm_restart", machine="ms3", down_seconds=3)
    assert "could not be restored" not in run.end().text


def test_what_a_dead_controller_held_still_is_put_back_by_a_run_that_is_refused(a_world: MakeWorld) -> None:
    """The killed run never comes to start its setup."""
    world = a_world(a_group())
    before = services(world)
    first = world.begin("scom_setup", FIRST)
    world.wait_for("service.stop", host="ms2", service="HealthService")
    first.kill()
    assert world.journal.events("task.start") == []
    world.fault("pending_reboot", machine="ms1")

    checked, others = world.act("scom_prerequisites", FIRST), world.act("scom_prerequisites", SECOND)
    assert "scom.host.pending_reboot" in checked.message
    assert "ms2.contoso.lab: its services do not run" in others.text
    assert "systemcenter.upgrade.scom_services with state restored" in others.text

    refused = world.act("scom_setup", FIRST)
    assert "scom.host.pending_reboot" in refused.message
    assert "are restored" in refused.message
    assert services(world) == before
    assert left_behind(world) == []


def test_nobody_is_told_to_start_services_while_a_setup_needs_them_stopped(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"seconds": 40}}}))
    first = world.begin("scom_setup", FIRST)
    world.wait_for("setup.progress", host="ms1", percent=10)

    refused, checked = world.act("scom_setup", SECOND), world.act("scom_prerequisites", SECOND)
    for text in (refused.text, checked.text):
        assert "do not start them" in text
        assert "ms1.contoso.lab runs setup" in text
        for advice in ("scom_services with state restored does so", "start automatically", "scom.host.services", "scom.management_packs"):
            assert advice not in text
    assert "do not start them" in refused.message
    assert not checked.failed

    not_restored = restored(world, SECOND)
    assert not_restored.failed
    assert "ms1.contoso.lab runs setup" in not_restored.text
    assert services(world)[SECOND] == STOPPED
    first.kill()
    assert world.journal.violations == []


def test_services_are_put_back_by_force_with_a_warning_and_the_lab_takes_it_for_what_it_is(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"seconds": 40}}}))
    killed_at(world, 50)
    forced = restored(world, SECOND, force=True)
    assert not forced.failed, forced.message
    assert "ms1.contoso.lab runs setup" in forced.text
    assert {one.get("rule") for one in world.journal.violations} == {"service_of_others_started"}


def test_services_of_an_upgrade_that_was_given_up_are_put_back_only_on_demand_while_a_server_cannot_be_asked(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3}))
    before = services(world)
    first = world.begin("scom_setup", FIRST)
    world.wait_for("service.stop", host="ms3", service="HealthService")
    first.kill()
    world.fault("winrm_restart", machine="ms3", down_seconds=30)
    refused = restored(world, SECOND)
    assert refused.failed
    assert "ms3.contoso.lab could not be asked" in refused.message
    assert services(world)[SECOND] != before[SECOND]
    back = restored(world, SECOND, force=True)
    assert not back.failed, back.message
    assert "ms3.contoso.lab could not be asked" in back.text
    assert services(world)[SECOND] == before[SECOND]


def killed_while_it_holds(world: World) -> None:
    """The controller that upgrades the first server is killed when it has stopped the services of the second, before any setup."""
    first = world.begin("scom_setup", FIRST)
    world.wait_for("service.stop", host="ms2", service="HealthService")
    first.kill()
    # Until its lock has ended.
    world.wait(900)


def test_a_server_that_was_held_for_another_has_its_services_back_before_its_own_setup(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    before = services(world)
    killed_while_it_holds(world)
    assert went_well(upgrade(world, SECOND, FIRST, first_management_server=SECOND))
    (setup, _of_first) = world.journal.setups
    back = [entry.t for entry in world.journal.events("service.start", SECOND) if entry.t < setup.started]
    assert (setup.host, len(back)) == (SECOND, len(STOPPED))
    assert world.journal.violations == []
    assert services(world) == before
    assert left_behind(world) == []


def test_a_server_that_is_held_and_may_not_begin_is_let_go_by_its_own_run(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    before = services(world)
    killed_while_it_holds(world)
    checked, refused = world.act("scom_prerequisites", SECOND), world.act("scom_setup", SECOND)
    assert (checked.failed, checked.result["under_way"]) == (False, True), checked.message
    assert refused.failed
    assert "services that an earlier run had stopped on management servers of the group are restored" in refused.message
    assert services(world) == before
    assert left_behind(world) == []
