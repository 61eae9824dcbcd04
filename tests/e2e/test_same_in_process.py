"""Stories that a real play over the wire and the ring of whole actions (tests/actions) have to tell alike: that ring rests on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actions.conftest import replaced_around_actions
from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import UPGRADE as UPGRADE_DATAMINER
from tests.e2e.dataminer.systems import a_system
from tests.e2e.plays import UPGRADE as UPGRADE_SCOM
from tests.e2e.plays import play
from tests.e2e.worlds import a_group
from tests.lab.history import History

CAUSE = "An invented cause."
STORIES: dict[str, dict[str, Any]] = {
    "a group of two": a_group(),
    "a setup that asks for a restart": a_group(scom={"servers": 1}, setup={"outcome": "reboot"}),
    "a first setup that fails": a_group(setup={"outcome": "fatal_action", "first_cause": CAUSE}),
    "a system of two": a_system(2),
    "an agent that fails": a_system(nodes={"dma1": {"upgrade": {"outcome": "fails"}}}),
}
# What each world makes up for itself.
OWN = ("operation", "boot_time_utc")
LONGEST_ROUND = 8


@pytest.fixture(autouse=True)
def in_process() -> Iterator[None]:
    with replaced_around_actions():
        yield


def order(history: History) -> list[tuple[str | None, str]]:
    """What happened on which host, in the order of all of it: one server's services stop before another one's setup begins."""
    return [(entry.host, entry.event) for entry in history.entries if entry.event != "request"]


def happened(history: History, host: str) -> list[str]:
    """Everything but requests, in its order."""
    found = [entry for entry in history.entries if entry.host == host and entry.event != "request"]
    return [json.dumps([one.event, {name: value for name, value in one.details.items() if name not in OWN}], default=str) for one in found]


def asked(history: History, host: str) -> list[str]:
    """The requests in their order. How often one looks while time passes is a matter of time: a round that repeats counts once."""
    rest = [f"{one.get('what')} as {one.get('become')}, check {one.get('check')}" for one in history.requests(host)]
    for size in range(1, LONGEST_ROUND + 1):
        at = 0
        while at + 2 * size <= len(rest):
            if rest[at : at + size] == rest[at + size : at + 2 * size]:
                del rest[at : at + size]
            else:
                at += 1
    return rest


def in_one_process(scenario: dict[str, Any], directory: Path) -> History:
    """What the playbooks do with modules of the collection, in their order. Media and package are there already: nothing is staged."""
    from tests.actions.world import World

    world = World(scenario, directory, is_one_run=True)
    if "scom" in scenario:
        # A play has all servers checked before it upgrades the first.
        checks = [world.act("scom_prerequisites", name) for name in world.names]
        assert not any(one.failed for one in checks)
        for name in world.names:
            if world.act("scom_setup", name).failed:
                break
    else:
        world.act("dataminer_upgrade")
    history = world.journal
    world.end()
    return history


@pytest.mark.parametrize("story", STORIES)
def test_a_play_over_the_wire_and_its_actions_in_one_process_tell_the_same_story(serve: Serve, tmp_path: Path, story: str) -> None:
    scenario = STORIES[story]
    served = serve(scenario)
    # One host after the other: servers that are checked side by side are asked by each other in no certain order.
    play(served, *(UPGRADE_SCOM if "scom" in scenario else UPGRADE_DATAMINER), "--forks", "1")
    wire, process = served.journal, in_one_process(scenario, tmp_path)
    hosts = {entry.host for entry in wire.entries if entry.host}
    assert hosts == {entry.host for entry in process.entries if entry.host}
    if "scom" in scenario:
        # The nodes of a system are upgraded side by side.
        assert order(process) == order(wire)
    for host in hosts:
        assert happened(process, host) == happened(wire, host)
        assert asked(process, host) == asked(wire, host)
