"""What the tests of this room stand on: a Windows host whose administrator runs them."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.engine import run_hand

Hand = Callable[[str, Mapping[str, Any]], dict[str, Any]]
ROOM = Path(__file__).parent
ACCOUNT, PASSWORD = "HANDS_TEST_ACCOUNT", "HANDS_TEST_PASSWORD"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips the room where Windows itself is absent."""
    absent = pytest.mark.skip(reason="no Windows here: the Task Scheduler, registry and services of a real host are what is tested")
    for item in items:
        if sys.platform != "win32" and ROOM in item.path.parents:
            item.add_marker(absent)


@pytest.fixture(scope="session")
def hand() -> Hand:
    """Runs a hand with the PowerShell that $PWSH names, and no stand-in."""
    return lambda name, arguments: run_hand(name, arguments, timeout=240).result


@dataclass(frozen=True)
class Task:
    """One long task of the host."""

    hand: Hand
    id: str

    def start(self, arguments: str, run_as: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Starts `cmd.exe` with these arguments, as SYSTEM unless told otherwise."""
        order = {"exe": r"C:\Windows\System32\cmd.exe", "arguments": arguments}
        return self.ask("start", command=order, run_as=dict(run_as or {"kind": "system"}), spec_hash="4711", title="a test", **more)

    def ask(self, operation: str, **more: Any) -> dict[str, Any]:
        return self.hand("host_task", {"operation": operation, "id": self.id, **more})

    def end(self, seconds: float = 90) -> dict[str, Any]:
        """The first poll that no longer says running."""
        deadline = time.monotonic() + seconds
        while (answer := self.ask("poll"))["state"] == "running":
            assert time.monotonic() < deadline, answer
        return answer


@pytest.fixture
def task(hand: Hand) -> Iterator[Task]:
    """A task of its own for each test; it is forgotten at the end."""
    made = Task(hand, f"test-{uuid.uuid4().hex[:12]}")
    yield made
    made.ask("forget", force=True)


@pytest.fixture
def account() -> tuple[dict[str, str], str]:
    """A local administrator that may log on as a batch job, and its password: the workflow makes one."""
    name, password = os.environ.get(ACCOUNT), os.environ.get(PASSWORD)
    if not name or not password:
        pytest.skip(f"no account to run as: {ACCOUNT} and {PASSWORD} are not set")
    return {"account": name, "kind": "password"}, password


@pytest.fixture
def readable_by_all(tmp_path: Path) -> Path:
    """A folder that the account of a task can write to as well."""
    folder = Path(os.environ["PUBLIC"]) / f"hands-{tmp_path.name}"
    folder.mkdir(exist_ok=True)
    return folder
