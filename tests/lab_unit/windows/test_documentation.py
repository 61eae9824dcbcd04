"""The examples in the docstrings of the simulated Windows hold."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from tests.lab.windows import (
    accounts,
    argument_spec,
    clock,
    directory,
    filesystem,
    operating_system,
    paths,
    pending_reboot,
    processes,
    profiles,
    registry,
    services,
)

MODULES = [
    accounts,
    argument_spec,
    clock,
    directory,
    filesystem,
    operating_system,
    paths,
    pending_reboot,
    processes,
    profiles,
    registry,
    services,
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)

    assert outcome.attempted > 0
    assert outcome.failed == 0
