"""The smallest machine that Ansible accepts: one module, file transfer, a few plain scripts."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from tests.lab.winrm.machine import Power, Result
from tests.lab.winrm.manifest import Action, ExecManifest, ManifestReader, is_bootstrap


class TinyMachine:
    """`modules` records what ran. A module called with `wait: true` calls `when_waiting` and waits for `gate`."""

    def __init__(self, name: str = "tiny.lab.test", accounts: dict[str, str] | None = None) -> None:
        self.name = name
        self.accounts = accounts if accounts is not None else {"admin": "Sec:ret \u00e4!", "LAB\\boss": "B0ss", "svc@lab.test": "Svc1"}
        self.power = Power()
        self.files: dict[str, bytes] = {}
        self.modules: list[ExecManifest] = []
        self.users: list[str] = []
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.when_waiting: Callable[[], None] = lambda: None

    def gate_after(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.gate.set)

    def start(self, script: str, arguments: list[str], user: str, connection: str) -> TinyCommand:
        self.users.append(user)
        return TinyCommand(self, script, arguments)


class TinyCommand:
    def __init__(self, machine: TinyMachine, script: str, arguments: list[str]) -> None:
        self._machine = machine
        self._script = script
        self._arguments = arguments
        self._reader = ManifestReader() if is_bootstrap(script) else None
        self._input: list[str] = []

    def feed(self, line: str) -> None:
        if self._reader is None or self._reader.feed(line):
            self._input.append(line)

    async def run(self) -> Result:
        try:
            return await self._run()
        except asyncio.CancelledError:
            self._machine.cancelled += 1
            raise

    async def _run(self) -> Result:
        if self._reader is None:
            return self._plain()
        manifest = self._reader.end()
        if not manifest.is_module:
            return self._transfer(manifest.entry)
        self._machine.modules.append(manifest)
        return await self._module(manifest)

    async def _module(self, manifest: ExecManifest) -> Result:
        arguments = manifest.module_args
        if arguments.get("wait"):
            self._machine.when_waiting()
            await self._machine.gate.wait()
        if arguments.get("fail"):
            return Result(1, [json.dumps({"failed": True, "msg": arguments["fail"]})])
        answer: dict[str, Any] = {"changed": False, "ping": arguments.get("data", "pong"), "name": manifest.module_name}
        return Result(0, [json.dumps(answer)])

    def _transfer(self, action: Action) -> Result:
        path = action.params.get("Path", "")
        if action.name.endswith("put_file.ps1"):
            data = b"".join(base64.b64decode(line) for line in self._input if line)
            self._machine.files[path] = data
            return Result(0, [json.dumps({"sha1": hashlib.sha1(data).hexdigest()})])
        if action.name.endswith("fetch_file.ps1"):
            return self._fetch(action, self._machine.files.get(path))
        if action.name == "powershell_mkdtemp.ps1":
            return Result(0, [f"{action.params['Directory']}\\{action.params['Name']}"])
        return Result(1, [], [f"unknown action {action.name}"], had_errors=True)

    def _fetch(self, action: Action, data: bytes | None) -> Result:
        if data is None:
            return Result(1, [], [f"{action.params['Path']} does not exist"], had_errors=True)
        size = action.params["BufferSize"]
        if "Offset" in action.params:
            chunk = data[action.params["Offset"] :][:size]
            return Result(0, [base64.b64encode(chunk).decode()] if chunk else [])
        return Result(0, ["[FILE]", *(base64.b64encode(data[at : at + size]).decode() for at in range(0, len(data), size))])

    def _plain(self) -> Result:
        if match := re.search(r"^exit (-?\d+)", self._script):
            return Result(int(match[1]), ["leaving"], ["a plain line"])
        if match := re.search(r"^throw '(.+)'", self._script):
            return Result(1, [], [match[1]], had_errors=True)
        if self._script.startswith("crash"):
            raise RuntimeError("defect of the machine")
        return Result(0, [self._script.partition("\n")[0], *self._arguments, *self._input])
