"""Plays against a served world: what they said, and what happened in the world while they ran."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.lab.client import Completed, Running, ServedWorld
from tests.lab.history import History

PLAYBOOK = "ansible-playbook"
UPGRADE = (PLAYBOOK, "systemcenter.upgrade.scom_upgrade")
PREFLIGHT = (PLAYBOOK, "systemcenter.upgrade.scom_preflight")

# What a run that only looks leaves no trace of.
TOUCHES = ("task.", "setup.", "service.", "registry.", "lock.", "database.", "reboot.")


@dataclass(frozen=True)
class Play:
    """A run that ended, and the part of the journal that was written meanwhile."""

    completed: Completed
    history: History

    @property
    def text(self) -> str:
        return self.completed.text

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """The counters of every host: ok, changed, failed, ..."""
        lines = re.findall(r"^(\S+) +: (ok=\d+ .*)$", self.completed.output, re.MULTILINE)
        return {host: {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)} for host, line in lines}

    @property
    def failures(self) -> dict[str, dict[str, Any]]:
        """The result of the task that failed, by host."""
        found = re.findall(r"^fatal: \[(\S+)\]: \w+! => (\{.*\})$", self.completed.output, re.MULTILINE)
        return {host: json.loads(result) for host, result in found}

    @property
    def messages(self) -> dict[str, str]:
        """What every failed host told the operator."""
        return {host: str(result["msg"]) for host, result in self.failures.items()}

    @property
    def touches(self) -> list[str]:
        """Events of anything that was more than a question."""
        return [entry.event for entry in self.history.entries if entry.event.startswith(TOUCHES)]


@dataclass(frozen=True)
class Begun:
    """A run under way."""

    world: ServedWorld
    running: Running
    position: int

    def end(self) -> Play:
        """Waits for it."""
        completed = self.running.wait()
        return Play(completed, History(self.world.journal.entries[self.position :]))


def begin(world: ServedWorld, *command: str, env: Mapping[str, str] | None = None) -> Begun:
    """Starts a command against a world: the executable, which a test may kill."""
    position = world.position
    return Begun(world, world.start(*command, env=env), position)


def play(world: ServedWorld, *command: str, env: Mapping[str, str] | None = None) -> Play:
    """Runs a command against a world to its end, preloaded where `conftest.py` says so."""
    position = world.position
    completed = world.run(*command, env=env)
    return Play(completed, History(world.journal.entries[position:]))


def setup_alone(world: ServedWorld, **options: Any) -> tuple[str, ...]:
    """The command for a play of somebody's own: scom_setup on every server at once, nothing before it and no order but the module's."""
    given = {
        "target": "{{ scom_target }}",
        "media": {"path": "{{ scom_media.path }}"},
        "accept_license": True,
        "setup_account": "{{ scom_setup_account }}",
        "das_account": "{{ scom_das_account }}",
        "data_reader_account": "{{ scom_data_reader_account }}",
        "management_servers": "{{ groups['scom_management_servers'] }}",
        "poll_interval_seconds": "{{ scom_poll_interval }}",
        "evidence_directory": "{{ scom_evidence_directory }}",
        **options,
    }
    task = {"name": "Upgrade", "systemcenter.upgrade.scom_setup": given}
    book = {"name": "At once", "hosts": "scom_management_servers", "gather_facts": False, "strategy": "free", "tasks": [task]}
    (world.directory / "at_once.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    return (PLAYBOOK, "at_once.yml")


def begin_and_kill(world: ServedWorld, command: Sequence[str], event: str, host: str | None = None, **details: Any) -> None:
    """Starts a command and kills it at an event of the world."""
    begun = begin(world, *command)
    world.wait_for(event, host, **details)
    begun.running.kill()
