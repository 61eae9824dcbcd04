"""Scripts that arrive as text, outside any manifest, recognised by their shape (winrm-lab 1.1).

Ansible's removal of temporary folders and until ansible-core 2.18 their making, win_reboot's four scripts, and `whoami` and `hostname` for
people who try a connection by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.winrm.machine import Result

from .clock import filetime
from .host import AUTO_LOGON_CHECKED
from .paths import expand
from .session import Session

Answer = Callable[[Session, re.Match[str]], Result]


@dataclass(frozen=True)
class Shape:
    """A recognisable script."""

    pattern: re.Pattern[str]
    answer: Answer


async def answer(session: Session, script: str) -> Result:
    for shape in SHAPES:
        if match := shape.pattern.search(script):
            return shape.answer(session, match)
    return Result(1, [], [f"the lab's {session.host.name} runs no PowerShell and does not recognise this script: {script[:200]!r}"], True)


def _make_temporary(session: Session, match: re.Match[str]) -> Result:
    path = expand(match[1], session.environment) + "\\" + match[2]
    session.host.files.make_directory(path)
    return Result(0, [path])


def _remove(session: Session, match: re.Match[str]) -> Result:
    session.host.files.delete((match[1] or match[2]).replace("''", "'"))
    return Result()


def _boot_time(session: Session, match: re.Match[str]) -> Result:
    return Result(0, [str(filetime(session.host.boot_time))])


def _shutdown(session: Session, match: re.Match[str]) -> Result:
    """Restarts after a moment, whatever /t says: long enough for the reply to get out (winrm-lab 3.4)."""
    if not session.is_administrator:
        return Result(0, [json.dumps({"stdout": "", "stderr": "Access is denied.(5)", "rc": 5})])
    session.host.registry.delete(AUTO_LOGON_CHECKED)
    session.host.begin_reboot(reason="shutdown.exe", after=REPLY_SECONDS)
    return Result(0, [json.dumps({"stdout": "", "stderr": "", "rc": 0}, separators=(",", ":"))])


def _abort(session: Session, match: re.Match[str]) -> Result:
    return Result()


def _is_ready(session: Session, match: re.Match[str]) -> Result:
    if not session.host.registry.exists(AUTO_LOGON_CHECKED):
        return Result(1, [], ["Cannot find path because it does not exist."], True)
    return Result(0, ["AutoLogonChecked", match[1]])


def _who(session: Session, match: re.Match[str]) -> Result:
    return Result(0, [session.user.lower() if match[1].lower() == "whoami" else session.host.computer_name])


REPLY_SECONDS = 0.5

SHAPES = (
    Shape(
        re.compile(r"ExpandEnvironmentVariables\('([^']+)'\)\s+\$tmp = New-Item -Type Directory -Path \$tmp_path -Name '([^']+)'", re.I),
        _make_temporary,
    ),
    Shape(
        re.compile(r"^(?:Set-StrictMode -Version Latest\s+)?Remove-Item (?:'((?:[^']|'')+)'|(\S+)) -Force(?: -Recurse)?;?(?:\s|$)", re.I),
        _remove,
    ),
    Shape(re.compile(r"Win32_OperatingSystem -Property LastBootUpTime\)\.LastBootUpTime\.ToFileTime\(\)", re.I), _boot_time),
    Shape(re.compile(r"shutdown\.exe /r /t (\d+) /c", re.I), _shutdown),
    Shape(re.compile(r"shutdown\.exe /a", re.I), _abort),
    Shape(re.compile(r"AutoLogonChecked' -ErrorAction Stop; '(success-[0-9a-f-]+)'", re.I), _is_ready),
    Shape(re.compile(r"^\s*(?:cmd(?:\.exe)? /c )?(whoami|hostname)\b", re.I), _who),
)
