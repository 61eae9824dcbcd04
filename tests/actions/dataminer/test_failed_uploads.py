"""An upload that does not reach one node ends the upgrade as failed, and is not watched until the whole time is over (RN 30511 D)."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.e2e.dataminer.systems import SOURCE, TARGET, a_system, versions
from tests.e2e.states import full, left_behind

IMPATIENT = {"stall_minutes": 0.1, "give_up_minutes": 10, "begin_minutes": 1, "health_minutes": 0}


@pytest.mark.parametrize("ends", [True, False], ids=["utility ends", "utility shows its window"])
@pytest.mark.parametrize("word", ["told", "silent"])
def test_an_upload_that_one_of_three_agents_does_not_receive_ends_as_failed_and_never_as_still_running(
    a_world: MakeWorld, word: str, ends: bool
) -> None:
    uncertain = {"upload_failure": word, "utility_ends": ends}
    world = a_world(a_system(3, nodes={"dma3": {"upgrade": {"receives": False}}}, uncertain=uncertain))
    failed = world.act("dataminer_upgrade", **IMPATIENT)
    assert failed.failed
    assert "re-attach" not in failed.message
    assert failed.result["still_running"] is False
    assert f"arrived on {full('dma1')}, {full('dma2')}; not on {full('dma3')}" in failed.message
    assert ("SLTaskbarUtility" in failed.message) is not ends
    assert ("restart_lost: true" in failed.message) is (word == "silent")
    assert versions(world) == {SOURCE}
    assert not [one for one in left_behind(world) if ": lock " in one]


def test_a_node_without_a_log_is_told_to_have_none_and_not_one_that_does_not_move(a_world: MakeWorld) -> None:
    world = a_world(a_system(2, upgrade={"upload_seconds": 8}))
    told = world.act("dataminer_upgrade", **IMPATIENT).text
    assert f"{full('dma2')}: it has no log" in told or "it has no log, and has had none" in told
    assert "its log has not moved" not in told.partition("it has no log")[0]


def test_what_a_silent_failure_left_is_cleared_by_the_words_that_its_message_names(a_world: MakeWorld) -> None:
    plans = {"runs": [{"receives": False}, {"receives": True}]}
    world = a_world(a_system(3, nodes={"dma3": {"upgrade": plans}}, uncertain={"upload_failure": "silent"}))
    failed = world.act("dataminer_upgrade", **IMPATIENT)
    assert "with fresh_upload: true" in failed.message
    world.wait(3600)
    closed = world.act("dataminer_upgrade", **IMPATIENT, restart_lost=True)
    assert "fix the cause, then run the same command again" in closed.message
    refused = world.act("dataminer_upgrade", **IMPATIENT)
    assert "whether the package was used is not known" in refused.message
    anew = world.act("dataminer_upgrade", **IMPATIENT | {"health_minutes": 5}, fresh_upload=True)
    assert not anew.failed, anew.message
    assert (versions(world), left_behind(world)) == ({TARGET}, [])


def test_an_upload_that_is_only_slow_is_waited_for(a_world: MakeWorld) -> None:
    """Its log says nothing for longer than the longest silence, while the content still comes to one node after the other."""
    world = a_world(a_system(2, upgrade={"upload_seconds": 5}))
    upgraded = world.act("dataminer_upgrade", **IMPATIENT | {"health_minutes": 5})
    assert not upgraded.failed, upgraded.message
