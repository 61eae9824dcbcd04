"""Small worlds, and setup.exe started in them as a scheduled task would start it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.lab import scenario as scenarios
from tests.lab.building import BuiltWorld, build
from tests.lab.history import History
from tests.lab.windows.processes import Process
from tests.lab.windows.profiles import environment_of

SETUP_USER = "CONTOSO\\svc-scom-setup"
LOGS = r"C:\Users\svc-scom-setup\AppData\Local\SCOM\LOGS"
SETUP_EXE = r"C:\Media\SCOM2025\setup.exe"


def a_world(**changes: Any) -> BuiltWorld:
    """A group of two servers of 2022 UR3 whose setup is over in no time."""
    data = {"scom": {"release": "2022 UR3"}, "setup": {"seconds": 0.02, "healthy_after": 0.0}}
    for key, value in changes.items():
        data[key] = {**data[key], **value} if isinstance(data.get(key), dict) else value
    return build(scenarios.from_data(data))


def command_line(built: BuiltWorld, **changes: str | None) -> str:
    """The documented line of an upgrade (scom 3); a switch given as None is left out."""
    accounts = built.scenario.accounts
    switches: dict[str, str | None] = {
        "AcceptEndUserLicenseAgreement": "1",
        "DASAccountUser": accounts["das"].name,
        "DASAccountPassword": accounts["das"].password,
        "DataReaderUser": accounts["data_reader"].name,
        "DataReaderPassword": accounts["data_reader"].password,
        **changes,
    }
    return " ".join([SETUP_EXE, "/silent", "/upgrade", *(f"/{key}:{value}" for key, value in switches.items() if value is not None)])


def start_setup(built: BuiltWorld, host: str, line: str | None = None, user: str = SETUP_USER) -> Process:
    """Starts setup.exe on a host; the process's `task` ends with the exit code."""
    machine = built.world.find_host(host)
    assert machine
    facts = {"command_line": line or command_line(built), "user": user, "executable": SETUP_EXE}
    return machine.processes.run(built.world.programs["scom_setup"], "setup", environment=environment_of(machine.accounts, user), **facts)


async def run_setup(built: BuiltWorld, host: str, line: str | None = None, user: str = SETUP_USER) -> int:
    process = start_setup(built, host, line, user)
    assert process.task
    return await process.task


def stop_services(built: BuiltWorld, *hosts: str) -> None:
    for name in hosts:
        for service in ("OMSDK", "cshost", "HealthService"):
            built.world.find_host(name).services.stop(service)


def play(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Runs a test's coroutine; a test that hangs is a failure, not a wait."""
    return asyncio.run(asyncio.wait_for(work(), 10))


def history(built: BuiltWorld) -> History:
    return History(built.world.journal.entries)


def log(built: BuiltWorld, host: str, name: str = "OpsMgrSetupWizard.log", folder: str = LOGS) -> str:
    """A log of setup as text."""
    data = built.world.find_host(host).files.read(f"{folder}\\{name}")
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le")
    return data.decode("utf-8-sig")
