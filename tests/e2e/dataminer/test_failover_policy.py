"""The four Failover policies of System Center's Upgrade window: what each promises, which are refused, and what the default one is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import PAIR_AND_AGENT, SOURCE, TARGET, UPGRADE, a_system, changes, message, online, variables, versions
from tests.e2e.plays import play
from tests.e2e.states import full

PAIR = [{"name": "dma1", "partner": "dma1b"}]
POLICIES: dict[str, tuple[str, set[str]]] = {
    "simultaneously": ("Simultaneously", {full("dma1b")}),
    "backup_first": ("BackupFirst", {full("dma1")}),
    "backup_first_with_switchback": ("BackupFirstWithSwitchback", {full("dma1b")}),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_ends_with_the_roles_that_it_promises(serve: Serve, policy: str) -> None:
    word, in_the_end = POLICIES[policy]
    world = serve(a_system(PAIR_AND_AGENT))
    # No file tells the cumulative update that runs, and whether a legacy policy may be used depends on it.
    known = {"dataminer_known_source": SOURCE}
    given: dict[str, Any] = {"dataminer_failover_policy": policy, "dataminer_acknowledge": ["legacy_policy"], **known}
    upgraded = play(world, *UPGRADE, *variables(world, **given))
    assert upgraded.completed.code == 0, upgraded.text
    (start,) = world.journal.events("upgrade.start")
    assert start.get("policy") == word
    assert (online(world), versions(world)) == (in_the_end, {TARGET})
    assert world.journal.violations == []


def test_a_legacy_policy_is_refused_without_its_acknowledgement_and_for_a_major_upgrade(serve: Serve) -> None:
    world = serve(a_system(PAIR_AND_AGENT, version="10.4.0 CU12"))
    refused = play(world, *UPGRADE, *variables(world, dataminer_failover_policy="backup_first"))
    assert "the Failover policy must not be used" in message(refused)
    given: dict[str, Any] = {"dataminer_failover_policy": "backup_first", "dataminer_acknowledge": ["legacy_policy"]}
    major = play(world, *UPGRADE, *variables(world, **given))
    assert "the Failover policy must not be used" in message(major)
    assert changes(refused) == changes(major) == []


# By what the system's own setting holds, None where it was never changed: the policy in the plan, and where it comes from.
RESOLVED: dict[str | None, str] = {
    None: "simultaneously (no default was ever set in this system; the vendor's advice is taken)",
    "Simultaneously": "simultaneously (the default set in this system)",
    "BackupFirst": "backup_first (the default set in this system)",
    "BackupFirstWithSwitchback": "backup_first_with_switchback (the default set in this system)",
}


@pytest.mark.parametrize("setting", RESOLVED)
def test_the_default_policy_is_resolved_by_the_systems_own_setting_and_shown_before_it_is_used(serve: Serve, setting: str | None) -> None:
    own = {"default_upgrade_options": True, "default_policy": setting} if setting else {}
    world = serve(a_system(PAIR, **own))
    given = {"dataminer_failover_policy": "default", "dataminer_known_source": SOURCE, "dataminer_acknowledge": ["legacy_policy"]}
    planned = play(world, *UPGRADE, "--check", *variables(world, **given))
    assert (planned.completed.code, changes(planned)) == (0, []), planned.text
    assert f"Failover policy {RESOLVED[setting]}" in planned.text
    if setting in (None, "BackupFirst"):
        upgraded = play(world, *UPGRADE, *variables(world, **given))
        assert upgraded.completed.code == 0, upgraded.text
        (start,) = world.journal.events("upgrade.start")
        assert start.get("policy") == (setting or "Simultaneously"), "it is written out, and never left to the vendor's program"
        assert world.journal.violations == []


@pytest.mark.parametrize(
    ("on_dma1", "told"),
    [("FailoverPolicy=Simultaneously", "differs between the nodes"), ("Simultaneously or BackupFirst", "its setting names")],
)
def test_a_default_policy_that_cannot_be_told_is_refused_and_not_guessed(serve: Serve, on_dma1: str, told: str) -> None:
    both = ["dma1"] if "differs" in told else ["dma1", "dma1b"]
    world = serve(a_system(PAIR, nodes={name: {"maintenance": {"DefaultUpgradeOptions": on_dma1}} for name in both}))
    refused = play(world, *UPGRADE, *variables(world, dataminer_failover_policy="default", dataminer_known_source=SOURCE))
    assert "the default Failover policy cannot be told" in message(refused)
    assert told in message(refused)
    assert changes(refused) == []


def test_a_legacy_policy_that_is_the_systems_default_needs_its_acknowledgement_too(serve: Serve) -> None:
    world = serve(a_system(PAIR, default_upgrade_options=True, default_policy="BackupFirst"))
    refused = play(world, *UPGRADE, *variables(world, dataminer_failover_policy="default", dataminer_known_source=SOURCE))
    assert "failover_policy: backup_first" in message(refused)
    assert changes(refused) == []
