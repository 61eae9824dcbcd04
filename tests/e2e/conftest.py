"""Playbooks against served worlds: judged by the world's journal and end state, not by what the collection says of itself.

Plays that run to their end are preloaded (`tests/preloaded`). These are the executable itself, so that it is tried by every run:
- plays that a test may kill or look at while they run (`begin`): a fork shows the environment of who forked, which is what is looked for;
- everything in the files of REAL: the order of things between real processes, and where secrets stand when they end;
- all of them when REAL_ANSIBLE is set: the workflow sets it for the oldest and the newest ansible-core.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.e2e.plays import PLAYBOOK
from tests.lab.client import ServedWorld
from tests.preloaded.ansible_playbook import PreloadedAnsible

Serve = Callable[..., ServedWorld]

REAL = {"test_order.py", "test_secrets.py"}


@pytest.fixture(scope="session")
def ansible() -> Iterator[PreloadedAnsible]:
    with PreloadedAnsible() as loaded:
        yield loaded


def _serving(request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Iterator[Serve]:
    is_real = bool(os.environ.get("REAL_ANSIBLE")) or request.path.name in REAL
    programs = {} if is_real else {PLAYBOOK: request.getfixturevalue("ansible").start}
    worlds: list[ServedWorld] = []
    with ExitStack() as open_worlds:

        def serve(scenario: Any, **options: str) -> ServedWorld:
            worlds.append(open_worlds.enter_context(ServedWorld(scenario, factory.mktemp("world"), programs=programs, **options)))
            return worlds[-1]

        yield serve
    for world in worlds:
        assert world.journal.defects == [], "the lab itself failed: what the test has seen proves nothing"


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves worlds until the test ends."""
    yield from _serving(request, tmp_path_factory)


@pytest.fixture(scope="module")
def serve_for_module(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves worlds until the last test of the file ends."""
    yield from _serving(request, tmp_path_factory)
