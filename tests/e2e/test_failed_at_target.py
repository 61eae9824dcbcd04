"""Setups that changed their server to the target and then failed or were lost, or took the product away: nothing counts as done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin, play
from tests.e2e.states import full, left_behind, services
from tests.e2e.worlds import a_group

FIRST, SECOND = full("ms1"), full("ms2")
CAUSE = "The group policy of this invented domain forbids the service to be registered."
FAILS_LATE = {"outcome": "fatal_action", "first_cause": CAUSE, "fails_at": 0.97}
FAILS = {**FAILS_LATE, "fails_at": 0.7}
ACKNOWLEDGED = ("--extra-vars", json.dumps({"scom_setup_acknowledged": [FIRST]}))
RESTARTED_LATE = [{"action": "reboot", "machine": "ms1", "at_event": "setup.progress", "host": "ms1", "where": {"percent": 90}}]


def test_a_setup_that_failed_at_the_target_stays_failed_and_nobody_follows_it(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": FAILS_LATE}}))
    failed, again = play(world, *UPGRADE), play(world, *UPGRADE)
    second = play(world, *UPGRADE, "--limit", f"{SECOND},localhost")
    for run in (failed, again):
        assert run.completed.code == 2, run.text
        assert CAUSE in run.messages[FIRST]
        assert "scom_setup_acknowledged" in run.messages[FIRST]
    assert "never judged" in second.messages[SECOND]
    assert f"{FIRST}: registry" in left_behind(world)
    assert world.journal.setups.hosts == [FIRST]
    assert world.journal.violations == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [({"hosts": {"ms1": {"setup": FAILS_LATE}}}, "exit code: -1"), ({"faults": RESTARTED_LATE}, "setup's log")],
    ids=["failed", "lost"],
)
def test_what_somebody_has_mended_is_acknowledged_proved_and_in_the_evidence(serve: Serve, changes: dict[str, Any], shown: str) -> None:
    world = serve(a_group(scom={"servers": 1}, **changes))
    too_early = play(world, *UPGRADE, *ACKNOWLEDGED)
    assert too_early.completed.code == 2, too_early.text
    restarted = play(world, *UPGRADE, "--extra-vars", "scom_restart_lost=true")
    assert restarted.completed.code == 2, restarted.text
    mended = play(world, *UPGRADE, *ACKNOWLEDGED)
    assert mended.completed.code == 0, mended.text
    (evidence,) = world.directory.rglob("evidence.json")
    assert any(one.startswith(shown) for one in json.loads(evidence.read_text(encoding="utf-8"))["acknowledged"])
    assert world.journal.setups.hosts == [FIRST]
    assert left_behind(world) == []


def test_a_setup_that_took_the_product_away_is_told_with_its_cause_after_the_controller_died(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": {"outcome": "vanish", "first_cause": CAUSE}}}))
    before = services(world)
    died = begin(world, *UPGRADE)
    world.wait_for("setup.start", host="ms1")
    died.running.kill()
    world.wait_for("setup.end", host="ms1")
    told, again = play(world, *UPGRADE), play(world, *UPGRADE)
    assert "-1: setup failed" in told.messages[FIRST]
    assert "any more since a setup to 2025 failed on it" in again.messages[FIRST]
    assert services(world)[SECOND] == before[SECOND]
    assert world.journal.setups.hosts == [FIRST]


def test_a_first_setup_that_failed_is_finished_on_its_own_server_whoever_is_named(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 2}, hosts={"ms1": {"setup": {"runs": [FAILS, {"outcome": "success"}]}}}))
    failed = play(world, *UPGRADE)
    assert failed.completed.code == 2, failed.text
    refused = play(world, *UPGRADE, "--extra-vars", f"scom_first_management_server={SECOND}")
    assert f"run the upgrade on {FIRST}" in refused.messages[SECOND]
    mended = play(world, *UPGRADE)
    assert mended.completed.code == 0, mended.text
    assert world.journal.setups.hosts == [FIRST, FIRST, SECOND]
    assert world.journal.violations == []
