"""Servers that restart: because setup asks for it, and because somebody does it in the middle of a setup."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")


def test_a_controller_that_dies_while_the_server_restarts_is_made_good_by_the_same_command(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"outcome": "reboot"}}}))
    before = services(world)
    first = world.begin("scom_setup", FIRST)
    world.wait_for("reboot.start", host="ms1")
    first.kill()
    world.wait_for("reboot.end", host="ms1")
    assert went_well(upgrade(world))
    assert world.journal.setups.hosts == [FIRST, SECOND]
    assert len(world.journal.events("reboot.start")) == 1
    assert world.journal.violations == []
    assert services(world) == before
    assert left_behind(world) == []


def test_a_setup_lost_in_a_restart_is_not_started_again_until_somebody_says_so(a_world: MakeWorld) -> None:
    fault = {"action": "reboot", "machine": "ms1", "at_event": "database.script", "host": "ms1", "where": {"phase": "start"}}
    world = a_world(a_group(faults=[fault]))
    before = services(world)

    lost = world.act("scom_setup", FIRST)
    assert lost.failed
    assert "the server was restarted while setup ran" in lost.message
    assert services(world) == before

    again = world.act("scom_setup", FIRST)
    assert again.failed
    assert "restart_lost: true" in again.message
    assert again.history.events("task.start") == []
    assert services(world) == before

    assert went_well(upgrade(world, restart_lost=True))
    assert world.journal.setups.hosts == [FIRST, FIRST, SECOND]
    assert [one.get("rule") for one in world.journal.violations] == ["setup_killed"]
    assert services(world) == before
    assert left_behind(world) == []


def test_a_restart_that_the_operator_forbids_is_asked_for_and_proved_afterwards(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"outcome": "reboot"}))
    held_back = world.act("scom_setup", reboot=False)
    assert held_back.failed
    assert "Restart the server, then run the same command again" in held_back.message
    assert world.journal.events("reboot.start") == []
    world.reboot("ms1")
    proved = world.act("scom_setup", reboot=False)
    assert not proved.failed, proved.message
    assert len(world.journal.setups) == 1
    assert left_behind(world) == []


def test_a_restart_that_setup_asks_for_is_made_and_over_before_the_next_server_begins(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"outcome": "reboot"}}}))
    upgraded = upgrade(world)
    assert went_well(upgraded)
    assert upgraded[FIRST].result["rebooted"] is True
    (down,), (up,) = world.journal.events("reboot.start", FIRST), world.journal.events("reboot.end", FIRST)
    first, second = world.journal.setups
    assert first.ended is not None and first.ended < down.t < up.t < second.started
    assert world.journal.violations == []
