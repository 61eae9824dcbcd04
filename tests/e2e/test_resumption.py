"""Groups that somebody has begun before: what is done stays as it is, the rest follows."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full, left_behind, releases, services_of_others
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
