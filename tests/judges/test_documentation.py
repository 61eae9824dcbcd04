"""The changelog, the documentation of modules and roles, and the guides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.judges.guide_of_rules import GUIDES, Guide
from tests.judges.tree import ROOT, tracked
from tests.judges.verdict import heard

PROSE = ("README.md", "docs/docsite/rst/*.rst")


def test_changelog_and_its_fragments_are_well_formed(shipped: Path) -> None:
    heard("antsibull-changelog", "lint", cwd=shipped)


def test_documentation_renders_and_its_references_lead_somewhere(shipped: Path, own_path: dict[str, str]) -> None:
    heard(
        "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "dependent", ".", cwd=shipped, env=own_path
    )


def test_readme_lists_every_filter_with_what_is_in_the_collection() -> None:
    listed = set(
        re.findall(r"^\| filter \| `systemcenter\.upgrade\.(\w+)`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed == {file.stem for file in tracked("plugins/filter/*.py")}


EVERY_GUIDE = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.product)


@EVERY_GUIDE
def test_guide_of_rules_says_what_the_rules_say(guide: Guide) -> None:
    """When it does not: `python -m tests.judges.guide_of_rules`, or `make docs`."""
    assert guide.file.read_text(encoding="utf-8") == guide.text()


@EVERY_GUIDE
def test_rules_that_guides_name_exist(guide: Guide) -> None:
    named = {name for text in prose() for name in re.findall(rf"\b{guide.product}\.[a-z_]+\.[a-z0-9_]+", text)}
    assert named
    assert named <= {row[0] for row in guide.rules()}


@EVERY_GUIDE
def test_variables_that_guides_name_are_read_by_roles_or_playbooks(guide: Guide) -> None:
    variable = rf"{guide.product}_[a-z_]+"
    named = {name for text in prose() for name in re.findall(rf"(?<![\w./-]){variable}(?=:|``|=|`)", text)}
    known = {name for file in tracked("roles", "playbooks") for name in re.findall(rf"\b{variable}", (ROOT / file).read_text())}
    known |= {f"{guide.product}_other_variables"}
    known |= {file.stem for file in tracked("plugins/modules", "playbooks")} | {file.parts[1] for file in tracked("roles")}
    assert named
    assert named - known == set()


def prose() -> list[str]:
    return [(ROOT / file).read_text(encoding="utf-8") for file in tracked(*PROSE)]
