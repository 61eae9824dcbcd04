"""Playbooks against served worlds: judged by the world's journal and end state, not by what the collection says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.lab.client import ServedWorld

Serve = Callable[..., ServedWorld]


def _serving(factory: pytest.TempPathFactory) -> Iterator[Serve]:
    worlds: list[ServedWorld] = []
    with ExitStack() as open_worlds:

        def serve(scenario: Any, **options: str) -> ServedWorld:
            worlds.append(open_worlds.enter_context(ServedWorld(scenario, factory.mktemp("world"), **options)))
            return worlds[-1]

        yield serve
    for world in worlds:
        assert world.journal.defects == [], "the lab itself failed: what the test has seen proves nothing"


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves worlds until the test ends."""
    yield from _serving(tmp_path_factory)


@pytest.fixture(scope="module")
def serve_for_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves worlds until the last test of the file ends."""
    yield from _serving(tmp_path_factory)
