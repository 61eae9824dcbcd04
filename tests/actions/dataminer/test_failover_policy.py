"""The four Failover policies of System Center's Upgrade window: what each promises, which are refused, and what the default one is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, SOURCE, TARGET, a_system, online, versions
from tests.e2e.states import full

PAIR = [{"name": "dma1", "partner": "dma1b"}]
POLICIES: dict[str, tuple[str, set[str]]] = {
    "simultaneously": ("Simultaneously", {full("dma1b")}),
    "backup_first": ("BackupFirst", {full("dma1")}),
    "backup_first_with_switchback": ("BackupFirstWithSwitchback", {full("dma1b")}),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_ends_with_the_roles_that_it_promises(a_world: MakeWorld, policy: str) -> None:
    word, in_the_end = POLICIES[policy]
    world = a_world(a_system(PAIR_AND_AGENT))
    # No file tells the cumulative update that runs, and whether a legacy policy may be used depends on it.
    known = {"known_source": SOURCE}
    given: dict[str, Any] = {"failover_policy": policy, "acknowledge": ["legacy_policy"], **known}
    upgraded = world.act("dataminer_upgrade", **given)
    assert not upgraded.failed, upgraded.message
    (start,) = world.journal.events("upgrade.start")
    assert start.get("policy") == word
    assert (online(world), versions(world)) == (in_the_end, {TARGET})
    assert world.journal.violations == []


def test_a_legacy_policy_is_refused_without_its_acknowledgement_and_for_a_major_upgrade(a_world: MakeWorld) -> None:
    world = a_world(a_system(PAIR_AND_AGENT, version="10.4.0 CU12"))
    refused = world.act("dataminer_upgrade", failover_policy="backup_first")
    assert "the Failover policy must not be used" in refused.message
    given: dict[str, Any] = {"failover_policy": "backup_first", "acknowledge": ["legacy_policy"]}
    major = world.act("dataminer_upgrade", **given)
    assert "the Failover policy must not be used" in major.message
    assert refused.touches == major.touches == []


# By what the system's own setting holds, None where it was never changed: the policy in the plan, and where it comes from.
RESOLVED: dict[str | None, str] = {
    None: "simultaneously (no default was ever set in this system; the vendor's advice is taken)",
    "Simultaneously": "simultaneously (the default set in this system)",
    "BackupFirst": "backup_first (the default set in this system)",
    "BackupFirstWithSwitchback": "backup_first_with_switchback (the default set in this system)",
}


@pytest.mark.parametrize("setting", RESOLVED)
def test_the_default_policy_is_resolved_by_the_systems_own_setting_and_shown_before_it_is_used(
    a_world: MakeWorld, setting: str | None
) -> None:
    own = {"default_upgrade_options": True, "default_policy": setting} if setting else {}
    world = a_world(a_system(PAIR, **own))
    given = {"failover_policy": "default", "known_source": SOURCE, "acknowledge": ["legacy_policy"]}
    planned = world.act("dataminer_upgrade", task=Task(check=True), **given)
    assert (planned.failed, planned.touches) == (False, []), planned.message
    assert f"Failover policy {RESOLVED[setting]}" in planned.text
    if setting in (None, "BackupFirst"):
        upgraded = world.act("dataminer_upgrade", **given)
        assert not upgraded.failed, upgraded.message
        (start,) = world.journal.events("upgrade.start")
        assert start.get("policy") == (setting or "Simultaneously"), "it is written out, and never left to the vendor's program"
        assert world.journal.violations == []


@pytest.mark.parametrize(
    ("on_dma1", "told"),
    [("FailoverPolicy=Simultaneously", "differs between the nodes"), ("Simultaneously or BackupFirst", "its setting names")],
)
def test_a_default_policy_that_cannot_be_told_is_refused_and_not_guessed(a_world: MakeWorld, on_dma1: str, told: str) -> None:
    both = ["dma1"] if "differs" in told else ["dma1", "dma1b"]
    world = a_world(a_system(PAIR, nodes={name: {"maintenance": {"DefaultUpgradeOptions": on_dma1}} for name in both}))
    refused = world.act("dataminer_upgrade", failover_policy="default", known_source=SOURCE)
    assert "the default Failover policy is not known" in refused.message
    assert told in refused.message
    assert refused.touches == []


def test_a_legacy_policy_that_is_the_systems_default_needs_its_acknowledgement_too(a_world: MakeWorld) -> None:
    world = a_world(a_system(PAIR, default_upgrade_options=True, default_policy="BackupFirst"))
    refused = world.act("dataminer_upgrade", failover_policy="default", known_source=SOURCE)
    assert "failover_policy: backup_first" in refused.message
    assert refused.touches == []


@pytest.mark.parametrize("policy", POLICIES)
def test_the_policy_that_is_wanted_is_the_one_an_upgrade_begins_with(a_world: MakeWorld, policy: str) -> None:
    world = a_world(a_system(PAIR_AND_AGENT))
    begun = world.begin("dataminer_upgrade", failover_policy=policy, acknowledge=["legacy_policy"], known_source=SOURCE)
    start = world.wait_for("upgrade.start")
    begun.kill()
    assert start.get("policy") == POLICIES[policy][0]
