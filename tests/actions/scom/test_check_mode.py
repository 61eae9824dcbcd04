"""Check mode tells the plan of a server, and does nothing of it."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.e2e.states import full
from tests.e2e.worlds import a_group


def test_check_mode_tells_what_would_be_started_and_starts_stops_and_locks_nothing(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    planned = world.act("scom_setup", full("ms1"), task=Task(check=True))
    assert not planned.failed, planned.message
    assert (planned.changed, planned.result["step"]) == (True, "planned")
    assert f"upgrade management server {full('ms1')} from 2022 UR3 to 2025" in planned.text
    assert planned.touches == []
    assert planned.history.events("lock.acquire") == []
    assert {str(request.get("what")).rpartition(".")[2] for request in planned.history.requests()} == {
        "host_lock",
        "host_probe",
        "host_task",
        "scom_command",
        "sql_query",
    }
