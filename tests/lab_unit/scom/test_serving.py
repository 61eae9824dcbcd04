"""`python -m tests.lab` serves a world, runs a command in it, and is acted upon over its control channel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.client import LabError, ServedWorld
from tests.lab.environment import ROOT
from tests.lab.history import History


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.lab", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_exit_code_is_that_of_the_command_which_sees_the_inventory(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['ANSIBLE_INVENTORY'], os.environ['PATH'].split(':')[0]); sys.exit(7)"
    done = lab("single_server", "--dir", str(tmp_path), "--", sys.executable, "-c", script)
    assert (done.returncode, done.stdout.split()) == (7, [str(tmp_path / "inventory.yml"), str(Path(sys.executable).parent)]), done.stderr
    assert [entry.event for entry in History.read(tmp_path / "journal.jsonl").entries] == ["world.begin", "world.end"]
    assert '"OperationsManager"' in (tmp_path / "world.json").read_text(encoding="utf-8")


def test_a_wrong_scenario_ends_at_once_with_the_key(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("scom: {relase: x}", encoding="utf-8")
    done = lab(str(path), "--dir", str(tmp_path / "out"))
    assert done.returncode == 2 and "scom.relase: unknown key; did you mean 'release'?" in done.stderr


def test_a_command_that_does_not_exist_is_127(tmp_path: Path) -> None:
    assert lab("single_server", "--dir", str(tmp_path), "--", "no-such-program").returncode == 127


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ServedWorld:
    with ServedWorld("two_servers", tmp_path_factory.mktemp("world")) as served:
        yield served


def test_inventory_has_every_variable_of_the_main_playbook(world: ServedWorld) -> None:
    variables = world.variables
    assert variables["scom_target"] == "2025" and variables["scom_accept_license"] is True
    assert set(variables["scom_media"]) == {"path", "sha256"}
    assert variables["scom_setup_account"]["name"] == "CONTOSO\\svc-scom-setup"
    assert variables["scom_das_account"]["type"] == "user"
    assert {"scom_data_reader_account", "scom_expected_minutes", "scom_poll_interval", "scom_evidence_directory"} <= set(variables)


def test_reboot_over_the_control_channel_is_waited_for(world: ServedWorld) -> None:
    position = world.position
    world.reboot("ms2", down_seconds=0.05)
    assert world.wait_for("reboot.end", host="ms2", after=position).host == "ms2.contoso.lab"
    assert world.journal.events("reboot.start", "ms2.contoso.lab", reason="control")


def test_faults_happen_when_they_are_asked_for(world: ServedWorld) -> None:
    position = world.position
    world.fault("service_stop", machine="ms1", service="cshost")
    world.wait_for("service.stop", host="ms1", after=position, service="cshost")
    world.fault("sql_down")
    world.wait_for("fault", action="sql_down")
    assert "cshost" not in world.world["scom"]["servers"]["ms1.contoso.lab"]["services"]


def test_find_looks_through_the_files_of_all_hosts(world: ServedWorld) -> None:
    assert {place["where"] for place in world.find("MZ setup.exe")} == {r"C:\Media\SCOM2025\setup.exe"}
    assert world.find("CANARY") == []


@pytest.mark.parametrize(
    ("verb", "arguments"), [("reboot", {"host": "ms9"}), ("explode", {}), ("fault", {"action": "explode"}), ("wait_for", {})]
)
def test_what_makes_no_sense_is_refused(world: ServedWorld, verb: str, arguments: dict[str, str]) -> None:
    with pytest.raises(LabError, match=verb):
        world.control(verb, **arguments)


def test_a_command_is_killed_with_everything_it_started(world: ServedWorld) -> None:
    running = world.start("sh", "-c", "sleep 60 & echo $!; wait")
    assert running.process.stdout
    child = running.process.stdout.readline().strip()
    running.kill()
    state = Path(f"/proc/{child}/stat")
    assert running.process.returncode == -9
    assert not state.exists() or state.read_text(encoding="utf-8").split()[2] == "Z"


def test_ansible_reaches_the_hosts(world: ServedWorld) -> None:
    done = world.run("ansible", "scom_management_servers", "-m", "ansible.windows.win_ping")
    assert done.code == 0 and done.output.count("pong") == 2, done.text
    assert {entry.get("what") for entry in world.journal.requests()} == {"ansible.windows.win_ping"}
