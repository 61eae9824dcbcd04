"""The row "external IP" of System Center's Upgrade window: an agent of another system, which nobody can look at from here (1, 6)."""

from __future__ import annotations

import json
from typing import Any

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.dataminer.systems import SOURCE, TARGET, a_system
from tests.e2e.states import full, left_behind
from tests.lab.windows.hands.probe_network import address_of

OUTSIDE = "ext1"
# How long the log of the starting node has to be silent after its own end, in minutes.
QUICK = {"stall_minutes": 0.2}


def with_one_outside(**changes: Any) -> dict[str, Any]:
    return a_system(external=[OUTSIDE], **changes)


def asking_for(*agents: str, **given: Any) -> dict[str, Any]:
    """The options for these agents, with the acknowledgement that it takes."""
    return {"scope": "agents", "agents": list(agents), "acknowledge": ["two_versions"], **given}


def runs(world: World) -> dict[str, str]:
    """What every node runs."""
    return {name: str(node["version"]) for name, node in world.world["dataminer"]["nodes"].items()}


def test_an_external_agent_is_upgraded_alone_and_followed_by_the_utility_to_its_end(a_world: MakeWorld) -> None:
    world = a_world(with_one_outside(upgrade={"seconds": 4}))
    address = address_of(full(OUTSIDE))
    upgraded = world.act("dataminer_upgrade", **asking_for(address))
    assert not upgraded.failed, upgraded.message
    assert runs(world) == {full("dma1"): SOURCE, full(OUTSIDE): TARGET}
    evidence = next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert f"agents that cannot be seen are upgraded: {address}" in evidence
    assert "this agent cannot be asked from here" in evidence
    assert (world.journal.violations, left_behind(world)) == ([], [])


def test_an_external_agent_that_fails_is_told_as_failed_and_holds_nothing_up(a_world: MakeWorld) -> None:
    world = a_world(with_one_outside(nodes={OUTSIDE: {"upgrade": {"outcome": "fails"}}}))
    failed = world.act("dataminer_upgrade", **asking_for(address_of(full(OUTSIDE))))
    assert failed.failed
    assert f"the utility on {full('dma1')} ended with exit code 1" in failed.message
    assert left_behind(world) == []


def test_an_agent_of_this_system_and_one_from_outside_are_followed_together(a_world: MakeWorld) -> None:
    """The package replaces the utility on the one that is upgraded itself, and its end is not that of the other."""
    world = a_world(with_one_outside(nodes={OUTSIDE: {"upgrade": {"seconds": 9}}}))
    address = address_of(full(OUTSIDE))
    upgraded = world.act("dataminer_upgrade", **asking_for(full("dma1"), address, **QUICK))
    assert not upgraded.failed, upgraded.message
    assert set(runs(world).values()) == {TARGET}
    (evidence,) = (world.directory / "evidence").rglob("evidence.json")
    assert [one["host"] for one in json.loads(evidence.read_text())["nodes"]] == [full("dma1"), address]
    assert (world.journal.violations, left_behind(world)) == ([], [])


def test_an_upgrade_of_the_cluster_never_attaches_to_one_of_an_external_agent(a_world: MakeWorld) -> None:
    world = a_world(with_one_outside(upgrade={"seconds": 4}))
    external = asking_for(address_of(full(OUTSIDE)))
    first = world.begin("dataminer_upgrade", **external)
    world.wait_for("node.upgrade.start", host=OUTSIDE)
    first.kill()
    refused = world.act("dataminer_upgrade")
    assert "with another package, or of other agents" in refused.message
    assert refused.history.events("task.start") == refused.history.events("lock.acquire") == []
    again = world.act("dataminer_upgrade", **external)
    assert not again.failed, again.message
    assert len(world.journal.events("upgrade.start")) == 1
    whole = world.act("dataminer_upgrade", fresh_upload=True)
    assert not whole.failed, whole.message
    assert set(runs(world).values()) == {TARGET}
    assert (world.journal.violations, left_behind(world)) == ([], [])
