"""The order holds below the play: whatever is limited, run freely or run twice at once, no two setups and one database script."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, Play, begin, play, setup_alone
from tests.e2e.states import full, left_behind, releases
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld


def is_a_clear_refusal(message: str) -> bool:
    """It says that nothing was started, what was seen, and what to do next."""
    return "nothing was started" in message and "\n  seen " in message and "\n  next " in message


def assert_one_setup_at_a_time(world: ServedWorld) -> None:
    history = world.journal
    assert history.violations == []
    assert not history.setups.overlap
    assert len(history.database_scripts) == 1
    assert len(set(history.setups.hosts)) == len(history.setups)


def assert_one_was_upgraded_and_the_other_refused(world: ServedWorld, *plays: Play) -> None:
    assert_one_setup_at_a_time(world)
    assert len(world.journal.setups) == 1
    refused = [message for one in plays for message in one.messages.values()]
    assert len(refused) == 1
    assert is_a_clear_refusal(refused[0])
    assert left_behind(world) == []


def test_two_servers_at_once_in_a_free_play_are_one_setup_and_one_refusal(serve: Serve) -> None:
    world = serve(a_group())
    both = play(world, *setup_alone(world))
    assert_one_was_upgraded_and_the_other_refused(world, both)


def test_a_play_limited_to_a_second_server_is_refused_before_the_first_is_done(serve: Serve) -> None:
    world = serve(a_group())
    limited = play(world, *UPGRADE, "--limit", full("ms2"))
    message = limited.messages[full("ms2")]
    assert limited.touches == []
    assert is_a_clear_refusal(message)
    assert "ms1.contoso.lab not at 2025" in message


def test_one_blocked_server_ends_a_run_before_anything_has_begun_whatever_strategy_the_environment_names(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms2": {"memory_gb": 4}}))
    # The strategy is read when Ansible is loaded: this is the executable.
    blocked = begin(world, *UPGRADE, env={"ANSIBLE_STRATEGY": "free"}).end()
    assert blocked.completed.code == 2, blocked.text
    assert set(blocked.failures) == {full("ms2")}
    assert blocked.touches == []
    assert world.journal.violations == []


def test_two_controllers_of_the_whole_playbook_start_every_setup_once(serve: Serve) -> None:
    world = serve(a_group())
    one, other = begin(world, *UPGRADE), begin(world, *UPGRADE)
    ended = [one.end(), other.end()]
    assert_one_setup_at_a_time(world)
    assert all(is_a_clear_refusal(message) for play in ended for message in play.messages.values())
    assert play(world, *UPGRADE).completed.code == 0
    assert_one_setup_at_a_time(world)
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []
