"""Nodes restart in the middle of an upgrade, as they do for a Visual C++ redistributable (4 D): the same command waits, or attaches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.dataminer.systems import TARGET, a_system, versions
from tests.e2e.states import full, left_behind

RESTARTS: dict[str, Any] = {"vc_redistributable": None}
WAITS = "cannot be asked and may be restarting: waiting"


def that_restarts(*names: str, agents: int = 2, down_seconds: float = 6, **changes: Any) -> dict[str, Any]:
    """A system of which the upgrade restarts these nodes."""
    scenario = a_system(agents, nodes=dict.fromkeys(names, RESTARTS), **changes)
    scenario["time"]["reboot_seconds"] = down_seconds
    return scenario


def killed_when_down(world: World, name: str, **given: Any) -> None:
    """Starts the upgrade and kills its controller as soon as a node is down."""
    first = world.begin("dataminer_upgrade", **given)
    world.wait_for("reboot.start", host=name)
    first.kill()


def assert_upgraded_once(world: World) -> None:
    assert len(world.journal.events("upgrade.start")) == 1
    assert versions(world) == {TARGET}
    assert world.journal.violations == []
    assert left_behind(world) == []


@pytest.mark.parametrize("agents", [1, 2])
def test_a_node_that_restarts_with_the_task_on_it_is_waited_for(a_world: MakeWorld, agents: int) -> None:
    world = a_world(that_restarts("dma1", agents=agents))
    killed_when_down(world, "dma1")
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    assert f"{full('dma1')} {WAITS}" in again.text
    assert_upgraded_once(world)


def test_a_system_whose_patience_is_over_while_all_its_nodes_are_down_is_told_so_in_one_paragraph(a_world: MakeWorld) -> None:
    world = a_world(that_restarts("dma1", agents=1, down_seconds=12))
    killed_when_down(world, "dma1")
    refused = world.act("dataminer_upgrade", patience_minutes=0)
    assert WAITS not in refused.text, "nobody waits"
    assert "not all of its nodes could be asked" in refused.message
    assert "it attaches to what was started before" in refused.message
    assert "blocker" not in refused.message
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    assert_upgraded_once(world)


def test_an_upgrade_is_attached_to_while_the_host_of_the_lock_restarts(a_world: MakeWorld) -> None:
    """The lock is kept by the first of the nodes, whoever starts the upgrade."""
    world = a_world(that_restarts("dma1"))
    given = {"orchestrator": full("dma2")}
    killed_when_down(world, "dma1", **given)
    again = world.act("dataminer_upgrade", **given)
    assert not again.failed, again.message
    assert WAITS not in again.text
    assert_upgraded_once(world)


@pytest.mark.parametrize("place", ["url", "share", "nodes"])
def test_an_upgrade_is_attached_to_without_the_content_of_its_package(a_world: MakeWorld, place: str) -> None:
    """A controller that has never seen the package, as an execution environment is, while a node restarts."""
    world = a_world(that_restarts("dma1", package={"place": place}))
    orchestrator = {"orchestrator": full("dma2")}
    killed_when_down(world, "dma1", **orchestrator, package_cache=str(world.directory / "first"))
    empty = world.directory / "second"
    again = world.act("dataminer_upgrade", **orchestrator, package_cache=str(empty))
    assert not again.failed, again.message
    assert not empty.exists()
    assert_upgraded_once(world)


def test_a_refused_logon_is_told_as_such_and_not_waited_for(a_world: MakeWorld) -> None:
    world = a_world({**a_system(), "accounts": {"operator": {"given_password": "CANARY-wrong-Jd90"}}})
    refused = world.act("dataminer_upgrade")
    assert "check the account of the connection to" in refused.message
    assert WAITS not in refused.text
    assert refused.touches == []
