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
        """Everything that it said."""
        return "\n".join([*self.lines, self.message, json.dumps(self.result, default=str)])

    @property
    def touches(self) -> list[str]:
        """Events of anything that was more than a question."""
        return [entry.event for entry in self.history.entries if entry.event.startswith(TOUCHES)]
