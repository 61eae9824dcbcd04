"""A description of a DataMiner System is read strictly, and every one that comes with the lab can be built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import scenario as scenarios
from tests.lab.building import build
from tests.lab.strict import ScenarioError

FILES = sorted((Path(scenarios.__file__).parent / "scenarios").glob("dataminer_*.yml"))
NAMED = {
    "single_agent",
    "cluster",
    "cluster_with_pairs",
    "policy_simultaneously",
    "policy_backup_first",
    "policy_backup_first_with_switchback",
    "policy_default",
    "upload_then_upgrade",
    "prerequisite_fails_on_offline_node",
    "used_package",
    "two_hops",
    "one_agent_fails",
    "stall",
    "blind_watcher",
    "vcredist_reboot",
    "expired_login",
    "snmp_clash",
    "partial_inventory",
    "half_upgraded",
}


def test_a_version_and_nothing_else_is_a_whole_healthy_system() -> None:
    built = build(scenarios.from_data({"dataminer": {"version": "10.5.0 CU6"}}))
    assert list(built.world.hosts) == ["dma1.contoso.lab"] and built.world.journal.entries == []
    assert built.group is None and built.dataminer.members == ["dma1.contoso.lab"]


def test_both_products_live_in_one_world() -> None:
    built = build(scenarios.from_data({"scom": {"release": "2022 UR3"}, "dataminer": {"version": "10.5.0 CU6"}}))
    assert built.group and built.dataminer and len(built.world.hosts) == 3


def test_every_named_scenario_comes_with_the_lab() -> None:
    assert {path.stem.removeprefix("dataminer_") for path in FILES} >= NAMED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_can_be_built(path: Path) -> None:
    scenario = scenarios.load(path)
    built = build(scenario)
    assert scenario.name == path.stem and scenario.description and built.dataminer
    assert built.world.journal.entries == []
    assert all("CANARY" in account.password for account in scenario.accounts.values())


def test_the_example_of_the_readme_can_be_built() -> None:
    section = (Path(scenarios.__file__).parent / "README.md").read_text(encoding="utf-8").partition("## DataMiner")[2]
    example = section.partition("```yaml")[2].partition("```")[0]
    assert len(build(scenarios.from_data(yaml.safe_load(example))).dataminer.members) == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "dataminer.version: is missing"),
        ({"version": "10.5"}, "dataminer.version: '10.5' is no version of DataMiner"),
        ({"version": "10.5.0", "target": "x"}, "dataminer.target: 'x' is no version"),
        ({"version": "10.5.0", "agent": 2}, "dataminer.agent: unknown key; did you mean 'agents'?"),
        ({"version": "10.5.0", "agents": [{"nam": "a"}]}, "dataminer.agents[0].nam: unknown key; did you mean 'name'?"),
        ({"version": "10.5.0", "nodes": {"dma9": {}}}, "dataminer.nodes.dma9: no node is called so; nodes: dma1"),
        ({"version": "10.5.0", "nodes": {"dma1": {"version": "1"}}}, "dataminer.nodes.dma1.version: '1' is no version"),
        ({"version": "10.5.0", "nodes": {"dma1": {"upgrade": {"second": 1}}}}, "dataminer.nodes.dma1.upgrade.second: unknown key"),
        (
            {"version": "10.5.0", "nodes": {"dma1": {"upgrade": {"runs": [{"outcome": "x"}]}}}},
            "dataminer.nodes.dma1.upgrade.runs[0].outcome: expected one of success, fails, stalls",
        ),
        ({"version": "10.5.0", "uncertain": {"exit_code": "0"}}, "dataminer.uncertain.exit_code: expected a whole number"),
        ({"version": "10.5.0", "package": {"kind": "tiny"}}, "dataminer.package.kind: expected one of full, web"),
    ],
)
def test_a_wrong_key_is_named_with_its_path(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        scenarios.from_data({"dataminer": data})
