"""Check mode tells the plan of a system, and does nothing of it."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, SOURCE, a_system, versions
from tests.e2e.states import left_behind


def test_check_mode_tells_what_would_be_brought_where_and_brings_and_starts_nothing(a_world: MakeWorld) -> None:
    world = a_world(a_system(PAIR_AND_AGENT))
    planned = world.act("dataminer_upgrade", task=Task(check=True))
    assert not planned.failed, planned.message
    assert (planned.changed, planned.result["step"]) == (True, "planned")
    assert "bring DataMiner 10.5.0 CU12 (build 16806) to all 3 nodes" in planned.text
    assert planned.touches == []
    assert planned.history.events("request", what="put_file") == []
    assert (versions(world), left_behind(world)) == ({SOURCE}, [])
