# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Command lines of the vendor's two programs: SLTaskbarUtility, which starts an upgrade, and the executor of a package's checks (1.1, 3.3).

An upgrade is never started without UpgradeInfo.xml: without that file the utility takes the local agent only, which is the rolling
upgrade that can corrupt data (0.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PureWindowsPath

_NOT_ON_A_LINE = re.compile(r"[\x00\r\n]")
_BACKSLASHES_BEFORE_A_QUOTE = re.compile(r'(?<!\\)(\\*)"')
_LOCAL = re.compile(r"[A-Za-z]:\\.+[^\\]")


class InvalidCommand(ValueError):
    """A program that must not be started like this; no message holds a secret."""


@dataclass(frozen=True)
class Command:
    """A program and its arguments as one string, verbatim, with ``{secret:NAME}`` where a secret goes.

    ``secrets``: NAME -> the text to put there, quoted already.
    """

    exe: str
    arguments: str
    working_directory: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def upgrade(utility: str, package: str, upgrade_info: str) -> Command:
    """The one call that starts an upgrade. Raises InvalidCommand.

    All three are absolute paths on a local disk of the node; the utility takes the file with its options for .dmupgrade only (1.1 D).

    >>> upgrade(r"C:\\u\\SLTaskbarUtility.exe", r"C:\\s\\a b.dmupgrade", r"C:\\s\\UpgradeInfo.xml").arguments
    '-upgrade "C:\\\\s\\\\a b.dmupgrade" "C:\\\\s\\\\UpgradeInfo.xml"'
    """
    if not upgrade_info:
        raise InvalidCommand("an upgrade is never started without UpgradeInfo.xml: it would take the local agent only")
    if not package.casefold().endswith(".dmupgrade"):
        raise InvalidCommand(f"{package} is no .dmupgrade; for others the utility does not look at UpgradeInfo.xml")
    return Command(_local(utility), f"-upgrade {_path(package)} {_path(upgrade_info)}", _folder(utility))


def run_checks(executor: str, checks: Iterable[str], result: str, login: tuple[str, str] | None = None) -> Command:
    """Runs the checks of a package with an executor, best the one inside it (3.3): checks need no SLNet, and so no login.

    ``checks``: paths of the DLLs. ``result``: the JSON file to be written. ``login``: user and password of DataMiner, where a check wants
    them. Raises InvalidCommand.
    """
    files = [_path(check) for check in checks]
    if not files:
        raise InvalidCommand("no check is named")
    secrets: dict[str, str] = {}
    user: list[str] = []
    if login is not None:
        secrets["check_password"] = quoted(login[1])
        user = [f"-u {quoted(login[0])}", "-p {secret:check_password}"]
    # The documented form: each file with its own two dashes in front (3.3 D).
    arguments = " ".join([*user, f"-f {_path(result)}", *(f"--{file}" for file in files)])
    return Command(_local(executor), arguments, _folder(executor), secrets)


def quoted(text: str) -> str:
    """One argument as every Windows program splits it. Raises InvalidCommand for characters that no command line can carry."""
    if _NOT_ON_A_LINE.search(text):
        raise InvalidCommand("a value holds a line break or a null character")
    escaped = _BACKSLASHES_BEFORE_A_QUOTE.sub(r'\1\1\\"', text)
    trailing = len(escaped) - len(escaped.rstrip("\\"))
    return f'"{escaped}' + "\\" * trailing + '"'


def _path(path: str) -> str:
    return f'"{_local(path)}"'


def _local(path: str) -> str:
    if '"' in path or not _LOCAL.fullmatch(path):
        raise InvalidCommand(f"{path!r} is no absolute path of a file on a local disk")
    return path


def _folder(path: str) -> str:
    return str(PureWindowsPath(path).parent)
