"""Style and types of everything in Python."""

from __future__ import annotations

from pathlib import Path

from tests.judges.tree import ROOT
from tests.judges.verdict import heard


def test_ruff_finds_nothing(shipped: Path) -> None:
    heard("ruff", "check", "--no-cache", ".", cwd=shipped)


def test_every_file_is_formatted(shipped: Path) -> None:
    heard("ruff", "format", "--no-cache", "--check", ".", cwd=shipped)


def test_mypy_finds_nothing_in_its_strict_mode() -> None:
    heard("mypy", cwd=ROOT)
