"""DataMiner Systems that are quick to upgrade, the commands for them, and what is asked of a world afterwards."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import yaml

from tests.e2e.plays import PLAYBOOK, Play
from tests.lab.client import ServedWorld

Scenario = dict[str, Any]

UPGRADE = (PLAYBOOK, "systemcenter.upgrade.dataminer_upgrade")
UPLOAD = (PLAYBOOK, "systemcenter.upgrade.dataminer_upload")
PREFLIGHT = (PLAYBOOK, "systemcenter.upgrade.dataminer_preflight")
HELPER = (PLAYBOOK, "systemcenter.upgrade.dataminer_helper_package")
VERIFY = (PLAYBOOK, "systemcenter.upgrade.dataminer_verify")

SOURCE, TARGET = "10.5.0 CU6", "10.5.0 CU12"
# A pair that is online on its second node, and an agent without a partner.
PAIR_AND_AGENT = [{"name": "dma1", "partner": "dma1b", "online": "partner"}, "dma2"]
# What nothing that was refused, or only looked, leaves in the journal.
CHANGES = ("task.", "upgrade.", "utility.", "service.", "registry.", "lock.", "reboot.", "upload.", "node.", "failover.")


def a_system(agents: Any = 1, hosts: Mapping[str, Any] | None = None, **changes: Any) -> Scenario:
    """A system of 10.5.0 CU6 that goes to CU12, with what the keys of the scenario's ``dataminer`` change.

    >>> a_system(2)["dataminer"]["agents"]
    2
    """
    upgrade = {"seconds": 1.5, "upload_seconds": 0.1, **changes.pop("upgrade", {})}
    system = {"version": SOURCE, "target": TARGET, "agents": agents, "upgrade": upgrade, **changes}
    given: Scenario = {"dataminer": system, "time": {"poll_interval": 0.3}}
    return {**given, "hosts": dict(hosts)} if hosts else given


def versions(world: ServedWorld) -> set[str]:
    """What the nodes run."""
    return {node["version"] for node in world.world["dataminer"]["nodes"].values()}


def online(world: ServedWorld) -> set[str]:
    """The nodes of pairs that are online."""
    return set(world.world["dataminer"]["pairs"].values())


def variables(world: ServedWorld, **given: Any) -> tuple[str, ...]:
    """Arguments that give a play these variables."""
    path = world.directory / f"given_{zlib.crc32(repr(given).encode()):08x}.yml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return ("--extra-vars", f"@{path}")


def changes(play: Play) -> list[str]:
    """Events of anything that was more than a question."""
    return [entry.event for entry in play.history.entries if entry.event.startswith(CHANGES)]


def message(play: Play) -> str:
    """What the one failed task told the operator."""
    (text,) = play.messages.values()
    return text
