"""A host with media and the long task that runs setup from them."""

from __future__ import annotations

import json
from typing import Any

from tests.lab.windows.host import SimulatedHost
from tests.lab.world import World

from .builders import SETUP, SETUP_PASSWORD, Waiting, a_host, hand

ID = "scom-management-server-2025"
EXE = r"C:\Media\setup.exe"
SECRET = r'canary "quoted\" \\ %PATH% ^&'
LOG = r"%LOCALAPPDATA%\SCOM\LOGS\Setup*.log"
REAL_LOG = r"C:\Users\svc-setup\AppData\Local\SCOM\LOGS"
START: dict[str, Any] = {
    "id": ID,
    "title": "upgrade of Operations Manager",
    "command": {"exe": EXE, "arguments": "/silent /p:{secret:das}"},
    "run_as": {"account": SETUP, "kind": "password"},
    "run_as_password": SETUP_PASSWORD,
    "secrets": json.dumps({"das": SECRET}),
    "spec_hash": "abc",
    "logs": [{"name": "setup", "pattern": LOG}],
}


def a_media_host(program: Any = None, **spec: Any) -> tuple[SimulatedHost, Waiting]:
    program = program or Waiting()
    files = {EXE: {"size": 1000, "program": "setup"}, **spec.pop("files", {})}
    return a_host(World(programs={"setup": program}), files=files, **spec), program


async def start(host: SimulatedHost, **changes: Any) -> dict[str, Any]:
    return await hand(host, "host_task", operation="start", **{**START, **changes})


async def poll(host: SimulatedHost, *offsets: dict[str, Any]) -> dict[str, Any]:
    return await hand(host, "host_task", operation="poll", id=ID, offsets=list(offsets))


async def ended(host: SimulatedHost, event: str = "task.end") -> None:
    await host.world.journal.wait_for(event, host.name)
