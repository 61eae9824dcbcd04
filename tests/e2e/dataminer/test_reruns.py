"""What an upgrade that ended badly leaves can be finished, or closed: the same command, or one word more, is the way out."""

from __future__ import annotations

import json

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import TARGET, UPGRADE, a_system, changes, installs, message, variables, versions
from tests.e2e.plays import begin, play
from tests.e2e.states import full, left_behind
from tests.lab.products.dataminer.plan import UpgradePlan

FAILS_ONCE = {"upgrade": {"runs": [{"outcome": "fails"}, {"outcome": UpgradePlan().outcome}]}}
UNPROVED = ["unproved_upgrade"]


def test_an_agent_that_failed_and_was_left_stopped_is_finished_by_the_same_command(serve: Serve) -> None:
    """Mixed versions are to be ended at once (12 D): nobody has to bring up the old code first."""
    world = serve(a_system(4, nodes={"dma3": FAILS_ONCE}))
    failed = play(world, *UPGRADE)
    assert failed.completed.code != 0
    assert "run the same command again" in message(failed)
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    first, second = world.journal.events("upgrade.start")
    assert (len(first.get("nodes")), second.get("nodes")) == (4, [full("dma3")])
    assert (versions(world), world.journal.violations, left_behind(world)) == ({TARGET}, [], [])


def test_a_single_agent_that_was_left_stopped_has_to_be_started_first_and_both_messages_say_so(serve: Serve) -> None:
    world = serve(a_system(nodes={"dma1": FAILS_ONCE}))
    failed = play(world, *UPGRADE)
    assert f"start DataMiner on {full('dma1')}, where it does not run" in message(failed)
    refused = play(world, *UPGRADE)
    assert f"start DataMiner on {full('dma1')}: it does not run there" in message(refused)
    assert installs(refused) == []


def test_an_upgrade_that_can_never_be_proved_is_closed_by_its_acknowledgement_and_holds_nothing_up(serve: Serve) -> None:
    world = serve(a_system(further_packages=[{"version": "10.5.0 CU13"}]))
    impatient = {"dataminer_health_minutes": 0}
    first = begin(world, *UPGRADE, *variables(world, **impatient))
    world.wait_for("upgrade.end")
    world.fault("service_stop", machine="dma1", service="DataMiner Orchestrator")
    unproved = first.end()
    assert "acknowledge: [unproved_upgrade]" in message(unproved)
    other = variables(world, dataminer_package=world.variables["lab_packages"]["10.5.0 CU13"])
    held_up = play(world, *UPGRADE, *other)
    assert "never judged" in message(held_up)
    assert "acknowledge: [unproved_upgrade]" in message(held_up)
    assert changes(held_up) == []
    closed = play(world, *UPGRADE, *variables(world, **impatient, dataminer_acknowledge=UNPROVED))
    assert closed.completed.code != 0
    assert "closed   as acknowledged" in message(closed)
    assert left_behind(world) == []
    evidence = [json.loads(path.read_text()) for path in (world.directory / "evidence").rglob("evidence*.json")]
    assert any("could not be proved is closed" in said for one in evidence for said in one["acknowledged"])
    world.fault("service_start", machine="dma1", service="DataMiner Orchestrator")
    following = play(world, *UPGRADE, *other)
    assert following.completed.code == 0, following.text
