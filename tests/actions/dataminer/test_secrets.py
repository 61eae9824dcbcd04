"""A node that writes passwords into its progress.log: they stand on the node then, in no line, no result and no file of the controller."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.e2e.dataminer.systems import a_system
from tests.e2e.states import full
from tests.lab.building import secrets_of

MARK = "CANARY-"


def test_a_failure_that_a_node_tells_with_passwords_is_told_without_them(a_world: MakeWorld) -> None:
    world = a_world(a_system(nodes={"dma1": {"upgrade": {"outcome": "fails"}}}))
    known = [secrets_of(world.scenario)[role] for role in ("dataminer", "dataminer_api")]
    files = world.built.world.hosts[full("dma1")].files
    running = world.begin("dataminer_upgrade")
    world.wait_for("node.upgrade.start", host="dma1")
    log = next(file.path for file in files.walk() if file.path.endswith("progress.log"))
    files.append(log, f"error|logon of {known[0]} and {known[1]} failed, with password = {MARK} of another run\r\n".encode())
    failed = running.end()
    # What the product wrote on its own is no fault of the collection, and is not searched for.
    files.delete(log)
    told = "logon of ******** and ******** failed, with password = ********"
    assert failed.failed and told in failed.message
    assert [line for line in failed.lines if line.endswith(told)]
    assert MARK not in failed.everything
    kept = {path: path.read_text(encoding="utf-8") for path in (world.directory / "evidence").rglob("*") if path.is_file()}
    assert {path.name for path, text in kept.items() if told in text} == {"evidence.json", f"{full('dma1')}-progress.log"}
    assert [path for path, text in kept.items() if MARK in text] == []
