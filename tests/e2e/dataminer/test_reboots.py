"""Nodes restart in the middle of an upgrade, as they do for a Visual C++ redistributable (4 D): the same command waits, or attaches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import TARGET, UPGRADE, a_system, changes, message, variables, versions
from tests.e2e.plays import begin, play
from tests.e2e.states import full, left_behind
from tests.lab.client import ServedWorld

RESTARTS: dict[str, Any] = {"vc_redistributable": None}
WAITS = "cannot be asked and may be restarting: waiting"


def that_restarts(*names: str, agents: int = 2, down_seconds: float = 6, **changes: Any) -> dict[str, Any]:
    """A system of which the upgrade restarts these nodes."""
    scenario = a_system(agents, nodes=dict.fromkeys(names, RESTARTS), **changes)
    scenario["time"]["reboot_seconds"] = down_seconds
    return scenario


def killed_when_down(world: ServedWorld, name: str, *given: str) -> None:
    """Starts the upgrade and kills its controller as soon as a node is down."""
    first = begin(world, *UPGRADE, *given)
    world.wait_for("reboot.start", host=name)
    first.running.kill()


def assert_upgraded_once(world: ServedWorld) -> None:
    assert len(world.journal.events("upgrade.start")) == 1
    assert versions(world) == {TARGET}
    assert world.journal.violations == []
    assert left_behind(world) == []


@pytest.mark.parametrize("agents", [1, 2])
def test_a_node_that_restarts_with_the_task_on_it_is_waited_for(serve: Serve, agents: int) -> None:
    world = serve(that_restarts("dma1", agents=agents))
    killed_when_down(world, "dma1")
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert f"{full('dma1')} {WAITS}" in again.text
    assert_upgraded_once(world)


def test_a_system_whose_patience_is_over_while_all_its_nodes_are_down_is_told_so_in_one_paragraph(serve: Serve) -> None:
    world = serve(that_restarts("dma1", agents=1, down_seconds=12))
    killed_when_down(world, "dma1")
    refused = play(world, *UPGRADE, *variables(world, dataminer_patience_minutes=0))
    assert "not all of its nodes could be asked" in message(refused)
    assert "it attaches to what was started before" in message(refused)
    assert "blocker" not in message(refused)
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert_upgraded_once(world)


def test_an_upgrade_is_attached_to_while_the_host_of_the_lock_restarts(serve: Serve) -> None:
    """The lock is kept by the first of the nodes, whoever starts the upgrade."""
    world = serve(that_restarts("dma1"))
    given = variables(world, dataminer_orchestrator=full("dma2"))
    killed_when_down(world, "dma1", *given)
    again = play(world, *UPGRADE, *given)
    assert again.completed.code == 0, again.text
    assert WAITS not in again.text
    assert_upgraded_once(world)


@pytest.mark.parametrize("place", ["url", "share", "nodes"])
def test_an_upgrade_is_attached_to_without_the_content_of_its_package(serve: Serve, place: str) -> None:
    """A controller that has never seen the package, as an execution environment is, while a node restarts."""
    world = serve(that_restarts("dma1", package={"place": place}))
    orchestrator = {"dataminer_orchestrator": full("dma2")}
    killed_when_down(world, "dma1", *variables(world, **orchestrator, dataminer_package_cache=str(world.directory / "first")))
    empty = world.directory / "second"
    again = play(world, *UPGRADE, *variables(world, **orchestrator, dataminer_package_cache=str(empty)))
    assert again.completed.code == 0, again.text
    assert not empty.exists()
    assert_upgraded_once(world)


def test_a_refused_logon_is_told_as_such_and_not_waited_for(serve: Serve) -> None:
    world = serve({**a_system(), "accounts": {"operator": {"given_password": "CANARY-wrong-Jd90"}}})
    refused = play(world, *UPGRADE)
    assert "check the account of the connection to" in message(refused)
    assert WAITS not in refused.text
    assert changes(refused) == []
