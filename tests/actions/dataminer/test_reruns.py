"""What an upgrade that ended badly leaves can be finished, or closed: the same command, or one word more, is the way out."""

from __future__ import annotations

import json

from tests.actions.conftest import MakeWorld
from tests.e2e.dataminer.systems import TARGET, a_system, versions
from tests.e2e.states import full, left_behind
from tests.lab.products.dataminer.plan import UpgradePlan

FAILS_ONCE = {"upgrade": {"runs": [{"outcome": "fails"}, {"outcome": UpgradePlan().outcome}]}}
UNPROVED = ["unproved_upgrade"]


def test_an_agent_that_failed_and_was_left_stopped_is_finished_by_the_same_command(a_world: MakeWorld) -> None:
    """Mixed versions are to be ended at once (12 D): nobody has to bring up the old code first."""
    world = a_world(a_system(4, nodes={"dma3": FAILS_ONCE}))
    failed = world.act("dataminer_upgrade")
    assert failed.failed
    assert "run the same command again" in failed.message
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    first, second = world.journal.events("upgrade.start")
    assert (len(first.get("nodes")), second.get("nodes")) == (4, [full("dma3")])
    assert (versions(world), world.journal.violations, left_behind(world)) == ({TARGET}, [], [])


def test_a_single_agent_that_was_left_stopped_has_to_be_started_first_and_both_messages_say_so(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes={"dma1": FAILS_ONCE}))
    failed = world.act("dataminer_upgrade")
    assert f"start DataMiner on {full('dma1')}, where it does not run" in failed.message
    refused = world.act("dataminer_upgrade")
    assert f"start DataMiner on {full('dma1')}: it does not run there" in refused.message
    assert refused.installs == []


def test_an_upgrade_that_can_never_be_proved_is_closed_by_its_acknowledgement_and_holds_nothing_up(a_world: MakeWorld) -> None:
    world = a_world(a_system(further_packages=[{"version": "10.5.0 CU13"}]))
    impatient = {"health_minutes": 0}
    first = world.begin("dataminer_upgrade", **impatient)
    world.wait_for("upgrade.end")
    world.fault("service_stop", machine="dma1", service="DataMiner Orchestrator")
    unproved = first.end()
    assert "acknowledge: [unproved_upgrade]" in unproved.message
    other = {"package": world.variables["lab_packages"]["10.5.0 CU13"]}
    held_up = world.act("dataminer_upgrade", **other)
    assert "never verified" in held_up.message
    assert "acknowledge: [unproved_upgrade]" in held_up.message
    assert held_up.touches == []
    closed = world.act("dataminer_upgrade", **impatient, acknowledge=UNPROVED)
    assert closed.failed
    assert "closed   as acknowledged" in closed.message
    assert left_behind(world) == []
    evidence = [json.loads(path.read_text()) for path in (world.directory / "evidence").rglob("evidence*.json")]
    assert any("could not be verified is closed" in said for one in evidence for said in one["acknowledged"])
    world.fault("service_start", machine="dma1", service="DataMiner Orchestrator")
    following = world.act("dataminer_upgrade", **other)
    assert not following.failed, following.message
