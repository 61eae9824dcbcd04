"""One call of a module: what a handler is given and how it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .host import SimulatedHost
from .session import Session


class ModuleFailed(Exception):
    """The module ends with FailJson; `result` goes beside `msg`."""

    def __init__(self, message: str, **result: Any) -> None:
        super().__init__(message)
        self.message = message
        self.result = result


@dataclass(frozen=True)
class Call:
    """A module's arguments (defaults filled in for the hands) and the session it runs in."""

    session: Session
    arguments: Mapping[str, Any]
    check_mode: bool = False
    diff_mode: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> SimulatedHost:
        return self.session.host

    def get(self, *names: str, default: Any = None) -> Any:
        """The first of several names (an option and its aliases) that was given."""
        return next((self.arguments[name] for name in names if self.arguments.get(name) is not None), default)

    def need(self, *names: str) -> Any:
        """As `get`, for an option that must be there. Raises ModuleFailed."""
        value = self.get(*names)
        if value is None:
            raise ModuleFailed(f"missing required arguments: {names[0]}")
        return value


Handler = Callable[[Call], Awaitable[dict[str, Any]]]
