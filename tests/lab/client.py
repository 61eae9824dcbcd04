"""A served world for tests: starts the lab as a process of its own, runs commands against it, waits for events, reads what happened.

```python
with ServedWorld("single_server", tmp_path) as world:
    play = world.start("ansible-playbook", "systemcenter.upgrade.scom_upgrade")
    world.wait_for("setup.start", host="ms1")
    play.kill()
    assert world.run("ansible-playbook", "systemcenter.upgrade.scom_upgrade").code == 0
    assert world.journal.setups.hosts == ["ms1.contoso.lab"]
```
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import yaml

from tests.lab.environment import ROOT, environment_of_tests
from tests.lab.history import History
from tests.lab.journal import Entry

START_TIMEOUT = 60.0
STOP_TIMEOUT = 20.0
MARK = "LAB_COMMAND"


class LabError(Exception):
    """The world could not be started, or refused what was asked of it."""


@dataclass(frozen=True)
class Completed:
    """A command that ended. `output` and `errors` are its two streams."""

    code: int
    output: str
    errors: str
    seconds: float

    @property
    def text(self) -> str:
        """Everything it wrote."""
        return self.output + self.errors


class Command(Protocol):
    """A command under way."""

    def wait(self, timeout: float) -> Completed: ...

    def kill(self) -> tuple[str, str]: ...


# How a program is started in a way of its own: command, current directory, environment.
Starter = Callable[[Sequence[str], Path, Mapping[str, str]], Command]


class Running:
    """A command in a process group of its own, whose environment has a mark, so that a test can end it with everything it has started."""

    def __init__(self, process: subprocess.Popen[str], mark: str) -> None:
        self.process = process
        self._mark = mark.encode()
        self._began = time.monotonic()

    def kill(self) -> tuple[str, str]:
        """SIGKILL to everything of it, as when the controller dies. Returns what it has written, when it is gone."""
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
        # Ansible's workers lead sessions of their own since ansible-core 2.19: they outlive the group, and would go on with their task.
        while left := self._left():
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        return self.process.communicate() if self.process.returncode is None else ("", "")

    def _left(self) -> list[int]:
        """Its processes that still live, where the system tells (Linux)."""
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if self._mark in environ.read_bytes():
                    found.append(int(environ.parent.name))
        return found

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def wait(self, timeout: float = 120.0) -> Completed:
        """Waits for the end. Raises LabError, with what it has written, when that takes longer."""
        try:
            output, errors = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            output, errors = self.kill()
            raise LabError(f"{self.process.args} ran longer than {timeout} s\n{output}\n{errors}") from None
        return Completed(self.process.returncode, output, errors, time.monotonic() - self._began)


class Steered:
    """What a test can do to a world while something runs against it; the verbs are those of `control.py`."""

    def control(self, verb: str, *, timeout: float = 60.0, **arguments: Any) -> Any:
        """Asks the world. Raises LabError when it refuses or does not answer in time."""
        raise NotImplementedError

    @property
    def world(self) -> dict[str, Any]:
        """The state of the world, as plain data."""
        raise NotImplementedError

    def wait_for(
        self, event: str, host: str | None = None, *, timeout: float = 60.0, after: int = 0, count: int = 1, **details: Any
    ) -> Entry:
        """The `count`-th matching entry, past or future, looking only at those after the `after`-th. Raises LabError after `timeout`."""
        asked = {"event": event, "host": host, "details": details, "after": after, "count": count}
        return Entry.from_line(json.dumps(self.control("wait_for", timeout=timeout, **asked)))

    @property
    def position(self) -> int:
        """How many entries there are; an `after` for `wait_for`."""
        return int(self.control("position"))

    def reboot(self, host: str, down_seconds: float | None = None) -> None:
        """Reboots a host and returns when it is up again."""
        self.control("reboot", host=host, down_seconds=down_seconds)

    def find(self, text: str) -> list[dict[str, str]]:
        """Where on the hosts a text stands: files, registry, tasks, locks."""
        return list(self.control("find", text=text))

    def fault(self, action: str, **options: Any) -> None:
        """Makes an action of `faults.py` happen now."""
        self.control("fault", action=action, **options)


class ServedWorld(Steered):
    """One world. `scenario` is a path, the name of a scenario of the lab, or a mapping (written to DIR/scenario.yml).

    `connection`, `protocol`, `auth` replace the scenario's. `programs` are those that `run` does not start as the executable they are.
    """

    def __init__(
        self,
        scenario: str | Path | Mapping[str, Any],
        directory: Path,
        *,
        connection: str | None = None,
        protocol: str | None = None,
        auth: str | None = None,
        programs: Mapping[str, Starter] | None = None,
    ) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        if isinstance(scenario, Mapping):
            path = directory / "scenario.yml"
            path.write_text(yaml.safe_dump(dict(scenario)), encoding="utf-8")
            scenario = path
        choices = {"--connection": connection, "--protocol": protocol, "--auth": auth}
        self._options = [part for switch, value in choices.items() if value for part in (switch, value)]
        self._scenario = str(scenario)
        self._lab: subprocess.Popen[str] | None = None
        self._programs = programs or {}
        self._commands: list[Command] = []

    def __enter__(self) -> ServedWorld:
        arguments = [sys.executable, "-m", "tests.lab", self._scenario, "--dir", str(self.directory), *self._options]
        (self.directory / "world.json").unlink(missing_ok=True)
        self._lab = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._lab.stdout
        line = self._lab.stdout.readline()
        if not line.startswith("ready "):
            _unused, errors = self._lab.communicate(timeout=START_TIMEOUT)
            raise LabError(f"the lab did not start: {line}{errors}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for command in self._commands:
            command.kill()
        self.stop()

    @property
    def inventory(self) -> Path:
        return self.directory / "inventory.yml"

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the inventory, passwords included."""
        return dict(yaml.safe_load(self.inventory.read_text(encoding="utf-8"))["all"]["vars"])

    @property
    def environment(self) -> dict[str, str]:
        """What commands run with. Ansible's own files go below DIR, where a test can look through them."""
        return environment_of_tests(self.inventory, self.directory / "controller")

    @property
    def journal(self) -> History:
        """What has happened up to now; read anew each time."""
        return History.read(self.directory / "journal.jsonl")

    @property
    def world(self) -> dict[str, Any]:
        """The state of the world: now while it is served, at its end afterwards."""
        if self._lab is not None:
            return dict(self.control("snapshot"))
        return dict(json.loads((self.directory / "world.json").read_text(encoding="utf-8")))

    def run(self, *command: str, env: Mapping[str, str] | None = None, timeout: float = 120.0) -> Completed:
        """Runs a command to its end. Raises LabError when it takes longer than `timeout` seconds."""
        starter = self._programs.get(command[0])
        if starter is None:
            return self.start(*command, env=env).wait(timeout)
        self.control("begin_run")
        started = starter(command, self.directory, {**self.environment, **(env or {})})
        self._commands.append(started)
        return started.wait(timeout)

    def start(self, *command: str, env: Mapping[str, str] | None = None) -> Running:
        """Starts the executable and returns at once; what still runs at the end of the block is killed."""
        self.control("begin_run")
        mark = uuid.uuid4().hex
        process = subprocess.Popen(
            command,
            cwd=self.directory,
            env={**self.environment, **(env or {}), MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        running = Running(process, f"{MARK}={mark}")
        self._commands.append(running)
        return running

    def control(self, verb: str, *, timeout: float = 60.0, **arguments: Any) -> Any:
        """Asks the world over its control channel."""
        address = json.loads((self.directory / "control.json").read_text(encoding="utf-8"))["socket"]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(timeout)
            try:
                channel.connect(address)
                channel.sendall((json.dumps({"do": verb, **arguments}) + "\n").encode())
                line = channel.makefile("r", encoding="utf-8").readline()
            except TimeoutError:
                raise LabError(f"no answer to {verb} {arguments} within {timeout} s") from None
        answer = json.loads(line) if line else {"error": "the world has ended"}
        if "error" in answer:
            raise LabError(f"{verb}: {answer['error']}")
        return answer["ok"]

    def stop(self) -> None:
        """Ends the world; `world` is then its end state."""
        lab, self._lab = self._lab, None
        if lab is None:
            return
        lab.send_signal(signal.SIGTERM)
        try:
            _unused, errors = lab.communicate(timeout=STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            lab.kill()
            _unused, errors = lab.communicate()
            raise LabError(f"the lab did not stop\n{errors}") from None
        if lab.returncode:
            raise LabError(f"the lab ended with {lab.returncode}\n{errors}")
