# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The clock that everybody here waits by. It stands in one place, so that hours can pass at once where the hosts are simulated."""

from __future__ import annotations

import time


def monotonic() -> float:
    """Seconds since some moment, by the controller; never set back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)
