"""Where the PowerShell engine and its checker are found."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.judges.tree import ROOT

BUNDLE = ROOT.parent / "shared" / "pwsh" / "bin"


def powershell() -> Path:
    """The engine: `pwsh` on PATH, in $PWSH, or the bundle beside the checkout. Skips the test when there is none."""
    for candidate in (shutil.which("pwsh"), os.environ.get("PWSH"), shutil.which("pwsh", path=str(BUNDLE))):
        if candidate:
            return Path(candidate)
    pytest.skip("no PowerShell engine: neither pwsh on PATH, nor $PWSH, nor ../shared/pwsh")


def syntax_checker() -> Path:
    """ps-check of the bundle. Skips the test when the bundle is not beside the checkout."""
    if not (BUNDLE / "ps-check").is_file():
        pytest.skip("no ps-check: ../shared/pwsh is not beside the checkout")
    return BUNDLE / "ps-check"
