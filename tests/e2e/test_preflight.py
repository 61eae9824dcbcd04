"""What is asked before anything is started: how many questions it takes, and that everything that blocks is told at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import PREFLIGHT, UPGRADE, Play, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

SERVERS = [full("ms1"), full("ms2"), full("ms3")]

BLOCKERS = {
    full("ms1"): ["scom.operating_system.both_sides", "scom.hardware.memory"],
    full("ms2"): ["scom.operating_system.dotnet", "scom.host.pending_reboot", "scom.accounts.local_admin"],
    full("ms3"): ["scom.hardware.disk", "scom.media.present"],
}
BLOCKERS_OF_THE_GROUP = [
    "scom.database.full_text",
    "scom.database.allow_updates",
    "scom.database.etl_surplus",
    "scom.database.free_space",
    "scom.management_packs.duplicate_aliases",
]


@pytest.fixture(scope="module")
def healthy(serve_for_module: Serve) -> ServedWorld:
    return serve_for_module(a_group(scom={"servers": 3}))


def test_what_is_installed_is_told_after_one_call_a_host(healthy: ServedWorld) -> None:
    told = play(healthy, "ansible", "scom_management_servers", "-m", "systemcenter.upgrade.scom_info")
    assert told.completed.code == 0, told.text
    assert told.text.count('"database_version": "10.22.') == len(SERVERS)
    assert sorted(str(one.host) for one in told.history.requests()) == SERVERS
    assert told.touches == []


def test_a_preflight_takes_five_calls_a_host_one_of_each_other_server_and_four_for_all_passwords_at_most_and_changes_nothing(
    healthy: ServedWorld,
) -> None:
    checked = play(healthy, *PREFLIGHT)
    assert checked.completed.code == 0, checked.text
    calls = sorted(len(checked.history.requests(server)) for server in SERVERS)
    assert calls[0] > 0
    assert sum(calls) <= (5 + len(SERVERS) - 1) * len(SERVERS) + 4
    assert all(checked.recap[server]["changed"] == 0 for server in SERVERS)
    assert checked.touches == []


def test_a_preflight_fails_for_a_server_of_the_group_that_the_inventory_lacks(healthy: ServedWorld) -> None:
    inventory = yaml.safe_load(healthy.inventory.read_text(encoding="utf-8"))
    del inventory["all"]["children"]["scom_management_servers"]["hosts"][full("ms3")]
    path = healthy.directory / "two_of_three.yml"
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    refused = play(healthy, *PREFLIGHT, env={"ANSIBLE_INVENTORY": str(path)})
    assert refused.completed.code == 2, refused.text
    assert sorted(refused.failures) == SERVERS[:2]
    for result in refused.failures.values():
        assert (result["ready"], result["refusal"]["rule"]) == (False, "scom.group.complete")
        assert "ms3.contoso.lab: of the group but not in the inventory" in result["msg"]
        assert result["first_management_server"] == full("ms1")


@dataclass(frozen=True)
class Blocked:
    preflight: Play
    upgrade: Play


@pytest.fixture(scope="module")
def blocked(serve_for_module: Serve) -> Blocked:
    world = serve_for_module("blocked")
    return Blocked(play(world, *PREFLIGHT), play(world, *UPGRADE))


@pytest.mark.parametrize("server", SERVERS)
def test_all_blockers_of_all_servers_are_told_in_one_run(blocked: Blocked, server: str) -> None:
    for run in (blocked.preflight, blocked.upgrade):
        findings = {one["rule"] for one in run.failures[server]["findings"] if one["severity"] == "blocker"}
        assert findings == {*BLOCKERS[server], *BLOCKERS_OF_THE_GROUP}
        assert all(rule in run.messages[server] for rule in findings)


def test_nothing_is_started_while_anything_blocks(blocked: Blocked) -> None:
    assert blocked.upgrade.completed.code == blocked.preflight.completed.code == 2
    assert blocked.preflight.touches == blocked.upgrade.touches == []


def test_a_release_too_far_is_answered_with_the_way_that_leads_there(serve: Serve) -> None:
    world = serve("wrong_path")
    refused = play(world, *UPGRADE)
    assert "upgrade to 2022 first, then to 2025" in refused.messages[full("ms1")]
    assert refused.touches == []


def test_a_blocker_that_is_waived_by_name_is_reported_and_blocks_no_more(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1}, hosts={"ms1": {"memory_gb": 4}}))
    blocking = play(world, *PREFLIGHT)
    assert "scom.hardware.memory" in blocking.messages[full("ms1")]
    waived = play(world, *PREFLIGHT, "--extra-vars", '{"scom_waive": ["scom.hardware.memory"]}')
    assert waived.completed.code == 0, waived.text
    assert "1 waived" in waived.text
    assert "scom.hardware.memory" in waived.text


def test_a_database_out_of_reach_is_told_once_and_not_by_every_rule_that_needs_it(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1, "database": {"reachable": False}}))
    message = play(world, *PREFLIGHT).messages[full("ms1")]
    assert message.count("seen     could not be checked: operational database OperationsManager on sql1.contoso.lab could not be read") == 2
    assert "scom.database.sql_version, scom.database.edition" in message
