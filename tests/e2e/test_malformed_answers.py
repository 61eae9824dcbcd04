"""A host that answers what no hand says, while a setup or an upgrade runs: nothing is let go, and the operator is told what is held."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play, setup_alone
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
RUNNING = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("running", "auto"))


def a_lie(module: str, **fields: Any) -> dict[str, Any]:
    return {"action": "answer_wrongly", "machine": "ms1", "at_event": "setup.start", "module": module, "fields": fields}


def test_an_answer_that_cannot_be_read_while_setup_runs_lets_nothing_go(serve: Serve) -> None:
    world = serve(a_group(setup={"seconds": 20}, faults=[a_lie("host_task", state="sideways")]))
    first = play(world, *setup_alone(world, first_management_server=FIRST, patience_minutes=0), "--limit", FIRST)
    told = first.messages[FIRST]
    assert first.completed.code == 2
    assert f"{FIRST}: still running on the host, not failed." in told
    assert "the answer of host_task cannot be read: state 'sideways' is none of absent, running, exited, lost" in told
    assert f"held     the services OMSDK, cshost, HealthService of {SECOND} are stopped" in told
    assert "held     the lock" in told and "TaskState" not in told
    assert first.history.events("lock.release") == [] and first.history.events("service.start", SECOND) == []
    assert world.journal.setups.first.ended is None

    world.fault("answer_wrongly", machine="ms1", module="host_task")
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert len(world.journal.setups) == 2 and world.journal.violations == []
    assert services(world)[SECOND] == RUNNING
    assert left_behind(world) == []


def test_a_wrong_probe_is_told_with_host_and_hand_and_touches_nothing(serve: Serve) -> None:
    world = serve(a_group())
    world.fault("answer_wrongly", machine="ms1", module="host_probe", fields={"answers": {"setup": {"state": "present", "data": 5}}})
    told = play(world, *UPGRADE)
    assert told.completed.code == 2
    assert f"{FIRST}: the answer of host_probe cannot be read" in told.messages[FIRST]
    assert "Traceback" not in told.messages[FIRST]
    assert told.touches == []
