"""Every scenario that the lab ships, played as it is: each ends as the vendor's rules say, and nothing is done that the vendor warns of."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import UPGRADE, UPLOAD, installs, message, versions
from tests.e2e.plays import play
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
def test_the_system_is_upgraded_as_a_whole_and_a_second_run_changes_nothing(serve: Serve, name: str) -> None:
    world = serve(f"dataminer_{name}")
    if name == "upload_then_upgrade":
        uploaded = play(world, *UPLOAD)
        assert uploaded.completed.code == 0, uploaded.text
        assert installs(uploaded) == []
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    again = play(world, *UPGRADE)
    assert again.completed.code == 0, again.text
    assert len(world.journal.events("upgrade.start")) == 1
    assert len(versions(world)) == 1
    assert installs(again) == []
    assert world.journal.violations == []
    assert left_behind(world) == []


@pytest.mark.parametrize("name", REFUSED)
def test_the_system_is_refused_by_name_and_nothing_is_installed(serve: Serve, name: str) -> None:
    world = serve(f"dataminer_{name}")
    refused = play(world, *UPGRADE)
    assert refused.completed.code == 2, refused.text
    assert REFUSED[name] in message(refused)
    assert world.journal.events("upgrade.start") == []
    assert world.journal.violations == []


def test_no_scenario_is_left_out() -> None:
    shipped = {path.stem.removeprefix("dataminer_") for path in SCENARIOS.glob("dataminer_*.yml")}
    assert shipped == {*UPGRADED, *REFUSED, *ELSEWHERE}
