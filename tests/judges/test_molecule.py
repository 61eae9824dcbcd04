"""The scenarios of molecule, as somebody would run them who knows molecule and not this collection."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.judges.tree import ROOT, tracked
from tests.judges.verdict import heard

SCENARIOS = sorted({file.parts[2] for file in tracked("extensions/molecule/*/molecule.yml")})


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_converges_and_a_second_run_changes_nothing(scenario: str, tmp_path: Path) -> None:
    said = heard(
        "molecule", "test", "--scenario-name", scenario,
        cwd=ROOT / "extensions",
        env={
            "ANSIBLE_COLLECTIONS_PATH": str(Path(sys.prefix) / "collections"),
            "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        },
        timeout=240,
    )  # fmt: skip
    assert "idempotence" in said.lower()
