"""Serves a built world: the front end, the inventory, the control channel, and the end state when it is over."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.lab import inventory
from tests.lab.building import BuiltWorld, build
from tests.lab.control import Control
from tests.lab.journal import Journal
from tests.lab.scenario import Scenario
from tests.lab.winrm.faults import Faults
from tests.lab.winrm.server import FrontEnd


class Serving:
    """A world on the wire while the block runs; its files lie in `directory`.

    `inventory.yml`, `journal.jsonl` (live), `control.json` (where the control channel is), and at the end `world.json`.
    """

    def __init__(self, scenario: Scenario, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.built: BuiltWorld = build(scenario, Journal(directory / "journal.jsonl"))
        self.front = FrontEnd(directory, self._requested)
        self.control = Control(self.built, self.front)
        self.inventory = directory / "inventory.yml"

    async def __aenter__(self) -> Serving:
        scenario = self.built.scenario
        is_tls = scenario.connection.protocol == "https"
        await self.front.start(self.built.world.hosts.values(), is_tls, Faults(self.built.faults.wire))
        inventory.write(self.built, self.front.ports, self.directory)
        address = await self.control.start()
        (self.directory / "control.json").write_text(json.dumps({"socket": address}), encoding="utf-8")
        self.built.world.journal.write(None, "world.begin", scenario=scenario.name)
        self.built.faults.begin(self.front)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        world = self.built.world
        state = world.snapshot()
        (self.directory / "world.json").write_text(json.dumps(state, indent=1, default=str), encoding="utf-8")
        await self.control.stop()
        await world.end()
        await self.front.stop()
        world.journal.close()

    def _requested(self, machine: str, event: dict[str, Any]) -> None:
        world = self.built.world
        world.journal.write(machine, "request", **event)
        if host := world.hosts.get(machine):
            host.faults.request(str(event.get("what")))
