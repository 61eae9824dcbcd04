"""`ansible-playbook` in a process that has loaded it already: loading is a third of a play's CPU time, and no test is about it.

```python
with PreloadedAnsible() as ansible, ServedWorld("demo", directory, programs={"ansible-playbook": ansible.start}) as world:
    assert world.run("ansible-playbook", "systemcenter.upgrade.scom_upgrade").code == 0
```

It is for plays that run to their end. A play that a test kills is the executable: `ServedWorld.start` knows no other.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from tests.lab.client import Completed, LabError
from tests.lab.environment import ROOT, environment_of_tests

# What is read anew for every play. All else in the environment is, or may be, read when Ansible is loaded.
OF_A_PLAY = {"ANSIBLE_HOME", "ANSIBLE_INVENTORY", "PYTEST_CURRENT_TEST"}


class PreloadedAnsible:
    """Starts plays, several at once if need be, while the block runs. Loading begins with the block; the first play waits for it."""

    def __enter__(self) -> PreloadedAnsible:
        self._home = tempfile.TemporaryDirectory(prefix="preloaded-")
        self._errors = _a_file()
        self._environment = environment_of_tests(Path(os.devnull), Path(self._home.name))
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.preloaded.process", str(theirs.fileno())],
                cwd=ROOT,
                env=self._environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._orders.close()
        self._process.wait()
        self._errors.close()
        self._home.cleanup()

    def start(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> PreloadedPlay:
        """Starts a play. Raises LabError, with the reason, when it would not be as the executable's."""
        self._refuse_what_differs(environment)
        program = str(Path(sys.executable).with_name(command[0]))
        order = {"command": [program, *command[1:]], "directory": str(directory), "environment": dict(environment)}
        try:
            return PreloadedPlay(self._orders, order)
        except OSError as gone:
            self._errors.seek(0)
            raise LabError(f"the process that loads Ansible for all plays has ended: {gone}\n{self._errors.read()}") from gone

    def _refuse_what_differs(self, environment: Mapping[str, str]) -> None:
        loaded = self._environment
        differing = {name for name in loaded.keys() | environment.keys() if loaded.get(name) != environment.get(name)} - OF_A_PLAY
        if differing:
            names = ", ".join(sorted(differing))
            raise LabError(f"{names}: read when Ansible is loaded, so this has to be the executable (ServedWorld.start)")


class PreloadedPlay:
    """A play under way, and afterwards what is left of it. Making one raises OSError when nobody takes orders."""

    def __init__(self, orders: socket.socket, order: Mapping[str, Any]) -> None:
        self._began = time.monotonic()
        self._command = order["command"]
        self._output, self._errors = _a_file(), _a_file()
        self._talk, theirs = socket.socketpair()
        # Without a buffer, as `select` sees only what has not been read.
        self._answers = self._talk.makefile("rb", buffering=0)
        with theirs:
            socket.send_fds(orders, [b"!"], [theirs.fileno(), self._output.fileno(), self._errors.fileno()])
        self._talk.sendall((json.dumps(order) + "\n").encode())
        answer = self._answer()
        if "started" not in answer:
            raise LabError(f"{self._command} could not be started: {answer.get('failed', answer)}")
        self.process = int(answer["started"])
        self._code: int | None = None

    def wait(self, timeout: float = 120.0) -> Completed:
        """Waits for the end. Raises LabError, with what it has written, when that takes longer."""
        if not self._has_ended(timeout):
            output, errors = self.kill()
            raise LabError(f"{self._command} ran longer than {timeout} s\n{output}\n{errors}")
        assert self._code is not None
        return Completed(self._code, *self._streams(), time.monotonic() - self._began)

    def kill(self) -> tuple[str, str]:
        """SIGKILL to everything of it that still lives. Returns what it has written, when it is gone."""
        if not self._has_ended(0):
            _kill_tree(self.process)
            self._has_ended(None)
        return self._streams()

    def _has_ended(self, timeout: float | None) -> bool:
        if self._code is None and select.select([self._talk], [], [], timeout)[0]:
            self._code = int(self._answer()["code"])
        return self._code is not None

    def _answer(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise ConnectionResetError("no answer")
        return dict(json.loads(line))

    def _streams(self) -> tuple[str, str]:
        self._output.seek(0)
        self._errors.seek(0)
        return self._output.read(), self._errors.read()


def _a_file() -> TextIO:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _kill_tree(process: int) -> None:
    """What is stopped starts nothing more, so nothing is overlooked. Since ansible-core 2.19 workers lead sessions of their own."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGSTOP)
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text(encoding="utf-8").split():
                _kill_tree(int(child))
        ended = os.pidfd_open(process)
        os.kill(process, signal.SIGKILL)
        select.select([ended], [], [])
        os.close(ended)
