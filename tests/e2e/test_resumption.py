"""Groups that somebody has begun before: what is done stays as it is, the rest follows."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin_and_kill, play
from tests.e2e.states import full, left_behind, releases, services, services_of_others
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
HALF_DONE = {"target": "2025", "database_release": "2025", "servers": [{"name": "ms1", "release": "2025"}, "ms2"]}


def test_the_second_server_follows_a_first_one_that_is_done(serve: Serve) -> None:
    world = serve(a_group(scom=HALF_DONE))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert world.journal.setups.hosts == [SECOND]
    assert world.journal.violations == []
    assert world.journal.database_scripts == []
    assert upgraded.recap[FIRST]["changed"] == 0
    assert services_of_others(world.journal, SECOND) == []
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []


def test_a_group_that_is_done_is_left_alone(serve: Serve) -> None:
    world = serve(a_group(scom={"release": "2025", "target": "2025"}))
    done = play(world, *UPGRADE)
    assert done.completed.code == 0, done.text
    assert all(counts["changed"] == 0 for counts in done.recap.values())
    assert done.touches == []


def test_a_first_server_that_still_owes_a_restart_is_restarted_before_the_second_follows(serve: Serve) -> None:
    world = serve("first_owes_reboot")
    upgraded = play(world, *UPGRADE)
    history = world.journal
    assert upgraded.completed.code == 0, upgraded.text
    assert [one.host for one in history.events("reboot.start")] == [FIRST]
    assert history.setups.hosts == [SECOND]
    assert history.events("reboot.end")[0].t < history.setups.first.started
    assert history.violations == []


LIMITED = ("--limit", SECOND)
NAMED = ("--extra-vars", f"scom_first_management_server={SECOND}")


def test_a_cancelled_first_setup_is_finished_by_a_run_limited_to_its_server_though_another_is_the_first_by_name(serve: Serve) -> None:
    world = serve(a_group())
    before = services(world)
    begin_and_kill(world, (*UPGRADE, *NAMED), "setup.start", SECOND)
    world.wait_for("task.end", SECOND)
    refused = play(world, *UPGRADE)
    assert f"limited to {SECOND}" in refused.messages[FIRST]
    finished = play(world, *UPGRADE, *LIMITED)
    assert finished.completed.code == 0, finished.text
    assert world.journal.setups.hosts == [SECOND]
    assert world.journal.violations == []
    assert (services(world), left_behind(world)) == (before, [])


def test_a_first_setup_that_failed_is_finished_by_a_run_limited_to_its_server_though_another_is_the_first_by_name(serve: Serve) -> None:
    failing = {"outcome": "fatal_action", "first_cause": "An invented cause.", "fails_at": 0.7}
    world = serve(a_group(hosts={"ms2": {"setup": {"runs": [failing, {"outcome": "success"}]}}}))
    before = services(world)
    assert play(world, *UPGRADE, *NAMED).completed.code == 2
    refused = play(world, *UPGRADE)
    assert f"limit the run to {SECOND} until it is finished" in refused.messages[FIRST]
    finished = play(world, *UPGRADE, *LIMITED)
    assert finished.completed.code == 0, finished.text
    assert world.journal.setups.hosts == [SECOND, SECOND]
    assert world.journal.violations == []
    assert (services(world), left_behind(world)) == (before, [])
