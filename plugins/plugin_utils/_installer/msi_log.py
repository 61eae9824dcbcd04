# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows Installer logs: sessions, their results, and the first action that failed (log-shapes 4)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from .._upgrade.log_lines import LineReader
from .._upgrade.redaction import MASK, NAMES_ALONE, Secrets, is_secret_name
from .exit_codes import ExitCode, msiexec_exit_code

_ENGINE = re.compile(r"MSI \((?P<side>[csan])\) \([0-9A-F]{2}[:!][0-9A-F]{2}\) \[[\d:]{8,12}\]: ?(?P<text>.*)", re.DOTALL)
_ACTION = re.compile(r"Action ended \d{1,2}:\d{2}:\d{2}: (?P<name>[^.]+)\. Return value (?P<value>\d+)\.")
_BANNER = re.compile(r"=== (?:Verbose )?logging (?P<what>started|stopped): ", re.IGNORECASE)
_RETURNING = re.compile(r"MainEngineThread is returning (?P<code>\d{1,10})")
_PRODUCT = re.compile(r"Product: (?P<product>.+?) -- (?P<text>.+)", re.DOTALL)
_ERROR = re.compile(r"Error \d{4,5}\.|Information \d{4,5}\.|Note: 1: \d{4} |.*CustomAction \S+ returned actual error code")
_PROPERTY = re.compile(r"Property\([SCN]\): (?P<name>[^ =]+) = .*", re.DOTALL)
# Numbers that only say that something failed, not what.
_FAILED = "3"
_MESSAGES_KEPT = 5


@dataclass(frozen=True)
class FailedAction:
    """The first action that failed, and the messages that came before it, oldest first: the first real error is among them."""

    name: str
    messages: tuple[str, ...]

    @property
    def cause(self) -> str:
        """The last message before the failure, or the action's name when there is none."""
        return self.messages[-1] if self.messages else f"action {self.name} failed"


@dataclass(frozen=True)
class MsiSession:
    """One session of a log: the engine's return code (None when the log is cut), its first failed action, what it said of the product.

    ``by_server``: the code is that of the server side, which does the work; the client only repeats it.
    """

    return_code: int | None
    first_failure: FailedAction | None
    product: str = ""
    outcome: str = ""
    by_server: bool = False

    @property
    def exit_code(self) -> ExitCode | None:
        """The meaning of the return code."""
        return None if self.return_code is None else msiexec_exit_code(self.return_code)

    @property
    def succeeded(self) -> bool | None:
        """Whether the engine says so; None when it says nothing."""
        return None if self.exit_code is None else self.exit_code.may_be_success


class _Session:
    """Collects one session line by line."""

    def __init__(self) -> None:
        self.has_lines = False
        self._codes: dict[str, int] = {}
        self._messages: deque[str] = deque(maxlen=_MESSAGES_KEPT)
        self._failure: FailedAction | None = None
        self._product = ""
        self._outcome = ""

    def add(self, line: str) -> None:
        engine = _ENGINE.fullmatch(line)
        side, text = (engine["side"], engine["text"]) if engine else ("", line)
        self.has_lines = self.has_lines or bool(text.strip())
        if returning := _RETURNING.match(text):
            self._codes["s" if side == "s" else "c"] = int(returning["code"])
        elif action := _ACTION.match(text):
            self._end_action(action["name"], action["value"])
        elif product := _PRODUCT.match(text):
            self._product, self._outcome = product["product"], product["text"].strip()
            self._say(self._outcome)
        elif _ERROR.match(text):
            self._say(text)

    def _end_action(self, name: str, value: str) -> None:
        # "Return value 3" is logged for the failing action and for each one around it (4 S1): the first is the one.
        if value == _FAILED and self._failure is None:
            self._failure = FailedAction(name, tuple(self._messages))

    def _say(self, text: str) -> None:
        text = " ".join(text.split())[:500]
        if text not in self._messages:
            self._messages.append(text)

    def result(self) -> MsiSession:
        code = self._codes.get("s", self._codes.get("c"))
        return MsiSession(code, self._failure, self._product, self._outcome, "s" in self._codes)


def read_msi_log(data: bytes, *, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> tuple[MsiSession, ...]:
    """The sessions of a file, oldest first: setup appends, so judge by the last. Secrets are masked before anything is kept.

    >>> read_msi_log(b"Action ended 10:04:09: _ExampleCA. Return value 3.")[0].first_failure.name
    '_ExampleCA'
    """
    sessions = [_Session()]
    reader = LineReader(ansi=ansi, redacted=secrets)
    for line in (*reader.feed(data), *reader.finish()):
        banner = _BANNER.match(line.text)
        if banner and banner["what"].lower() == "started" and sessions[-1].has_lines:
            sessions.append(_Session())
        sessions[-1].add(_without_secret(line.text, secrets))
    return tuple(session.result() for session in sessions if session.has_lines)


def deciding_session(sessions: Sequence[MsiSession]) -> MsiSession | None:
    """The session that decides: the last one that the server side ended, else the last one (4); None when there is none."""
    by_server = [session for session in sessions if session.by_server]
    return next(reversed(by_server or sessions), None)


def _without_secret(line: str, secrets: Secrets) -> str:
    """Property dumps end in values with blanks: those of a secret name are masked to the end of the line."""
    match = _PROPERTY.search(line)
    if match and is_secret_name(match["name"]):
        return f"{line[: match.end('name')]} = {MASK}"
    return secrets(line)
