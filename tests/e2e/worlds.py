"""Worlds that are quick: setups of a second, looks at them five times a second. Everything else is as in the lab's own scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Scenario = dict[str, Any]

POLL_INTERVAL = 0.2

QUICK: Scenario = {
    "scom": {"release": "2022 UR3", "servers": 2},
    "setup": {"seconds": 1, "healthy_after": 0.1},
    "time": {"poll_interval": POLL_INTERVAL, "reboot_seconds": 0.3},
}


def a_group(**changes: Any) -> Scenario:
    """A management group of 2022 UR3 that goes to 2025, with what the scenario's keys change.

    >>> a_group(scom={"servers": 3})["scom"]
    {'release': '2022 UR3', 'servers': 3}
    """
    return _merged(QUICK, changes)


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Scenario:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
        merged[key] = _merged(base[key], value) if both else value
    return merged
