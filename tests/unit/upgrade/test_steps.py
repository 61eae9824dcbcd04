"""The next step of an upgrade, as every product says it to an operator."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind as DataMinerKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind as ScomKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Finding, Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Plan, Reason, Refused

WARNING = Finding("3", "4", "do", rule="tank.level", severity=Severity.WARNING, reference="6.3 D", why="Because")


@pytest.mark.parametrize(("kind", "key"), [(ScomKind.LOCKED, "host"), (DataMinerKind.LOCKED, "subject")], ids=["scom", "dataminer"])
def test_a_refusal_names_its_subject_under_the_key_that_the_product_documents(kind: Reason, key: str) -> None:
    result = Refused(kind, "ms1", "it is locked", "others", "the lock free", "wait", (WARNING,)).as_result()
    assert list(result) == ["rule", key, "headline", "seen", "wanted", "next", "why", "findings"]
    assert (result[key], result["findings"][0]["rule"]) == ("ms1", "tank.level")


def test_a_refusal_says_what_was_seen_what_is_wanted_what_to_do_and_why() -> None:
    refused = Refused(ScomKind.LOCKED, "ms1", "it is locked", "others", "the lock free", "wait", (WARNING,))
    first, *fields = refused.text().splitlines()
    assert first == "ms1: not upgraded: it is locked."
    assert fields[:3] == ["  seen     others", "  wanted   the lock free", "  next     wait"]
    assert fields[3] == "  why      one setup at a time in a management group (scom.lock, documented)"
    assert "tank.level" in fields[4]


def test_a_plan_numbers_its_steps_and_shows_the_warnings_that_stand() -> None:
    lines = Plan("ms1", "upgrade it", ("stop", "start"), (WARNING,)).text().splitlines()
    assert lines[:3] == ["ms1: upgrade it", "  1. stop", "  2. start"]
    assert "tank.level" in lines[3]
