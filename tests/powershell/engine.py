# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the hands (`plugins/modules/*.ps1`) on a genuine PowerShell engine, with Windows stood in for by functions.

`run_hand` sends a hand, the module utilities it requires and its arguments to `runner.ps1`, which treats them as Ansible's wrapper does:
the real Ansible.Basic, a fresh runspace with ``$ErrorActionPreference = 'Stop'``, arguments made of hashtables. The runner is started
once a session, as on a hardened host that transcribes everything (`transcription.py`); a run then takes some ten milliseconds.

``stand_ins`` is PowerShell text. It is executed behind the last function of the hand *and* of every module utility, before anything runs,
so a function in it replaces the one of the same name wherever that is called:

    run_hand("host_probe", {"questions": {"os": {"kind": "session"}}}, "function Get-UtcNow { [datetime]'2026-01-01' }")

What stand-ins remember for each other belongs into ``$global:`` variables: every utility is a module with a scope of its own.
"""

from __future__ import annotations

import atexit
import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.transcription import surroundings

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGINS = ROOT / "plugins"
BUNDLED = ROOT.parent / "shared" / "pwsh"
RUNNER = Path(__file__).with_name("runner.ps1")
FAKE_REGISTRY = Path(__file__).with_name("fake_registry.ps1")

# Every statement that a run of this session came to: "host_probe:12:5" is line 12, column 5 of that script.
reached: set[str] = set()

_REQUIRES = re.compile(r"^#AnsibleRequires\s+-PowerShell\s+(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class HandResult:
    """What Ansible would have received from one run."""

    result: dict[str, Any]
    stdout: str
    stderr: str
    rc: int


def run_hand(
    name: str,
    arguments: Mapping[str, Any],
    stand_ins: str = "",
    check_mode: bool = False,
    registry: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> HandResult:
    """Runs the hand ``name`` and reads its one line of JSON.

    ``registry`` is a tree as `fake_registry.ps1` describes; it replaces ``Open-LocalMachineKey`` and ``New-LocalMachineKey``.
    Skips the test when there is no PowerShell; raises AssertionError when the output is not exactly one JSON object, as Ansible would
    complain, and TimeoutError (the engine is then ended) when the run takes longer than ``timeout`` seconds.
    """
    path = PLUGINS / "modules" / f"{name}.ps1"
    internal = {"_ansible_check_mode": check_mode, "_ansible_module_name": name, "_ansible_verbosity": 0}
    outcome = _engine().run(
        {
            "name": name,
            "text": path.read_text(encoding="utf-8"),
            "utils": [{"name": util.stem, "text": util.read_text(encoding="utf-8")} for util in required_utilities(path)],
            "arguments": {**arguments, **internal},
            "stand_ins": "\n".join([_registry_stand_in(registry), stand_ins]),
            "environment": dict(environment or {}),
            "mark_statements": True,
        },
        timeout,
    )
    reached.update(outcome["reached"])
    stdout, stderr = outcome["stdout"], outcome["stderr"]
    try:
        result = json.loads(stdout)
    except ValueError as error:
        raise AssertionError(f"{name} did not answer with one JSON object: {error}\nstdout: {stdout}\nstderr: {stderr}") from None
    assert not stderr, f"{name} left records in the error stream, which the wrapper would print behind the result:\n{stderr}"
    return HandResult(result, stdout, stderr, outcome["rc"])


def statements(path: Path) -> dict[str, str]:
    """The first line of every statement of a script, by where it stands, as `reached` names it."""
    return _engine().run({"name": path.stem, "statements_of": path.read_text(encoding="utf-8")}, 60.0)["statements"]


def required_utilities(path: Path) -> list[Path]:
    """The module utilities of this collection that a script imports, directly or through another, in the order they are named."""
    found: list[Path] = []
    for reference in _REQUIRES.findall(path.read_text(encoding="utf-8")):
        if not reference.startswith(".."):
            continue
        utility = PLUGINS / "module_utils" / f"{reference.rpartition('.')[2]}.psm1"
        for each in [*required_utilities(utility), utility]:
            if each not in found:
                found.append(each)
    return found


def find_pwsh() -> str | None:
    """The engine: $PWSH, else pwsh on the PATH, else the bundled one beside the checkout."""
    for candidate in (os.environ.get("PWSH"), "pwsh", str(BUNDLED / "bin" / "pwsh")):
        found = candidate and shutil.which(candidate)
        if found:
            return found
    return None


def require_pwsh() -> str:
    """The engine's path. Skips the test where there is none, but fails it under CI when the bundle is there and must work."""
    pwsh = find_pwsh()
    if pwsh:
        return pwsh
    reason = f"no PowerShell: neither $PWSH, nor pwsh on the PATH, nor {BUNDLED / 'bin' / 'pwsh'}"
    if os.environ.get("CI") and BUNDLED.exists():
        pytest.fail(reason)
    pytest.skip(reason)


class Engine:
    """One PowerShell process that runs hands one after another."""

    def __init__(self, pwsh: str, transcribed: bool) -> None:
        ansible = Path(next(iter(importlib.util.find_spec("ansible").submodule_search_locations)))
        utilities = ansible / "module_utils"
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [
                *(pwsh, "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", str(RUNNER)),
                *("-BasicPath", str(utilities / "csharp" / "Ansible.Basic.cs")),
                *("-AddTypePath", str(utilities / "powershell" / "Ansible.ModuleUtils.AddType.psm1")),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=surroundings(transcribed),
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def run(self, request: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """Sends one run and waits for its outcome: stdout, stderr, rc."""
        with self._lock:
            line = base64.b64encode(json.dumps(request).encode()) + b"\n"
            expired = threading.Event()
            watch = threading.Timer(timeout, lambda: (expired.set(), self.stop()))
            watch.start()
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
                reply = self._process.stdout.readline()
            finally:
                watch.cancel()
        if expired.is_set():
            raise TimeoutError(f"{request['name']} ran longer than {timeout} s; the engine was ended")
        try:
            outcome: dict[str, Any] = json.loads(base64.b64decode(reply.strip(), validate=True))
        except ValueError:
            self._process.stdin.close()
            said = reply + self._process.stdout.read()
            self.stop()
            raise AssertionError(f"the engine said: {said.decode(errors='replace')}") from None
        return outcome

    def stop(self) -> None:
        if self.is_alive:
            self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Lets it end by itself: what it still has to write is written."""
        if self.is_alive:
            self._process.stdin.close()
        self._process.wait(60)


# One for each kind of host: does it transcribe?
_running: dict[bool, Engine] = {}
_transcribed = ContextVar("transcribed", default=True)


@contextmanager
def host_that_transcribes(transcribed: bool) -> Iterator[None]:
    """Hands run on a host with the policy, or on one without."""
    before = _transcribed.set(transcribed)
    try:
        yield
    finally:
        _transcribed.reset(before)


def end_engines() -> None:
    """Ends what runs; the next run starts anew."""
    for engine in _running.values():
        engine.end()
    _running.clear()


def _engine() -> Engine:
    transcribed = _transcribed.get()
    if transcribed not in _running or not _running[transcribed].is_alive:
        _running[transcribed] = Engine(require_pwsh(), transcribed)
        atexit.register(_running[transcribed].stop)
    return _running[transcribed]


def _registry_stand_in(registry: Mapping[str, Any] | None) -> str:
    if registry is None:
        return ""
    tree = base64.b64encode(json.dumps(registry).encode()).decode()
    return FAKE_REGISTRY.read_text(encoding="utf-8").replace("%REGISTRY%", tree)


IS_WINDOWS = sys.platform == "win32"
