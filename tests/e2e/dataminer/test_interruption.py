"""The controller dies, in the upload, in the upgrade, in the verification: the same command again ends well, and all was started once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, TARGET, UPGRADE, UPLOAD, a_system, message, variables, versions
from tests.e2e.plays import begin, begin_and_kill, play
from tests.e2e.states import full, left_behind
from tests.lab.client import ServedWorld

MOMENTS: dict[str, dict[str, Any]] = {
    "the package is on its way": {"event": "request", "what": "put_file"},
    "a check of the package runs": {"event": "task.start", "host": "dma1"},
    "the package is handed to all nodes": {"event": "upload.start", "host": "dma1b"},
    "the nodes are upgraded": {"event": "node.upgrade.start", "host": "dma2"},
    "all are upgraded, nothing is proved": {"event": "upgrade.end", "host": "dma2"},
}

IMPATIENT = ("--extra-vars", "dataminer_patience_minutes=0")


def assert_upgraded_once(world: ServedWorld) -> None:
    assert len(world.journal.events("upgrade.start")) == 1
    assert versions(world) == {TARGET}
    assert world.journal.violations == []
    assert left_behind(world) == []


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=list(MOMENTS))
def test_a_killed_controller_is_made_good_by_the_same_command(serve: Serve, moment: dict[str, Any]) -> None:
    world = serve(a_system(PAIR_AND_AGENT, upgrade={"seconds": 3}))
    begin_and_kill(world, UPGRADE, **moment)
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert_upgraded_once(world)


def test_a_killed_upload_is_made_good_by_the_same_command(serve: Serve) -> None:
    world = serve(a_system(PAIR_AND_AGENT))
    begin_and_kill(world, UPLOAD, "request", host="dma1b", what="put_file")
    again = play(world, *UPLOAD)
    assert again.completed.code == 0, again.text
    assert world.journal.events("upgrade.start") == []
    assert {run.host for run in again.history.events("prerequisite.run")} == {full("dma1"), full("dma1b"), full("dma2")}
    assert left_behind(world) == []


def test_a_second_controller_attaches_and_starts_nothing(serve: Serve) -> None:
    world = serve(a_system(2, upgrade={"seconds": 8}))
    first = begin(world, *UPGRADE)
    world.wait_for("node.upgrade.start", host="dma1")
    second = play(world, *UPGRADE)
    ended = first.end()
    assert (second.completed.code, ended.completed.code) == (0, 0), second.text + ended.text
    assert "attaching to it" in second.text or "following what it began" in second.text
    assert_upgraded_once(world)


def test_two_controllers_at_the_same_time_start_one_upgrade(serve: Serve) -> None:
    world = serve(a_system(2, upgrade={"seconds": 4, "prerequisite_seconds": 1}))
    both = [begin(world, *UPGRADE) for _number in range(2)]
    for ended in [one.end() for one in both]:
        assert ended.completed.code == 0, ended.text
    assert_upgraded_once(world)


def test_two_controllers_with_two_orchestrators_start_one_upgrade(serve: Serve) -> None:
    world = serve(a_system(2, upgrade={"seconds": 4}))
    both = [begin(world, *UPGRADE, *variables(world, dataminer_orchestrator=full(name))) for name in ("dma1", "dma2")]
    ended = [one.end() for one in both]
    for one in ended:
        assert one.completed.code == 0 or "locked by other work" in message(one), one.text
    assert 0 in {one.completed.code for one in ended}
    assert_upgraded_once(world)


def test_watching_that_ends_before_the_upgrade_is_told_as_still_running_and_the_next_run_attaches(serve: Serve) -> None:
    world = serve(a_system(upgrade={"seconds": 8}))
    gave_up = play(world, *UPGRADE, "--extra-vars", "dataminer_give_up_minutes=0")
    (result,) = gave_up.failures.values()
    assert result["still_running"] is True
    assert "still running on the host, not failed" in result["msg"]
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert_upgraded_once(world)


def test_a_utility_that_waits_for_somebody_after_the_upgrade_is_left_alone(serve: Serve) -> None:
    world = serve(a_system(uncertain={"utility_ends": False, "self_replacement": "survives"}))
    for run in (play(world, *UPGRADE, *IMPATIENT), play(world, *UPGRADE, *IMPATIENT)):
        assert run.completed.code == 0, run.text
        assert "still_running" in run.text
    assert len(world.journal.events("upgrade.start")) == 1
    assert world.journal.events("utility.end") == []
    assert world.journal.violations == []
    assert left_behind(world) != []
