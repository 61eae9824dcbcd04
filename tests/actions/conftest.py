"""Actions against worlds in this process: judged by the world's journal and end state, not by what the collection says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

# The collection can be imported once pytest is configured, which is after this file was read.
if TYPE_CHECKING:
    from tests.actions.world import World

MakeWorld = Callable[..., "World"]


@contextmanager
def replaced_around_actions() -> Iterator[None]:
    """What an action would otherwise ask of the real world: the time, the web, the screen."""
    from tests.actions import around

    with pytest.MonkeyPatch.context() as patch:
        around.put_in_place(patch)
        yield


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    with replaced_around_actions():
        yield


def _making(factory: pytest.TempPathFactory) -> Iterator[MakeWorld]:
    from tests.actions.world import World

    worlds: list[World] = []

    def make(scenario: Any) -> World:
        worlds.append(World(scenario, factory.mktemp("world")))
        return worlds[-1]

    yield make
    for world in worlds:
        world.end()


@pytest.fixture
def a_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWorld]:
    """Makes worlds that live until the test ends; then no password may stand anywhere."""
    yield from _making(tmp_path_factory)


@pytest.fixture(scope="module")
def a_world_for_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWorld]:
    """Makes worlds that live until the last test of the file ends."""
    yield from _making(tmp_path_factory)
