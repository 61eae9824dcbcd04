"""A preloaded play is what the executable would have been. Where it could not be, it says why, and nothing runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.plays import PLAYBOOK, PREFLIGHT
from tests.lab.client import Completed, LabError, ServedWorld
from tests.preloaded.ansible_playbook import PreloadedAnsible

ASKED = {
    "home": "{{ lookup('ansible.builtin.config', 'ANSIBLE_HOME') }}",
    "environment": "{{ lookup('ansible.builtin.env', 'ANSIBLE_HOME') }}",
    "directory": "{{ lookup('ansible.builtin.pipe', 'pwd') }}",
    "inventory": "{{ inventory_file }}",
    "search_path": "{{ lookup('ansible.builtin.env', 'PATH') }}",
}
TASKS: dict[str, dict[str, Any]] = {
    "asks": {"ansible.builtin.debug": {"msg": ASKED}},
    "copies": {
        "ansible.builtin.copy": {"content": "{{ now().isoformat() }}", "dest": "{{ playbook_dir }}/copied", "mode": "0600"},
        "delegate_to": "localhost",
        "vars": {"ansible_connection": "local", "ansible_remote_tmp": "{{ playbook_dir }}/remote"},
    },
    "looks": {"ansible.windows.win_ping": {}},
    "fails": {"ansible.builtin.fail": {"msg": "as it should"}},
    "mistaken": {"ansible.builtin.no_such_module": {}},
}
COMMANDS = {
    "the collection looks at a server": PREFLIGHT,
    "all is told": (PLAYBOOK, "asks.yml", "-vvv"),
    "files are made and removed": (PLAYBOOK, "copies.yml"),
    "a task fails": (PLAYBOOK, "fails.yml"),
    "a host is out of reach": (PLAYBOOK, "looks.yml", "--extra-vars", "ansible_port=1"),
    "a module is unknown": (PLAYBOOK, "mistaken.yml"),
    "a playbook is missing": (PLAYBOOK, "missing.yml"),
    "a playbook is no YAML": (PLAYBOOK, "broken.yml"),
    "an option is unknown": (PLAYBOOK, "--no-such-option"),
    "the version is asked for": (PLAYBOOK, "--version"),
}


@pytest.fixture(scope="module")
def world(ansible: PreloadedAnsible, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWorld]:
    directory = tmp_path_factory.mktemp("world")
    for name, task in TASKS.items():
        book = [{"hosts": "all", "gather_facts": False, "tasks": [task]}]
        (directory / f"{name}.yml").write_text(yaml.safe_dump(book), encoding="utf-8")
    (directory / "broken.yml").write_text("- hosts: [", encoding="utf-8")
    with ServedWorld("single_server", directory, programs={PLAYBOOK: ansible.start}) as served:
        yield served


def told(completed: Completed) -> tuple[int, str, str]:
    return completed.code, completed.output, completed.errors


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*")}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_a_preloaded_play_writes_ends_and_leaves_files_as_the_executable_does(world: ServedWorld, command: tuple[str, ...]) -> None:
    executable = world.start(*command).wait()
    left = files(world.directory)
    assert told(world.run(*command)) == told(executable)
    assert files(world.directory) == left


def test_nothing_of_a_play_is_left_for_the_next(world: ServedWorld, tmp_path: Path) -> None:
    world.run(PLAYBOOK, "asks.yml")
    inventory = tmp_path / "other.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"other": None}}}), encoding="utf-8")
    asked = world.run(PLAYBOOK, "asks.yml", env={"ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_INVENTORY": str(inventory)})
    assert asked.code == 0, asked.text
    assert str(tmp_path / "home") in asked.output
    assert "ms1" not in asked.output
    assert str(world.directory / "controller") not in asked.output


@pytest.mark.parametrize("name", ["ANSIBLE_CONFIG", "ANSIBLE_FORKS", "ANSIBLE_STDOUT_CALLBACK", "TZ", "PYTHONUTF8"])
def test_what_is_read_when_ansible_is_loaded_is_refused_by_its_name(world: ServedWorld, name: str) -> None:
    with pytest.raises(LabError, match=f"^{name}: "):
        world.run(PLAYBOOK, "asks.yml", env={name: "1"})


def test_a_play_that_cannot_be_started_is_an_error_with_its_reason(ansible: PreloadedAnsible, world: ServedWorld) -> None:
    with pytest.raises(LabError, match=r"could not be started(.|\n)*No such file or directory: '/no/such/place'"):
        ansible.start((PLAYBOOK, "asks.yml"), Path("/no/such/place"), world.environment)


def test_a_process_that_cannot_load_is_an_error_with_its_last_words(world: ServedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_FORKS", "many")
    with PreloadedAnsible() as cannot, pytest.raises(LabError, match=r"has ended(.|\n)*ANSIBLE_FORKS"):
        cannot.start((PLAYBOOK, "asks.yml"), world.directory, {**world.environment, "ANSIBLE_FORKS": "many"})


def test_a_play_that_takes_too_long_is_killed_with_everything_it_started(world: ServedWorld, ansible: PreloadedAnsible) -> None:
    started = world.directory / "started"
    os.mkfifo(started)
    task = {"ansible.builtin.command": {"argv": ["sh", "-c", f"echo $$ > {started}; exec sleep 60"]}, "delegate_to": "localhost"}
    book = [{"hosts": "all", "gather_facts": False, "tasks": [{**task, "vars": {"ansible_connection": "local"}}]}]
    (world.directory / "sleeps.yml").write_text(yaml.safe_dump(book), encoding="utf-8")
    play = ansible.start((PLAYBOOK, "sleeps.yml"), world.directory, world.environment)
    sleeping = int(started.read_text(encoding="utf-8"))
    with pytest.raises(LabError, match="ran longer than 0 s\n\nPLAY "):
        play.wait(0)
    state = Path(f"/proc/{sleeping}/stat")
    assert not state.exists() or state.read_text(encoding="utf-8").split()[2] == "Z"
    assert play.wait().code == -signal.SIGKILL
