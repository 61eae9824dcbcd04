"""ansible-lint with the profile that certified content needs."""

from __future__ import annotations

from pathlib import Path

from tests.judges.verdict import heard


def test_ansible_lint_finds_the_tree_fit_for_production(shipped: Path, own_path: dict[str, str]) -> None:
    heard("ansible-lint", "--profile", "production", "--strict", "--offline", "--nocolor", cwd=shipped, env=own_path)
