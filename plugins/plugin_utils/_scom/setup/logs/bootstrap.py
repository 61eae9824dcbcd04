# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Setup<N>.log: whether the bootstrap accepted the command line (log-shapes 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...._upgrade.log_lines import LineReader
from ...._upgrade.redaction import NAMES_ALONE, Secrets

# S1: two blanks before the number; an HRESULT form whose system text is in the next, indented line.
MESSAGE = re.compile(r"Message Type\s+(?P<type>-?\d+):\s(?P<text>.*?)(?:\.?\sError\s:\s(?P<hresult>0x[0-9A-Fa-f]{8}))?", re.DOTALL)


@dataclass(frozen=True)
class BootstrapMessage:
    """One message: its number (meaning unknown), its text, the HRESULT in lower case and Windows' words for it ('' when none)."""

    type: int
    text: str
    hresult: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class BootstrapLog:
    """One start of setup.exe. Each start writes a file of its own with the next number; the one that launches is not the first (S1)."""

    messages: tuple[BootstrapMessage, ...]

    @property
    def refusal(self) -> BootstrapMessage | None:
        """The message that refuses the command line; None when there is none."""
        return next((message for message in self.messages if message.text.casefold().startswith("invalid command line")), None)


def read_bootstrap_log(data: bytes, *, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> BootstrapLog:
    """The messages of one file; lines of another form are left out, never refused."""
    reader = LineReader(ansi=ansi, redacted=secrets)
    messages: list[BootstrapMessage] = []
    for line in (*reader.feed(data), *reader.finish()):
        match = MESSAGE.fullmatch(line.text)
        if match:
            text = secrets(match["text"]).strip()
            messages.append(BootstrapMessage(int(match["type"][:9]), text, (match["hresult"] or "").lower()))
        elif messages and messages[-1].hresult and line.text[:1].isspace() and not messages[-1].explanation:
            last = messages.pop()
            messages.append(BootstrapMessage(last.type, last.text, last.hresult, secrets(line.text).strip()))
    return BootstrapLog(tuple(messages))
