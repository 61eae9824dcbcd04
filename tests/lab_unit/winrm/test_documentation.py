"""The examples in the docstrings of the protocol room hold."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from tests.lab.winrm import faults, http_message, machine, manifest, winrs_shell


@pytest.mark.parametrize("module", [faults, http_message, machine, manifest, winrs_shell], ids=lambda module: module.__name__)
def test_the_examples_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)

    assert outcome.attempted > 0
    assert outcome.failed == 0
