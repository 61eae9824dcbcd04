"""What is kept of an upgrade on the controller: what was before, what it was started with, and what proves it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.dataminer.systems import a_system
from tests.e2e.states import full

BACKUP = {"who": "Ann", "at": "2026-03-01T20:00:00Z", "what": "snapshots of all servers"}
# Said long ago, and waived by name.
WAIVED = {"backup": BACKUP, "waive": ["dataminer.backup.attested"]}


def kept(world: World, name: str) -> dict[str, Any]:
    """The newest file of that name below the folder of the evidence."""
    found: dict[str, Any] = json.loads(sorted((world.directory / "evidence").rglob(name))[-1].read_text(encoding="utf-8"))
    return found


def test_the_evidence_says_what_was_waived_relied_on_and_installed_with_which_options(a_world: MakeWorld) -> None:
    world = a_world(a_system(2))
    upgraded = world.act("dataminer_upgrade", **WAIVED)
    assert not upgraded.failed, upgraded.message
    evidence = kept(world, "evidence.json")
    how = evidence["started_with"]
    assert [one["rule"] for one in evidence["waived"]] == [one["rule"] for one in how["waived"]] == WAIVED["waive"]
    assert how["backup"] == {"attested": BACKUP}
    assert (how["policy"], how["upgrade_info"]["failover_policy"]) == ("simultaneously (by the option)", "simultaneously")
    assert (how["upgrade_info"]["extract_all_files"], how["upgrade_info"]["reboot"]) == (True, False)
    assert how["package"]["file"].endswith(".dmupgrade")
    assert len(how["package"]["sha256"]) == 64


def test_a_failed_upgrade_says_what_was_waived_as_well(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes={"dma1": {"upgrade": {"outcome": "fails"}}}))
    result = world.act("dataminer_upgrade", **WAIVED).result
    assert [one["rule"] for one in result["waived"]] == WAIVED["waive"]
    assert kept(world, "evidence.json")["waived"] == result["waived"]


def test_what_was_before_is_kept_before_the_upgrade_begins(a_world: MakeWorld) -> None:
    world = a_world(a_system(2, upgrade={"seconds": 5}))
    first = world.begin("dataminer_upgrade")
    world.wait_for("node.upgrade.start", host="dma1")
    first.kill()
    before = kept(world, "before.json")
    assert sorted(before["nodes"]) == [full("dma1"), full("dma2")]
    assert before["started_with"]["backup"]["last_dmbackup"][full("dma1")]
    again = world.act("dataminer_upgrade")
    assert not again.failed, again.message
    assert kept(world, "evidence.json")["started_with"] == before["started_with"], "by another controller too"


@pytest.mark.parametrize("reboot", [True, False])
def test_a_reboot_that_was_asked_for_is_proved_on_every_server(a_world: MakeWorld, reboot: bool) -> None:
    world = a_world(a_system(2))
    upgraded = world.act("dataminer_upgrade", reboot=reboot)
    assert not upgraded.failed, upgraded.message
    nodes = [full("dma1"), full("dma2")] if reboot else []
    assert sorted(str(one.host) for one in world.journal.events("reboot.end")) == nodes
    restarts = [one for one in kept(world, "evidence.json")["evidence"] if one["name"] == "restart of the server"]
    assert [one["host"] for one in restarts if one["agrees"] and one["decides"]] == nodes
