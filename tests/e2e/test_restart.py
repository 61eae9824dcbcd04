"""Servers that restart: because setup asks for it, and because somebody does it in the middle of a setup."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin, play
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")


def test_a_server_whose_setup_asks_for_it_is_restarted_before_the_next_one_begins(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"outcome": "reboot"}}}))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    history = world.journal
    (down,), (up,) = history.events("reboot.start"), history.events("reboot.end")
    first, second = history.setups
    assert first.exit_code == 3010
    assert down.host == FIRST
    assert first.ended is not None and first.ended < down.t < up.t < second.started
    assert history.violations == []
    assert set(releases(world).values()) == {"2025 RTM"}


def test_a_controller_that_dies_while_the_server_restarts_is_made_good_by_the_same_command(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"outcome": "reboot"}}}))
    before = services(world)
    first = begin(world, *UPGRADE)
    world.wait_for("reboot.start", host="ms1")
    first.running.kill()
    world.wait_for("reboot.end", host="ms1")
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert world.journal.setups.hosts == [FIRST, SECOND]
    assert len(world.journal.events("reboot.start")) == 1
    assert world.journal.violations == []
    assert services(world) == before
    assert left_behind(world) == []


def test_a_setup_lost_in_a_restart_is_not_started_again_until_somebody_says_so(serve: Serve) -> None:
    fault = {"action": "reboot", "machine": "ms1", "at_event": "database.script", "host": "ms1", "where": {"phase": "start"}}
    world = serve(a_group(faults=[fault]))
    before = services(world)

    lost = play(world, *UPGRADE)
    assert lost.completed.code == 2
    assert "the server was restarted while setup ran" in lost.messages[FIRST]
    assert services(world) == before

    again = play(world, *UPGRADE)
    assert again.completed.code == 2
    assert "restart_lost: true" in again.messages[FIRST]
    assert again.history.events("task.start") == []
    assert services(world) == before

    decided = play(world, *UPGRADE, "--extra-vars", "scom_restart_lost=true")
    assert decided.completed.code == 0, decided.text
    assert world.journal.setups.hosts == [FIRST, FIRST, SECOND]
    assert [one.get("rule") for one in world.journal.violations] == ["setup_killed"]
    assert services(world) == before
    assert left_behind(world) == []


def test_a_restart_that_the_operator_forbids_is_asked_for_and_proved_afterwards(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}, setup={"outcome": "reboot"}))
    held_back = play(world, *UPGRADE, "--extra-vars", "scom_reboot=false")
    assert held_back.completed.code == 2
    assert "Restart the server, then run the same command again" in held_back.messages[FIRST]
    assert world.journal.events("reboot.start") == []
    world.reboot("ms1")
    proved = play(world, *UPGRADE, "--extra-vars", "scom_reboot=false")
    assert proved.completed.code == 0, proved.text
    assert len(world.journal.setups) == 1
    assert left_behind(world) == []
