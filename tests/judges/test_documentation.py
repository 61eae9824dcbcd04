"""The changelog, the documentation of modules and roles, and the guides."""

from __future__ import annotations

from pathlib import Path

from tests.judges.verdict import heard


def test_changelog_and_its_fragments_are_well_formed(shipped: Path) -> None:
    heard("antsibull-changelog", "lint", cwd=shipped)


def test_documentation_renders_and_its_references_lead_somewhere(shipped: Path, own_path: dict[str, str]) -> None:
    heard(
        "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "dependent", ".", cwd=shipped, env=own_path
    )
