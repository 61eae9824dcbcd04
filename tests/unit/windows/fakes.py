"""A host that answers from a list, and a clock that moves only when somebody sleeps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import FunctionType
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, Host

LOST = ConnectionLost("ms1", "connection reset")
Reply = dict[str, Any] | Exception | Callable[[dict[str, Any]], dict[str, Any]]


def from_the_line(error: Exception) -> Exception:
    """The error as if the psrp plugin, or what works for it, had raised it."""
    in_the_plugin = FunctionType(_raise.__code__, {"__name__": "ansible.plugins.connection.psrp"})
    with contextlib.suppress(type(error)):
        in_the_plugin(error)
    return error


def _raise(error: Exception) -> None:
    raise error


class Clock:
    """Time as the code under test sees it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class FakeHost:
    """Answers each call with the next reply; the last one is repeated. Keeps what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.name = "ms1"
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.disconnects = 0
        self._replies = list(replies)

    def run(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((module, arguments))
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply(arguments) if callable(reply) else reply

    def ask(self, hand: str, /, **arguments: Any) -> dict[str, Any]:
        return self.run(hand, arguments)

    def hand(self, hand: str, /, **arguments: Any) -> dict[str, Any]:
        return self.run(hand, arguments)

    # As a real host has them: what is asked and read is no part of the fake.
    probe = Host.probe
    answers = Host.answers
    _answers_in = Host._answers_in

    def logging_on(self, account: Account) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def disconnect(self) -> None:
        self.disconnects += 1

    def operations(self) -> list[str]:
        return [arguments.get("operation", module) for module, arguments in self.calls]
