"""Hosts that an operator names: wrong names end an action before any host is asked."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.inventory import refuse_strangers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop


def test_hosts_that_the_inventory_does_not_have_are_all_named() -> None:
    with pytest.raises(Stop) as caught:
        refuse_strangers("nodes", ["dma1", "dma8", "dma9"], {"dma1"}, "; nothing was started.")
    assert caught.value.text == "nodes names dma8, dma9, which the inventory does not have; nothing was started."


def test_hosts_of_the_inventory_pass() -> None:
    refuse_strangers("nodes", ["dma1"], {"dma1", "dma2"}, "")
