"""Setups that changed their server to the target and then failed or were lost, or took the product away: nothing counts as done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
CAUSE = "The group policy of this invented domain forbids the service to be registered."
FAILS_LATE = {"outcome": "fatal_action", "first_cause": CAUSE, "fails_at": 0.97}
FAILS = {**FAILS_LATE, "fails_at": 0.7}
RESTARTED_LATE = [{"action": "reboot", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 90}}]


def test_a_setup_that_failed_at_the_target_stays_failed_and_nobody_follows_it(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": FAILS_LATE}}))
    failed, again = world.act("scom_setup", FIRST), world.act("scom_setup", FIRST)
    second = world.act("scom_setup", SECOND)
    for run in (failed, again):
        assert run.failed
        assert CAUSE in run.message
        assert "scom_setup_acknowledged" in run.message
    assert "never verified" in second.message
    assert f"{FIRST}: registry" in left_behind(world)
    assert world.journal.setups.hosts == [FIRST]
    assert world.journal.violations == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [({"hosts": {"ms1": {"setup": FAILS_LATE}}}, "exit code: -1"), ({"faults": RESTARTED_LATE}, "setup's log")],
    ids=["failed", "lost"],
)
def test_what_somebody_has_mended_is_acknowledged_proved_and_in_the_evidence(
    a_world: MakeWorld, changes: dict[str, Any], shown: str
) -> None:
    world = a_world(a_group(scom={"servers": 1}, **changes))
    assert world.act("scom_setup", setup_acknowledged=True).failed, "it is acknowledged too early"
    assert world.act("scom_setup", restart_lost=True).failed
    mended = world.act("scom_setup", setup_acknowledged=True)
    assert not mended.failed, mended.message
    (evidence,) = world.directory.rglob("evidence.json")
    assert any(one.startswith(shown) for one in json.loads(evidence.read_text(encoding="utf-8"))["acknowledged"])
    assert world.journal.setups.hosts == [FIRST]
    assert left_behind(world) == []


def test_a_setup_that_took_the_product_away_is_told_with_its_cause_after_the_controller_died(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": {"outcome": "vanish", "first_cause": CAUSE}}}))
    before = services(world)
    died = world.begin("scom_setup", FIRST)
    world.wait_for("setup.start", host="ms1")
    died.kill()
    world.wait_for("setup.end", host="ms1")
    told, again = world.act("scom_setup", FIRST), world.act("scom_setup", FIRST)
    assert "-1: setup failed" in told.message
    assert "any more since a setup to 2025 failed on it" in again.message
    assert services(world)[SECOND] == before[SECOND]
    assert world.journal.setups.hosts == [FIRST]


def test_a_first_setup_that_failed_is_finished_on_its_own_server_whoever_is_named(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": {"runs": [FAILS, {"outcome": "success"}]}}}))
    assert world.act("scom_setup", FIRST).failed
    refused = world.act("scom_setup", SECOND, first_management_server=SECOND)
    assert f"limit the run to {FIRST}" in refused.message
    assert went_well(upgrade(world))
    assert world.journal.setups.hosts == [FIRST, FIRST, SECOND]
    assert world.journal.violations == []
