"""Every scenario that the lab ships, played as it is: each ends as the vendor's rules say, and nothing is done that the vendor warns of."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.e2e.dataminer.systems import versions
from tests.e2e.states import left_behind
from tests.lab.__main__ import SCENARIOS

UPGRADED = (
    "all_uncertain", "blind_watcher", "cluster", "cluster_with_pairs", "half_upgraded", "policy_backup_first",
    "policy_backup_first_with_switchback", "policy_default", "policy_simultaneously", "shared_name", "single_agent", "stall",
    "upload_then_upgrade", "vcredist_reboot",
)  # fmt: skip
# What the one paragraph has to name.
REFUSED = {
    "broker_gateway": "NATSMigration",
    "expired_login": "dataminer.utility.login",
    "old_utility": "dataminer.utility",
    "partial_inventory": "dma3",
    "prerequisite_fails_on_offline_node": "dma1b",
    "snmp_clash": "dataminer.snmp",
    "two_hops": "dataminer.path.skipped_lines",
    "unexecutable_check": "dataminer.checks",
    "used_package": "the package was used already",
}
# Others have tests of their own: the reruns of an agent that fails, and the demonstration, which `make demo` plays.
ELSEWHERE = ("one_agent_fails", "demo")


@pytest.mark.parametrize("name", UPGRADED)
def test_the_system_is_upgraded_as_a_whole_and_a_second_run_changes_nothing(a_world: MakeWorld, name: str) -> None:
    world = a_world(f"dataminer_{name}")
    if name == "upload_then_upgrade":
        uploaded = world.act("dataminer_package")
        assert not uploaded.failed, uploaded.message
        assert uploaded.installs == []
    upgraded = world.act("dataminer_upgrade")
    assert not upgraded.failed, upgraded.message
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    assert len(world.journal.events("upgrade.start")) == 1
    assert len(versions(world)) == 1
    assert again.installs == []
    assert world.journal.violations == []
    assert left_behind(world) == []


@pytest.mark.parametrize("name", REFUSED)
def test_the_system_is_refused_by_name_and_nothing_is_installed(a_world: MakeWorld, name: str) -> None:
    world = a_world(f"dataminer_{name}")
    refused = world.act("dataminer_upgrade")
    assert refused.failed
    assert REFUSED[name] in refused.message
    assert world.journal.events("upgrade.start") == []
    assert world.journal.violations == []


def test_no_scenario_is_left_out() -> None:
    shipped = {path.stem.removeprefix("dataminer_") for path in SCENARIOS.glob("dataminer_*.yml")}
    assert shipped == {*UPGRADED, *REFUSED, *ELSEWHERE}
