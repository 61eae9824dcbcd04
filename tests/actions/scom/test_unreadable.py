"""What cannot be read while a setup has begun: it is followed and judged, and nothing ends as a traceback."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
RUNNING = dict.fromkeys(("OMSDK", "cshost", "HealthService"), ("running", "auto"))


def test_a_running_setup_is_followed_although_its_group_cannot_be_read(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"seconds": 30}}}))
    first = world.begin("scom_setup", FIRST)
    world.wait_for("setup.progress", host="ms1", percent=60)
    first.kill()
    wrong = {"name": "CONTOSO\\svc-scom-setup", "password": "not-the-password"}
    again = world.act("scom_setup", FIRST, setup_account=wrong, health_minutes=0)
    assert "Traceback" not in again.text
    assert "attaching to it" in again.text
    assert "NOT      version of the operational database" in again.message
    ended = world.journal.setups.first.ended
    assert ended is not None
    assert all(start.t > ended for start in world.journal.events("service.start", SECOND))
    assert services(world)[SECOND] == RUNNING
    assert went_well(upgrade(world))
    assert world.journal.violations == []
    assert len(world.journal.setups) == 2
    assert left_behind(world) == []


def test_a_finished_server_whose_database_does_not_answer_is_not_called_done(a_world: MakeWorld) -> None:
    world = a_world("already_done")
    world.fault("sql_down")
    judged = world.act("scom_setup", next(iter(releases(world))), health_minutes=0)
    assert judged.failed
    assert "NOT      version of the operational database" in judged.message
    assert judged.history.events("task.start") == []


def test_a_note_about_services_that_is_none_is_told_and_not_guessed(a_world: MakeWorld) -> None:
    note = {"HKLM\\SOFTWARE\\systemcenter.upgrade\\quiesced": {"OMSDK": "perhaps"}}
    world = a_world(a_group(hosts={"ms2": {"registry": note}}))
    told = world.act("scom_prerequisites", SECOND)
    assert "Traceback" not in told.text
    assert "not a note of a quiesced service: 'perhaps'" in told.message
    refused = world.act("scom_setup", FIRST)
    assert "not a note of a quiesced service" in refused.message
    assert refused.touches == []
