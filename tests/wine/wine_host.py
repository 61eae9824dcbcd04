# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An almost-Windows host: a Wine prefix in which the genuine engine runs, with programs that do what a test tells them.

What is genuine in it (registry, files with Windows' sharing, processes, job objects, DPAPI, exit codes, restarts) and what stands in (the
Task Scheduler, CIM, accounts) is written in the README of the engine's bundle.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from tests.lab.winrm.real import WINE_PRELUDE
from tests.powershell.engine import BUNDLED, PLUGINS, RUNNER, Engine, required_utilities

_NEW_LINE = "\r\n"


@dataclass(frozen=True)
class Tools:
    """The programs that make a Wine host."""

    wine_host: Path
    pwsh_wine: Path
    actor: Path

    def home(self) -> Path:
        """The unpacked bundle."""
        return Path(self._run("home").strip())

    def new(self, prefix: Path) -> None:
        self._run("new", str(prefix))
        self._run("up", str(prefix))

    def stop(self, prefix: Path) -> None:
        self._run("stop", str(prefix))

    def reboot(self, prefix: Path) -> None:
        self._run("reboot", str(prefix))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([str(self.wine_host), *arguments], check=False, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, f"wine-host {arguments[0]}: {done.stderr}"
        return done.stdout


def require_tools() -> Tools:
    """Skips the test where Wine or the bundle is missing; under CI a bundle without Wine fails it."""
    tools = Tools(BUNDLED / "bin" / "wine-host", BUNDLED / "bin" / "pwsh-wine", BUNDLED / "actor.exe")
    if not tools.pwsh_wine.exists():
        pytest.skip(f"no engine for Wine hosts: {tools.pwsh_wine} is not there")
    if shutil.which("wineserver") is None:
        reason = "Wine is not installed (Debian: wine64 wine)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return tools


class WineEngine(Engine):
    """The runner of the engine tests, as one process of a Wine host."""

    def __init__(self, host: WineHost) -> None:
        utilities = Path(next(iter(importlib.util.find_spec("ansible").submodule_search_locations))) / "module_utils"
        arguments = {
            "BasicPath": utilities / "csharp" / "Ansible.Basic.cs",
            "AddTypePath": utilities / "powershell" / "Ansible.ModuleUtils.AddType.psm1",
        }
        given = " ".join(f"-{name} '{_outside(path)}'" for name, path in arguments.items())
        host.write(r"C:\lab\engine.ps1", f"{WINE_PRELUDE.read_text(encoding='utf-8')}\n& '{_outside(RUNNER)}' {given}\n")
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [*host.command("-ExecutionPolicy", "Bypass", "-File", r"C:\lab\engine.ps1")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=host.environment,
        )

    def hand(self, name: str, arguments: Mapping[str, Any], stand_ins: str = "", check_mode: bool = False) -> dict[str, Any]:
        """The result of one run of a hand."""
        path = PLUGINS / "modules" / f"{name}.ps1"
        internal = {"_ansible_check_mode": check_mode, "_ansible_module_name": name, "_ansible_verbosity": 0}
        request = {
            "name": name,
            "text": path.read_text(encoding="utf-8"),
            "utils": [{"name": util.stem, "text": util.read_text(encoding="utf-8")} for util in required_utilities(path)],
            "arguments": {**arguments, **internal},
            "stand_ins": stand_ins,
            "environment": {},
        }
        outcome = self.run(request, 120)
        assert not outcome["stderr"], outcome["stderr"]
        result: dict[str, Any] = json.loads(outcome["stdout"])
        return result


class WineHost:
    """One host. `hand` runs a hand in a process that stays; `engine()` gives another process, as another connection would."""

    def __init__(self, tools: Tools, prefix: Path) -> None:
        self.tools = tools
        self.prefix = prefix
        self._engines: list[WineEngine] = []
        tools.new(prefix)
        user = self.powershell("[Environment]::MachineName + '\\' + [Environment]::UserName")
        self.user = user.strip()

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "WINEPREFIX": str(self.prefix), "PWSH_WINE_EXE": "powershell"}

    def command(self, *arguments: str) -> list[str]:
        return [str(self.tools.pwsh_wine), "-NoLogo", "-NoProfile", "-NonInteractive", *arguments]

    def engine(self) -> WineEngine:
        engine = WineEngine(self)
        self._engines.append(engine)
        return engine

    def hand(self, name: str, arguments: Mapping[str, Any], stand_ins: str = "", check_mode: bool = False) -> dict[str, Any]:
        if not self._engines or not self._engines[0].is_alive:
            self._engines[:] = [WineEngine(self)]
        return self._engines[0].hand(name, arguments, stand_ins, check_mode)

    def powershell(self, script: str) -> str:
        """The output of a script."""
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        done = subprocess.run(
            self.command("-EncodedCommand", encoded), check=False, capture_output=True, text=True, timeout=120, env=self.environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_facts(self, key: str, **values: int | str) -> None:
        """Facts of the stand-ins: values below HKLM\\SOFTWARE\\TestHost."""
        path = f"HKLM:\\SOFTWARE\\TestHost\\{key}"
        lines = [f"if (-not (Test-Path '{path}')) {{ $null = New-Item -Path '{path}' -Force }}"]
        lines += [f"Set-ItemProperty -Path '{path}' -Name '{name}' -Value {_literal(value)}" for name, value in values.items()]
        self.powershell("\n".join(lines))

    def clear_facts(self, key: str) -> None:
        self.powershell(f"Remove-Item -Path 'HKLM:\\SOFTWARE\\TestHost\\{key}' -Recurse -ErrorAction SilentlyContinue")

    def transcribe(self) -> Path:
        """Sets the policy *Turn on PowerShell Transcription* for what starts from now on. Returns where the transcripts go."""
        policies = r"HKLM:\SOFTWARE\Policies\Microsoft"
        self.powershell(rf"""
            foreach ($key in '{policies}\PowerShellCore\Transcription', '{policies}\Windows\PowerShell\Transcription') {{
                $null = New-Item -Path $key -Force
                Set-ItemProperty -Path $key -Name EnableTranscripting -Value 1
                Set-ItemProperty -Path $key -Name EnableInvocationHeader -Value 1
                Set-ItemProperty -Path $key -Name OutputDirectory -Value 'C:\transcripts'
            }}
        """)
        return self.path(r"C:\transcripts")

    def path(self, windows: str) -> Path:
        """Where a file of drive C lies for us."""
        return self.prefix.joinpath("drive_c", *PureWindowsPath(windows).parts[1:])

    def write(self, windows: str, text: str) -> None:
        target = self.path(windows)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline=_NEW_LINE)

    def actor(self, windows: str, script: str) -> str:
        """A program that plays `script`; its arguments are in ``$env:ACTOR_COMMAND_LINE``. Returns its path."""
        target = self.path(windows)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.tools.actor, target)
        self.write(f"{windows}.ps1", script)
        return windows

    def stub(self, windows: str, **settings: int | str) -> str:
        """A native program that sleeps, writes and ends as `settings` say. Returns its path."""
        target = self.path(windows)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.tools.home() / "testhost" / "setup-stub.exe", target)
        lines = ["[run]", *(f"{key}={value}" for key, value in settings.items())]
        self.write(str(PureWindowsPath(windows).with_suffix(".ini")), "\n".join(lines) + "\n")
        return windows

    def reboot(self) -> None:
        self._end_engines()
        self.tools.reboot(self.prefix)

    def stop(self) -> None:
        self._end_engines()
        self.tools.stop(self.prefix)

    def _end_engines(self) -> None:
        for engine in self._engines:
            engine.stop()
        self._engines.clear()


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    """What `condition` returns once it is true; it is asked every few milliseconds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        seen = condition()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {seconds} s"
        pause.wait(0.05)


def _outside(path: Path) -> str:
    """A file of ours as the host sees it."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def _literal(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
