"""A scenario is read strictly, and every one that comes with the lab can be built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import scenario as scenarios
from tests.lab.building import build
from tests.lab.strict import ScenarioError

LAB = Path(scenarios.__file__).parent
FILES = sorted(path for path in (LAB / "scenarios").glob("*.yml") if not path.name.startswith("dataminer_"))
NAMED = {
    "demo",
    "single_server",
    "already_done",
    "half_done",
    "wrong_path",
    "blocked",
    "reboot_needed",
    "setup_fails",
    "prereq_fails",
    "slow",
    "drops",
    "second_controller",
}


def test_a_release_and_nothing_else_is_a_whole_healthy_world() -> None:
    built = build(scenarios.from_data({"scom": {"release": "2022 UR3"}}))
    assert list(built.world.hosts) == ["ms1.contoso.lab", "ms2.contoso.lab"]
    assert all(server.is_healthy for server in built.group.servers.values())
    assert built.scenario.target == "2025"
    assert built.world.journal.entries == []


def test_every_named_scenario_comes_with_the_lab() -> None:
    assert {path.stem for path in FILES} >= NAMED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_can_be_built(path: Path) -> None:
    scenario = scenarios.load(path)
    built = build(scenario)
    assert scenario.name == path.stem and scenario.description
    assert built.group and built.media
    assert all("CANARY" in account.password for account in scenario.accounts.values())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"hots": {}}, "hots: unknown key; did you mean 'hosts'?"),
        ({"scom": {"relase": "2022"}}, "scom.relase: unknown key; did you mean 'release'?"),
        ({"scom": {}}, "scom.release: is missing"),
        ({"scom": {"release": 2022}}, "scom.release: expected text (in quotes), got int 2022"),
        ({"scom": {"release": "2022 UR9"}}, "scom.release: no published build '2022 UR9'; known:"),
        ({"scom": {"release": "2022", "servers": [{"nam": "ms1"}]}}, "scom.servers[0].nam: unknown key; did you mean 'name'?"),
        ({"scom": {"release": "2022", "servers": [{"name": "a", "release": "x"}]}}, "scom.servers[0].release: no published build 'x'"),
        ({"scom": {"release": "2022", "database": {"full_txt": True}}}, "scom.database.full_txt: unknown key; did you mean 'full_text'?"),
        ({"accounts": {"das": {"pasword": "x"}}}, "accounts.das.pasword: unknown key; did you mean 'password'?"),
        ({"uncertain": {"log_clock": 13}}, "uncertain.log_clock: expected one of 24, 12, got int 13"),
        ({"setup": {"outcome": "boom"}}, "setup.outcome: expected one of success, reboot"),
        ({"setup": {"seconds": "long"}}, "setup.seconds: expected a number, got str 'long'"),
        ({"setup": {"runs": [{"second": 1}]}}, "setup.runs[0].second: unknown key; did you mean 'seconds'?"),
        ({"hosts": {"ms1": {"setup": {"runs": [{"x": 1}]}}}}, "hosts.ms1.setup.runs[0].x: unknown key"),
        ({"connection": {"plugin": "ssh"}}, "connection.plugin: expected one of psrp, winrm, got str 'ssh'"),
        ([], "a scenario is a mapping with keys"),
    ],
)
def test_a_wrong_key_is_named_with_its_path(data: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        scenarios.from_data(data)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hosts": {"ms1": {"memroy_gb": 4}}}, "hosts.ms1.contoso.lab: "),
        ({"hosts": {"ms1": {"services": {"OMSDK": {"state": "stopped"}}}}}, "hosts.ms1.contoso.lab"),
        ({"faults": [{"action": "explode", "machine": "ms1"}]}, "faults[0].action: expected one of reboot"),
        ({"faults": [{"action": "reboot", "machine": "ms9", "after_seconds": 1}]}, "faults[0].machine: no host 'ms9' in this world"),
        ({"faults": [{"action": "reboot", "machine": "ms1"}]}, "faults[0]: the fault reboot has no trigger"),
        ({"faults": [{"action": "sql_down"}]}, "faults[0]: needs exactly one of 'at_event' and 'after_seconds'"),
        ({"faults": [{"at": "recieve", "action": "reset"}]}, "faults[0]: at: 'recieve' is none of create"),
        ({"faults": [{"action": "sql_down", "whn": {}}]}, "faults[0].whn: unknown key; did you mean 'when"),
    ],
)
def test_what_only_the_building_shows_to_be_wrong_is_named_too(changes: dict[str, Any], message: str) -> None:
    scenario = scenarios.from_data({"scom": {"release": "2022 UR3"}, **changes})
    with pytest.raises(ScenarioError, match=re.escape(message.removesuffix("'when"))):
        build(scenario)


def test_text_that_is_no_yaml_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("scom: [", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.yml is no YAML"):
        scenarios.load(path)


def test_a_scenario_has_the_last_word_on_services_and_registry() -> None:
    key = r"SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Setup"
    changes = {"services": {"OMSDK": {"status": "stopped", "start_mode": "disabled"}}, "registry": {key: {"DatabaseName": "Other"}}}
    host = build(scenarios.from_data({"scom": {"release": "2022"}, "hosts": {"ms1": changes}})).world.find_host("ms1")
    assert (host.services["OMSDK"].status, host.services["OMSDK"].start_mode, host.services["cshost"].status) == (
        "stopped",
        "disabled",
        "running",
    )
    assert 5724 not in host.listeners and 5723 in host.listeners
    assert host.registry.get(key, "DatabaseName") == "Other"


def test_examples_of_the_readme_load() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (LAB / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 3
    for example in examples:
        build(scenarios.from_data(yaml.safe_load(example)))
