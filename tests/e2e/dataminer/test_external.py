"""The row "external IP" of System Center's Upgrade window: an agent of another system, which nobody can look at from here (1, 6)."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import SOURCE, TARGET, UPGRADE, a_system, message, variables
from tests.e2e.plays import begin, play
from tests.e2e.states import full, left_behind
from tests.lab.client import ServedWorld
from tests.lab.windows.hands.probe_network import address_of

OUTSIDE = "ext1"
# How long the log of the starting node has to be silent after its own end, in minutes.
QUICK = {"dataminer_stall_minutes": 0.2}


def with_one_outside(**changes: Any) -> dict[str, Any]:
    return a_system(external=[OUTSIDE], **changes)


def asking_for(world: ServedWorld, *agents: str, **given: Any) -> tuple[str, ...]:
    """The command for these agents, with the acknowledgement that it takes."""
    scope = {"dataminer_scope": "agents", "dataminer_scope_agents": list(agents), "dataminer_acknowledge": ["two_versions"]}
    return (*UPGRADE, *variables(world, **scope, **given))


def runs(world: ServedWorld) -> dict[str, str]:
    """What every node runs."""
    return {name: str(node["version"]) for name, node in world.world["dataminer"]["nodes"].items()}


def test_an_external_agent_is_upgraded_alone_and_followed_by_the_utility_to_its_end(serve: Serve) -> None:
    world = serve(with_one_outside(upgrade={"seconds": 4}))
    address = address_of(full(OUTSIDE))
    upgraded = play(world, *asking_for(world, address))
    assert upgraded.completed.code == 0, upgraded.text
    assert runs(world) == {full("dma1"): SOURCE, full(OUTSIDE): TARGET}
    evidence = next((world.directory / "evidence").rglob("evidence.json")).read_text()
    assert f"agents that cannot be seen are upgraded: {address}" in evidence
    assert "nobody can look at this agent from here" in evidence
    assert (world.journal.violations, left_behind(world)) == ([], [])


def test_an_external_agent_that_fails_is_told_as_failed_and_holds_nothing_up(serve: Serve) -> None:
    world = serve(with_one_outside(nodes={OUTSIDE: {"upgrade": {"outcome": "fails"}}}))
    failed = play(world, *asking_for(world, address_of(full(OUTSIDE))))
    assert failed.completed.code != 0
    assert f"the utility on {full('dma1')} ended with exit code 1" in message(failed)
    assert left_behind(world) == []


def test_an_agent_of_this_system_and_one_from_outside_are_followed_together(serve: Serve) -> None:
    """The package replaces the utility on the one that is upgraded itself, and its end is not that of the other."""
    world = serve(with_one_outside(nodes={OUTSIDE: {"upgrade": {"seconds": 9}}}))
    address = address_of(full(OUTSIDE))
    upgraded = play(world, *asking_for(world, full("dma1"), address, **QUICK))
    assert upgraded.completed.code == 0, upgraded.text
    assert set(runs(world).values()) == {TARGET}
    (evidence,) = (world.directory / "evidence").rglob("evidence.json")
    assert [one["host"] for one in json.loads(evidence.read_text())["nodes"]] == [full("dma1"), address]
    assert (world.journal.violations, left_behind(world)) == ([], [])


def test_an_upgrade_of_the_cluster_never_attaches_to_one_of_an_external_agent(serve: Serve) -> None:
    world = serve(with_one_outside(upgrade={"seconds": 4}))
    external = asking_for(world, address_of(full(OUTSIDE)))
    first = begin(world, *external)
    world.wait_for("node.upgrade.start", host=OUTSIDE)
    first.running.kill()
    refused = play(world, *UPGRADE)
    assert "with another package, or of other agents" in message(refused)
    assert refused.history.events("task.start") == refused.history.events("lock.acquire") == []
    again = play(world, *external)
    assert again.completed.code == 0, again.text
    assert len(world.journal.events("upgrade.start")) == 1
    whole = play(world, *UPGRADE, *variables(world, dataminer_fresh_upload=True))
    assert whole.completed.code == 0, whole.text
    assert set(runs(world).values()) == {TARGET}
    assert (world.journal.violations, left_behind(world)) == ([], [])
