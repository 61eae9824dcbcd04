"""A package that arrives on a node as another file than was sent is never run there."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.dataminer.systems import SOURCE, a_system, versions
from tests.e2e.states import full, left_behind
from tests.lab.journal import Entry


def packages_on(world: World, name: str) -> list[str]:
    """The packages that lie on a node for a run; what the product has stored is below its own folder."""
    files = world.built.world.hosts[full(name)].files.walk()
    return [one.path for one in files if one.path.endswith(".dmupgrade") and "Skyline" not in one.path]


def damage_what_arrives(world: World, name: str) -> None:
    """Turns a bit of every package on its way to a node: whoever looks at it there sees it damaged."""
    host, damaged = world.built.world.hosts[full(name)], set[str]()

    def damage(entry: Entry) -> None:
        for path in packages_on(world, name) if entry.matches("request", full(name)) else ():
            if path not in damaged:
                content = host.files.read(path)
                host.files.write(path, content[:-1] + bytes([content[-1] ^ 1]))
                damaged.add(path)

    world.built.world.journal.listen(damage)


@pytest.mark.parametrize("module", ["dataminer_package", "dataminer_upgrade"], ids=["upload", "upgrade"])
def test_a_copy_that_arrives_damaged_is_removed_and_nothing_is_started(a_world: MakeWorld, module: str) -> None:
    world = a_world(a_system())
    damage_what_arrives(world, "dma1")
    refused = world.act(module)
    assert refused.failed
    assert "what arrived is not the package that was meant" in refused.message
    assert packages_on(world, "dma1") == []
    assert refused.history.events("task.start") == refused.installs == []
    assert (versions(world), left_behind(world)) == ({SOURCE}, [])
