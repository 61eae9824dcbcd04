"""The examples in the lab's own documentation are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from tests import lab

MODULES = sorted(found.name for found in pkgutil.walk_packages(lab.__path__, f"{lab.__name__}.") if not found.name.endswith("__main__"))


def runs_examples(name: str) -> bool:
    lines = Path(str(importlib.import_module(name).__file__)).read_text(encoding="utf-8").splitlines()
    return any(">>> " in line and "+SKIP" not in line for line in lines)


TOLD = [name for name in MODULES if runs_examples(name)]


@pytest.mark.parametrize("name", TOLD, ids=lambda name: name.removeprefix("tests.lab."))
def test_the_examples_hold(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name))

    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_examples_were_found() -> None:
    assert len(TOLD) > 20
