"""ansible-test sanity, as Galaxy and Automation Hub ask for it: no ignore file, PowerShell specs compared with their documentation."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.judges.engine import powershell
from tests.judges.tree import ROOT, tracked
from tests.judges.verdict import heard

# ansible-core 2.17, 2.18 and 2.19, 2.20 and 2.21
SCRIPTS = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def home(kept: Path) -> Path:
    """ansible-test keeps its virtual environments in the home folder; this one is reused from run to run."""
    folder = kept / "home"
    scripts = folder / ".ansible" / "test" / "cache"
    scripts.mkdir(parents=True, exist_ok=True)
    for name in SCRIPTS:
        shutil.copyfile(ROOT / "tests" / "judges" / "stand_ins" / "get_pip.py", scripts / name)
    return folder


def test_every_sanity_test_but_validate_modules_passes(shipped: Path, home: Path) -> None:
    heard("ansible-test", "sanity", "--venv", "--python", PYTHON, "--skip-test", "validate-modules", cwd=shipped, env={"HOME": str(home)})


def test_documentation_and_argument_specs_of_all_modules_agree(shipped: Path, home: Path, tmp_path: Path) -> None:
    """The engine is on PATH for this one only: pslint would want PSScriptAnalyzer as soon as it finds a pwsh."""
    interpreter = tmp_path / "pwsh"
    bundles = Path("~/.cache").expanduser()
    interpreter.write_text(f'#!/bin/sh\nexport XDG_CACHE_HOME="${{XDG_CACHE_HOME:-{bundles}}}"\nexec "{powershell()}" "$@"\n')
    interpreter.chmod(0o755)
    heard(
        "ansible-test", "sanity", "--venv", "--python", PYTHON, "--test", "validate-modules",
        cwd=shipped,
        env={"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{tmp_path}:/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip


def test_nothing_is_excused_from_sanity() -> None:
    excused = {str(name): (ROOT / name).read_text() for name in tracked("tests/sanity/ignore-*.txt")}
    assert not any(text.strip() for text in excused.values()), excused
