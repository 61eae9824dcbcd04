"""The examples in the plugins' own documentation are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from ansible_collections.systemcenter.upgrade.plugins import plugin_utils

MODULES = sorted(found.name for found in pkgutil.walk_packages(plugin_utils.__path__, f"{plugin_utils.__name__}."))


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name.rpartition("plugin_utils.")[2])
def test_every_example_gives_what_it_says(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_examples_were_found() -> None:
    assert len(MODULES) > 150
