"""What an action has returned and displayed, and what happened in the world meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.lab.history import History

# What a run that only looks leaves no trace of.
TOUCHES = (
    "task.",
    "setup.",
    "service.",
    "registry.",
    "lock.",
    "database.",
    "reboot.",
    "upgrade.",
    "utility.",
    "upload.",
    "node.",
    "failover.",
)


@dataclass(frozen=True)
class Outcome:
    """An action that ended."""

    module: str
    host: str
    result: dict[str, Any]
    lines: tuple[str, ...]
    history: History

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def message(self) -> str:
        """What it told the operator at its end."""
        return str(self.result.get("msg", ""))

    @property
    def text(self) -> str:
        """What an operator sees of it: its lines and warnings, and its result when it failed."""
        result = [self.message, json.dumps(self.result, default=str)] if self.failed else []
        return "\n".join([*self.lines, *self.result.get("warnings", ()), *result])

    @property
    def everything(self) -> str:
        """All that has left it, whether it is shown or not."""
        return "\n".join([*self.lines, json.dumps(self.result, default=str)])

    @property
    def touches(self) -> list[str]:
        """Events of anything that was more than a question."""
        return [entry.event for entry in self.history.entries if entry.event.startswith(TOUCHES)]

    @property
    def installs(self) -> list[str]:
        """Events of anything that installs, or restarts something."""
        return [one for one in self.touches if not one.startswith(("task.", "lock."))]
