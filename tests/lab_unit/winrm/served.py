"""One machine behind a front end of its own, for blocking clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lab.winrm.faults import Faults
from tests.lab.winrm.machine import Machine
from tests.lab.winrm.server import FrontEnd

from .front_end_thread import FrontEndThread


class Served(FrontEndThread):
    """Use as a context manager. `events` holds what `on_request` reported."""

    def __init__(self, directory: Path, machine: Machine, **options: Any) -> None:
        self.machine = machine
        self.events: list[dict[str, Any]] = []
        super().__init__(FrontEnd(directory, lambda _name, event: self.events.append(event), **options))

    async def start(self) -> None:
        await self.front.start([self.machine], faults=Faults())

    @property
    def http(self) -> int:
        port = self.front.ports[self.machine.name].http
        assert port is not None
        return port

    @property
    def https(self) -> int:
        port = self.front.ports[self.machine.name].https
        assert port is not None
        return port
