"""Hosts in small worlds, and modules called on them the way Ansible calls them, without any wire."""

from __future__ import annotations

import asyncio
import base64
import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.lab.windows.host import SimulatedHost
from tests.lab.windows.processes import Process
from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import MARK
from tests.lab.world import World

ADMIN, ADMIN_PASSWORD = r"CONTOSO\admin", "canary-admin-password"
SETUP, SETUP_PASSWORD = r"CONTOSO\svc-setup", "canary-setup-password"
NAME = "ms1.contoso.lab"


def a_world(**programs: Any) -> World:
    return World(programs=programs)


def a_host(world: World | None = None, name: str = NAME, **spec: Any) -> SimulatedHost:
    """A host with an administrator and an account that may run batch jobs; `spec` overrides parts of its description."""
    world = world or a_world()
    description: dict[str, Any] = {
        "connection": {"user": ADMIN, "password": ADMIN_PASSWORD},
        "accounts": {SETUP: {"password": SETUP_PASSWORD, "administrator": True}},
        "times": {"reboot_down_seconds": 0.01, "delayed_start_seconds": 0.01},
        **spec,
    }
    host = SimulatedHost.from_scenario(world, name, description)
    world.hosts[name] = host
    return host


def asynchronous(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs a test in an event loop of its own."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        async def whole() -> None:
            await asyncio.wait_for(test(*arguments, **named), 5)

        asyncio.run(whole())

    return run


def manifest_lines(
    module: str, arguments: Mapping[str, Any], *, check: bool = False, become: tuple[str, str | None] | None = None
) -> list[str]:
    """What Ansible writes to the bootstrap script's input for one module (winrm-lab 1.1)."""
    collection, _unused, short = module.rpartition(".")
    script = f"ansible_collections.{collection}.plugins.modules.{short}.ps1" if collection else f"ansible.modules.{short}.ps1"
    variables = [{"Name": "complex_args", "Scope": "Global", "Value": {**arguments, "_ansible_check_mode": check}}]
    wrapper = {"name": "module_wrapper.ps1", "params": {"Script": script, "Variables": variables, "ForModule": True}, "secure_params": {}}
    return _lines([*_become(become), wrapper], {script: ""})


def script_lines(name: str, parameters: Mapping[str, Any], *lines: str) -> list[str]:
    """What Ansible writes for one of its own scripts, such as psrp_put_file.ps1, with input for it."""
    action = {"name": name, "params": dict(parameters), "secure_params": {}}
    return [*_lines([action], {name: ""}), *([MARK, *lines] if lines else [])]


async def send(host: SimulatedHost, lines: list[str], user: str = ADMIN) -> Result:
    command = host.start('if("`0`0`0`0"){}', [], user, "psrp")
    for line in lines:
        command.feed(line)
    return await command.run()


async def run(
    host: SimulatedHost, module: str, /, user: str = ADMIN, check: bool = False, become: Any = None, **arguments: Any
) -> dict[str, Any]:
    """Calls a module and returns its result."""
    result = await send(host, manifest_lines(module, arguments, check=check, become=become), user)
    found: dict[str, Any] = json.loads(result.output[-1])
    return found


async def hand(host: SimulatedHost, module: str, /, **arguments: Any) -> dict[str, Any]:
    return await run(host, f"systemcenter.upgrade.{module}", **arguments)


async def ask(host: SimulatedHost, question: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """Puts one question to host_probe and returns its envelope."""
    result = await hand(host, "host_probe", questions={"one": dict(question)}, **options)
    assert "answers" in result, result
    envelope: dict[str, Any] = result["answers"]["one"]
    return envelope


class Waiting:
    """A program that runs until it is told to end, writing what it is given."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ending = asyncio.Event()
        self.exit_code = 0
        self.process: Process | None = None
        self.was_killed = False
        self.runs = 0

    async def run(self, process: Process) -> int:
        self.process = process
        self.runs += 1
        self.began.set()
        try:
            await self.ending.wait()
        except asyncio.CancelledError:
            self.was_killed = True
            raise
        return self.exit_code

    def end(self, exit_code: int = 0) -> None:
        self.exit_code = exit_code
        self.ending.set()


def content(piece: Mapping[str, Any]) -> bytes:
    return base64.b64decode(piece["bytes"])


def _become(become: tuple[str, str | None] | None) -> list[dict[str, Any]]:
    if become is None:
        return []
    user, password = become
    secret = {"BecomePassword": password} if password is not None else {}
    return [{"name": "become_wrapper.ps1", "params": {"BecomeUser": user, "LogonType": "Interactive"}, "secure_params": secret}]


def _lines(actions: list[dict[str, Any]], scripts: Mapping[str, str]) -> list[str]:
    wrapper = {"name": "exec_wrapper", "script": "", "params": {}}
    carried = {name: {"path": None, "script": base64.b64encode(text.encode()).decode()} for name, text in scripts.items()}
    return [json.dumps(wrapper), MARK, json.dumps({"scripts": carried, "actions": actions, "signed_hashlist": []})]
