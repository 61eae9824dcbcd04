# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lines that tell an operator, live, how far long work has come. AWX receives each as an event of its job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible.utils.display import Display

from .._upgrade.redaction import Secrets


@dataclass(frozen=True)
class Progress:
    """Says what one host is doing: C(host  elapsed  of about expected  step). What hosts say of passwords stays untold."""

    host: str
    secrets: Secrets
    expected_minutes: int | None = None
    display: Callable[[str], None] = Display().display

    def line(self, text: str, elapsed_seconds: float | None = None) -> None:
        """Shows one line. C(elapsed_seconds) is counted from the start of the work on the host, not of this run."""
        self.show(f"{self.host}  {self._clock(elapsed_seconds)}  {text}")

    def show(self, text: str) -> None:
        """Shows a text as it is, without secrets."""
        self.display(self.secrets.known(text))

    def _clock(self, elapsed: float | None) -> str:
        if elapsed is None:
            return "--:--"
        clock = f"{int(elapsed) // 60:02d}:{int(elapsed) % 60:02d}"
        return f"{clock} of about {self.expected_minutes} min" if self.expected_minutes else clock
