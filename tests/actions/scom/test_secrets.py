"""A setup that writes passwords into its own log: they stand on the server then, and nowhere on the controller."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.world import World
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.building import secrets_of
from tests.lab.products.scom.setup_log import CODEC

AWKWARD = 'CANARY-das p\u00e4ss "quoted" \\'
AS_QUOTED = 'CANARY-das p\u00e4ss \\"quoted\\" \\\\'
MARK = "CANARY-"


def write_into_log(world: World, host: str, name: str, text: bytes) -> None:
    """As the product would, at the end of what it has written."""
    files = world.built.world.hosts[host].files
    files.append(next(file.path for file in files.walk() if file.path.endswith(name)), text)


def clear_log(world: World, host: str, name: str) -> None:
    """What a product wrote on its own is no fault of the collection, and is not searched for."""
    files = world.built.world.hosts[host].files
    for path in [file.path for file in files.walk() if file.path.endswith(name)]:
        files.delete(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-bom", "cp1252"])
def test_a_setup_that_writes_its_command_line_into_its_log_brings_no_password_to_the_controller(a_world: MakeWorld, encoding: str) -> None:
    log = {"log_encoding": "utf-8" if encoding == "cp1252" else encoding}
    world = a_world(a_group(scom={"servers": 1}, uncertain=log, accounts={"das": {"password": AWKWARD}}))
    reader = secrets_of(world.scenario)["data_reader"]
    running = world.begin("scom_setup", "ms1")
    world.wait_for("setup.start")
    line = (
        f'[09:00:01]:\tError:\t:Error: CreateProcess of setup.exe /DASAccountPassword:"{AS_QUOTED}" for {AWKWARD} with {reader} failed\r\n'
    )
    write_into_log(world, full("ms1"), "OpsMgrSetupWizard.log", line.encode(CODEC.get(encoding, encoding)))
    upgraded = running.end()
    clear_log(world, full("ms1"), "OpsMgrSetupWizard.log")
    assert not upgraded.failed, upgraded.message
    kept = {path: path.read_text(encoding="utf-8") for path in (world.directory / "evidence").rglob("*") if path.is_file()}
    copies = [text for path, text in kept.items() if path.name == "OpsMgrSetupWizard.log"]
    assert ["CreateProcess of setup.exe /DASAccountPassword:********" in copy for copy in copies] == [True]
    assert [path for path, text in kept.items() if MARK in text] == []
    assert MARK not in upgraded.everything
