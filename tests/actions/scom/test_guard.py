"""The order holds in the module: whatever runs at once, or twice, there are no two setups and there is one database script."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.outcome import Outcome
from tests.actions.scom.group import upgrade, went_well
from tests.actions.world import World
from tests.e2e.states import full, left_behind
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")


def is_a_clear_refusal(message: str) -> bool:
    """It says that nothing was started, what was seen, and what to do next."""
    return "nothing was started" in message and "\n  seen " in message and "\n  next " in message


def assert_one_was_upgraded_and_the_other_refused(world: World, *outcomes: Outcome) -> None:
    history = world.journal
    assert history.violations == []
    assert len(history.setups) == len(history.database_scripts) == 1
    (refused,) = [one.message for one in outcomes if one.failed]
    assert is_a_clear_refusal(refused)
    assert left_behind(world) == []


def test_the_named_first_wins_at_once(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    named = {"first_management_server": SECOND}
    begun = [world.begin("scom_setup", name, **named) for name in (FIRST, SECOND)]
    first, second = (one.end() for one in begun)
    assert_one_was_upgraded_and_the_other_refused(world, first, second)
    assert world.journal.setups.hosts == [SECOND]
    assert first.failed


def test_a_second_server_is_refused_before_the_first_is_done(a_world: MakeWorld) -> None:
    refused = a_world(a_group()).act("scom_setup", SECOND)
    assert refused.touches == []
    assert is_a_clear_refusal(refused.message)
    assert "ms1.contoso.lab not at 2025" in refused.message


def test_two_controllers_with_no_server_named_are_one_setup_and_one_refusal(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    begun = [world.begin("scom_setup", name) for name in (FIRST, SECOND)]
    assert_one_was_upgraded_and_the_other_refused(world, *[one.end() for one in begun])


def test_a_second_controller_attaches_to_a_setup_and_both_end_well_though_one_tidies_up_before_the_other_looks(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 5}))
    one = world.begin("scom_setup")
    world.wait_for("setup.start")
    other = world.begin("scom_setup", poll_interval_seconds=7)
    ended = [one.end(), other.end()]
    assert [run.failed for run in ended] == [False, False], ended[0].message + ended[1].message
    assert len(world.journal.setups) == 1
    assert world.journal.violations == []
    assert left_behind(world) == []


def test_without_a_name_a_later_server_follows_the_one_that_was_named_on_another_day(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 3}))
    assert went_well(upgrade(world, SECOND, first_management_server=SECOND))
    assert went_well(upgrade(world, full("ms3"), FIRST, first_management_server=""))
    assert world.journal.setups.hosts == [SECOND, full("ms3"), FIRST]
    assert len(world.journal.database_scripts) == 1
    assert world.journal.violations == []
    assert left_behind(world) == []
