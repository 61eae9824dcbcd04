# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The calls of host_task that the tests make, for one task of one host."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.wine.wine_host import WineEngine, WineHost, until

PASSWORD = "Batch-Logon 1"


class LongTasks:
    """`folder` is a folder of the task's own for its program. The account is the only one a Wine host has."""

    def __init__(self, host: WineHost, task_id: str) -> None:
        self.host = host
        self.id = task_id
        self.folder = rf"C:\setup\{task_id}"

    @property
    def kept(self) -> Path:
        """Where the host keeps the task, as we see it."""
        return self.host.path(rf"C:\ProgramData\systemcenter.upgrade\tasks\{self.id}")

    def actor(self, script: str) -> str:
        return self.host.actor(rf"{self.folder}\setup.exe", script)

    def stub(self, **settings: int | str) -> str:
        return self.host.stub(rf"{self.folder}\setup.exe", **settings)

    def order(self, exe: str, arguments: str = "", **more: Any) -> dict[str, Any]:
        """The arguments of a start."""
        secrets = more.pop("secrets", None)
        environment = more.pop("environment", {})
        order = {
            "operation": "start",
            "id": self.id,
            "title": "a test",
            "spec_hash": "4711",
            "command": {"exe": exe, "arguments": arguments, "environment": environment},
            "run_as": {"account": self.host.user, "kind": "password"},
            "run_as_password": PASSWORD,
        }
        if secrets:
            order["secrets"] = json.dumps(secrets)
        return order | more

    def start(self, exe: str, arguments: str = "", stand_ins: str = "", engine: WineEngine | None = None, **more: Any) -> dict[str, Any]:
        run = engine.hand if engine else self.host.hand
        return run("host_task", self.order(exe, arguments, **more), stand_ins)

    def poll(self, offsets: list[Mapping[str, Any]] | None = None) -> dict[str, Any]:
        return self.host.hand("host_task", {"operation": "poll", "id": self.id, "offsets": offsets or []})

    def collect(self) -> dict[str, Any]:
        return self.host.hand("host_task", {"operation": "collect", "id": self.id})

    def forget(self, force: bool = False, check_mode: bool = False) -> dict[str, Any]:
        return self.host.hand("host_task", {"operation": "forget", "id": self.id, "force": force}, check_mode=check_mode)

    def wait(self) -> dict[str, Any]:
        """The first answer that no longer says running."""
        return until(lambda: _ended(self.poll()))

    def read_log(self, name: str) -> Log:
        return Log(self, name)

    def release(self) -> None:
        """Lets a program go on that waits for ``go``."""
        self.host.write(rf"{self.folder}\go", "")

    @property
    def waiting(self) -> str:
        """PowerShell of an actor that waits for `release`."""
        return rf"while (-not [IO.File]::Exists('{self.folder}\go')) {{ [Threading.Thread]::Sleep(50) }}"


class Log:
    """Reads a log as the controller does, by offsets."""

    def __init__(self, tasks: LongTasks, name: str) -> None:
        self._tasks = tasks
        self._name = name
        self._asked: dict[str, Any] = {"name": name}
        self.content = b""
        self.resets = 0

    def read(self) -> dict[str, Any]:
        """One poll; returns the log's answer."""
        piece = self._tasks.poll([self._asked])["logs"].get(self._name, {})
        if piece.get("file") and not piece["error"]:
            self.content = (b"" if piece["reset"] else self.content) + base64.b64decode(piece["bytes"])
            self.resets += piece["reset"]
            self._asked = {"name": self._name, "file": piece["file"], "offset": piece["next_offset"]}
            if piece["head_hash"]:
                self._asked["head_hash"] = piece["head_hash"]
        return piece


def _ended(answer: dict[str, Any]) -> dict[str, Any] | None:
    return None if answer["state"] == "running" else answer
