"""The examples in the product knowledge's own documentation are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils import _dataminer

MODULES = sorted(found.name for found in pkgutil.walk_packages(_dataminer.__path__, f"{_dataminer.__name__}."))


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name.rpartition("._dataminer.")[2])
def test_every_example_gives_what_it_says(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_examples_were_found():
    assert len(MODULES) > 20
