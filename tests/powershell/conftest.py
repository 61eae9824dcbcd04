# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every test in this room needs a PowerShell engine."""

from __future__ import annotations

import pytest

from tests.powershell.engine import require_pwsh


@pytest.fixture(scope="session", autouse=True)
def pwsh() -> str:
    """The path of the engine; without one the whole room is skipped with the reason."""
    return require_pwsh()
