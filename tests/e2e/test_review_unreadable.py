"""What cannot be read while a setup has begun: it is followed and judged, and nothing ends as a traceback."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Serve
from tests.e2e.plays import PREFLIGHT, UPGRADE, begin, play, setup_alone
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

FIRST, SECOND = full("ms1"), full("ms2")
RUNNING = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("running", "auto"))


def attach_to_first(world: ServedWorld, **options: Any) -> tuple[str, ...]:
    return (*setup_alone(world, first_management_server=FIRST, **options), "--limit", FIRST)


def test_a_running_setup_is_followed_although_its_group_cannot_be_read(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"seconds": 30}}}))
    first = begin(world, *UPGRADE)
    world.wait_for("setup.progress", host="ms1", percent=60)
    first.running.kill()
    wrong = {"name": "CONTOSO\\svc-scom-setup", "password": "not-the-password"}
    again = play(world, *attach_to_first(world, setup_account=wrong, health_minutes=0))
    assert "Traceback" not in again.text
    assert "attaching to it" in again.text
    assert "NOT      version of the operational database" in again.messages[FIRST]
    ended = world.journal.setups.first.ended
    assert ended is not None
    assert all(start.t > ended for start in world.journal.events("service.start", SECOND))
    assert services(world)[SECOND] == RUNNING
    proved = play(world, *UPGRADE)
    assert proved.completed.code == 0, proved.text
    assert world.journal.violations == []
    assert len(world.journal.setups) == 2
    assert left_behind(world) == []


def test_a_finished_server_whose_database_does_not_answer_is_not_called_done(serve: Serve) -> None:
    world = serve("already_done")
    world.fault("sql_down")
    name = next(iter(releases(world)))
    judged = play(world, *setup_alone(world, health_minutes=0), "--limit", name)
    assert judged.completed.code == 2
    assert "NOT      version of the operational database" in judged.messages[name]
    assert judged.history.events("task.start") == []


def test_a_note_about_services_that_is_none_is_told_and_not_guessed(serve: Serve) -> None:
    note = {"HKLM\\SOFTWARE\\systemcenter.upgrade\\quiesced": {"OMSDK": "perhaps"}}
    world = serve(a_group(hosts={"ms2": {"registry": note}}))
    told = play(world, *PREFLIGHT)
    assert "Traceback" not in told.text
    assert "not a note of a quiesced service: 'perhaps'" in told.messages[SECOND]
    refused = play(world, *attach_to_first(world))
    assert "not a note of a quiesced service" in refused.messages[FIRST]
    assert refused.touches == []
