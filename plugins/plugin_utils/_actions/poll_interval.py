# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How often an operator wants work on a host to be looked at. None stands for the growing interval of whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._upgrade.texts import NOTHING_STARTED
from .._upgrade.variables.table import Product
from .._windows.upgrade_action import Stop

SHORTEST_INTERVAL = 0.1


def poll_interval(options: Mapping[str, Any], product: Product) -> float | None:
    """Seconds between two looks; None where none are given. Ends the action for a value that would ask without a pause."""
    seconds = options.get("poll_interval_seconds")
    # Of what is no number (nan) every comparison is false.
    if seconds is not None and not seconds >= SHORTEST_INTERVAL:
        told = f"{product.named('poll_interval_seconds')} is {seconds}"
        raise Stop(f"{told}: {SHORTEST_INTERVAL} or more is needed; {NOTHING_STARTED}")
    return None if seconds is None else float(seconds)
