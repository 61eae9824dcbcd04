"""The examples in the documentation of what reaches hosts, of what actions share, and of what all rooms share, are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from ansible_collections.systemcenter.upgrade.plugins import plugin_utils
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils import _actions, _installer, _upgrade, _windows

MODULES = sorted(
    found.name
    for found in (
        *(one for one in pkgutil.iter_modules(plugin_utils.__path__, f"{plugin_utils.__name__}.") if not one.ispkg),
        *(one for room in (_actions, _installer, _upgrade, _windows) for one in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")),
    )
)


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name.rpartition("plugin_utils.")[2])
def test_every_example_gives_what_it_says(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
