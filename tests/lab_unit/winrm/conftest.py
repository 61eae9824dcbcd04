"""What the tests of the front end share: a machine of nothing behind it, and ansible-core's two connections to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .served import Served
from .tiny_machine import TinyMachine


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path, TinyMachine()) as served:
        yield served


@pytest.fixture
def machine(served: Served) -> TinyMachine:
    assert isinstance(served.machine, TinyMachine)
    return served.machine
