"""What the vendor warns of is written as a violation, and a run that does as it says has none (dataminer 4, 5.3, 6, 7)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.lab_unit.dataminer.builders import (
    PAIR_AND_ONE,
    a_system,
    history,
    node,
    package_path,
    play,
    rules_broken,
    start,
    upgrade,
    versions,
)


def test_without_upgrade_info_only_the_local_agent_is_upgraded() -> None:
    built = a_system()
    play(lambda: upgrade(built, arguments=f'-upgrade "{package_path(built)}"'))
    assert rules_broken(built) == ["rolling_run", "mixed_versions"]
    assert versions(built) == {"dma1": "10.5.0 CU12", "dma2": "10.5.0 CU6"}


def test_a_single_agent_needs_no_file() -> None:
    built = a_system(agents=1)
    play(lambda: upgrade(built, arguments=f'-upgrade "{package_path(built)}"'))
    assert rules_broken(built) == []


def test_a_partial_list_leaves_a_cluster_on_two_versions() -> None:
    built = a_system(agents=3)
    play(lambda: upgrade(built, addresses=[node(built, "dma1").address, node(built, "dma2").address], IsCluster="false"))
    first = history(built).violations[0]
    assert (first.get("rule"), first.get("left")) == ("partial_host_list", ["dma3.contoso.lab"])
    assert set(rules_broken(built)) == {"partial_host_list", "mixed_versions"}


def test_one_agent_after_the_other_is_a_rolling_run() -> None:
    built = a_system(agents=3)

    async def work() -> None:
        for name in ("dma1", "dma2"):
            await upgrade(built, name, addresses=[node(built, name).address], IsCluster="false")

    play(work)
    assert rules_broken(built)[0] == "partial_host_list" and "rolling_run" in rules_broken(built)


def test_finishing_a_broken_run_is_none() -> None:
    built = a_system(nodes={"dma1": {"version": "10.5.0 CU12"}})
    play(lambda: upgrade(built, "dma2", addresses=[node(built, "dma2").address], IsCluster="false"))
    assert rules_broken(built) == [] and set(versions(built).values()) == {"10.5.0 CU12"}


def test_an_agent_of_no_cluster_can_be_upgraded_alone() -> None:
    built = a_system(external=["lonely"])
    play(lambda: upgrade(built, addresses=[node(built, "lonely").address], IsCluster="false"))
    assert rules_broken(built) == [] and versions(built)["lonely"] == "10.5.0 CU12"


def test_a_second_orchestrator_is_refused() -> None:
    built = a_system(upgrade={"seconds": 0.2})

    async def work() -> int:
        start(built)
        await built.world.journal.wait_for("upload.start")
        code = await start(built, "dma2").task
        await built.world.journal.wait_for("upgrade.end")
        return code

    assert play(work) == 1
    assert rules_broken(built) == ["second_orchestrator"]
    assert "0x80040311" in history(built).events("utility.refused")[0].get("reason")
    assert len(history(built).events("upgrade.start")) == 1


@pytest.mark.parametrize("switch", ["fresh_entry", "same_entry"])
def test_a_package_is_not_executed_twice(switch: str) -> None:
    built = a_system(uncertain={"same_package_again": switch})

    async def work() -> None:
        await upgrade(built)
        await upgrade(built)

    play(work)
    assert rules_broken(built) == ["package_used_twice"]
    assert len(history(built).events("upgrade.start")) == (2 if switch == "fresh_entry" else 1)


@pytest.mark.parametrize(("switch", "rules"), [("fresh_entry", []), ("same_entry", ["package_used_twice"])])
def test_a_completed_package_can_come_again_only_as_a_fresh_entry(switch: str, rules: list[str]) -> None:
    built = a_system(stored=[{"state": "Completed"}], uncertain={"same_package_again": switch})
    play(lambda: upgrade(built))
    assert rules_broken(built) == rules
    assert set(versions(built).values()) == {"10.5.0 CU12" if not rules else "10.5.0 CU6"}


@pytest.mark.parametrize("switch", ["exits_early", "survives"])
def test_killing_the_utility_breaks_the_agents_it_upgrades(switch: str) -> None:
    built = a_system(upgrade={"seconds": 0.5}, uncertain={"self_replacement": switch})

    async def work() -> None:
        process = start(built)
        await built.world.journal.wait_for("upgrade.step", "dma2.contoso.lab", action="Kill")
        node(built, "dma1").host.processes.kill(process)
        await built.world.journal.wait_for("upgrade.end")
        await asyncio.wait({built.dataminer.system.operations[0].task})

    play(work)
    assert rules_broken(built) == ["upgrade_killed"]
    assert node(built, "dma1").broken and node(built, "dma2").broken
    assert history(built).events("upgrade.end")[0].get("reason") == "aborted"
    assert built.dataminer.system.operation is None and history(built).defects == []


def test_killing_the_watcher_that_took_its_place_harms_nothing() -> None:
    built = a_system(upgrade={"seconds": 0.2})

    async def work() -> None:
        await start(built).task
        for process in node(built, "dma1").host.processes.find("SLTaskbarUtility"):
            node(built, "dma1").host.processes.kill(process)
        await built.world.journal.wait_for("upgrade.end")

    play(work)
    assert rules_broken(built) == [] and set(versions(built).values()) == {"10.5.0 CU12"}


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({"windows_snmp": "running"}, ["snmp_clash"]),
        ({"windows_snmp": "running", "agent_snmp_port": 461}, []),
        ({"windows_snmp": "running", "windows_snmp_port": 1161}, []),
        ({"windows_snmp": "stopped"}, []),
        ({"windows_snmp": "absent"}, []),
    ],
)
def test_two_snmp_agents_on_one_port_clash(facts: dict[str, Any], rules: list[str]) -> None:
    built = a_system(agents=1, nodes={"dma1": facts})
    play(lambda: upgrade(built, StopSNMP="false"))
    assert rules_broken(built) == rules


@pytest.mark.parametrize(("version", "rules"), [("10.4.0 CU12", ["legacy_policy_on_major_upgrade"]), ("10.5.0 CU6", [])])
def test_a_legacy_policy_is_not_for_major_upgrades(version: str, rules: list[str]) -> None:
    built = a_system(version=version, agents=PAIR_AND_ONE)
    play(lambda: upgrade(built, FailoverPolicy="BackupFirst"))
    assert rules_broken(built) == rules


def test_a_main_release_must_not_be_skipped() -> None:
    built = a_system(version="10.3.0 CU12")
    play(lambda: upgrade(built))
    assert rules_broken(built) == ["main_release_skipped"]


def test_the_documented_hops_are_fine() -> None:
    built = a_system(version="10.3.0 CU12", further_packages=[{"version": "10.4.0 CU22", "place": "nodes"}])

    async def work() -> None:
        await upgrade(built, package=package_path(built, 1))
        await upgrade(built)

    play(work)
    assert rules_broken(built) == [] and set(versions(built).values()) == {"10.5.0 CU12"}
    lines = node(built, "dma2").text(r"C:\Skyline DataMiner\Upgrades\VersionHistory.txt").splitlines()
    assert [line.split(";")[1].split("-")[0] for line in lines[-3:]] == ["10.3.0.0", "10.4.0.0", "10.5.0.0"]
