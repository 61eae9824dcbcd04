"""Setup is started only for somebody who accepts the licence terms."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.e2e.worlds import a_group


def test_nothing_is_asked_or_started_for_somebody_who_does_not_accept_the_licence(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    for check in (True, False):
        refused = world.act("scom_setup", accept_license=False, task=Task(check=check))
        assert refused.failed
        assert "scom_accept_license (option accept_license) is not true" in refused.message
        assert "nothing was started" in refused.message
    assert world.journal.requests() == []
