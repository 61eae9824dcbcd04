"""A setup that fails ends the whole play: no other server is begun. What it tells, and how it goes on, stands in tests/actions."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group

FIRST = full("ms1")
CAUSE = "The group policy of this invented domain forbids the service to be registered."


def test_a_failed_setup_ends_the_run_before_the_next_server(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 3}, hosts={"ms1": {"setup": {"outcome": "fatal_action", "first_cause": CAUSE}}}))
    failed = play(world, *UPGRADE)
    assert failed.completed.code == 2
    assert failed.history.setups.hosts == [FIRST]
    assert [task.host for task in failed.history.events("task.start")] == [FIRST]
    assert CAUSE in failed.messages[FIRST]
