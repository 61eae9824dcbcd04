"""The workflows of GitHub: valid by their schema, sound by an auditor, and calling only what exists."""

from __future__ import annotations

import re

from tests.judges.tree import ROOT, tracked
from tests.judges.verdict import heard


def test_workflows_follow_the_schema_of_github() -> None:
    heard("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *tracked(".github/workflows"), cwd=ROOT)


def test_auditor_of_workflows_finds_nothing() -> None:
    heard("zizmor", "--offline", "--no-progress", "--persona", "regular", ".github/workflows", cwd=ROOT)


def test_yaml_of_workflows_is_tidy() -> None:
    rules = "{extends: default, rules: {line-length: {max: 160}, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}"
    heard("yamllint", "--strict", "--config-data", rules, *tracked(".github/workflows"), cwd=ROOT)


def test_workflows_and_ci_call_only_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        target
        for file in tracked(".github/workflows", ".ci")
        for target in re.findall(r"^\s*(?:- )?(?:run: )?make ([a-z-]+)", (ROOT / file).read_text(), re.MULTILINE)
    }
    assert called
    assert called <= targets
