# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a package will do, out of its UpdateContent.txt: one verb a line, in any letter case (3.2, log-shapes 10)."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade.cut_lines import lines_of


@dataclass(frozen=True)
class Verb:
    """One verb of the file. ``{}`` in the words stands for the rest of the line; ``restarts``: DataMiner does not run through it."""

    name: str
    words: str
    source: str
    restarts: bool = False


# The verbs and their effects: 3.2 D of the vendor's pages of 2024, which have left the documentation; their words are ours.
# That Disable and Kill mean a restart of DataMiner, and their absence none: 3.2 I.
VERBS: tuple[Verb, ...] = (
    Verb("lock", "lock the agent against a second upgrade", "3.2 D"),
    Verb("unlock", "unlock the agent", "3.2 D"),
    Verb("disable", "stop and disable DataMiner's services, except SLWatchdog", "3.2 D", restarts=True),
    Verb("enable", "enable DataMiner's services", "3.2 D"),
    Verb("kill", "end DataMiner's processes that still run", "3.2 D", restarts=True),
    Verb("start", "start DataMiner", "3.2 D"),
    Verb("iis", "{} the web server IIS", "3.2 D"),
    Verb("update", "replace files: {}", "3.2 D"),
    Verb("register", "register DataMiner's libraries and services", "3.2 D"),
    Verb("delete", "delete the files named in FilesToDelete.txt", "3.2 D"),
    Verb("extract", "unpack {}", "3.2 D"),
    Verb("execute", "run {}", "3.2 D"),
    Verb("js", "run script {}", "3.2 D"),
    Verb("ps", "run PowerShell script {}", "3.2 D"),
    Verb("installapp", "install application {}", "3.2 D"),
    Verb("upgradedb", "upgrade the database", "3.2 D"),
    Verb("upgradesltaskbarutility", "replace the Taskbar Utility", "3.2 D"),
    Verb("upgradedataminertaskbarutility", "replace the Taskbar Utility", "log-shapes 10 S1"),
    Verb("executeupgrade", "run a further upgrade {}", "3.2 D"),
    Verb("addrollbackaction", "note how to take a step back: {}", "3.2 D"),
    Verb("setoption", "set an option: {}", "3.2 D"),
    Verb("sleep", "wait {}", "3.2 D"),
)
_BY_NAME = {verb.name: verb for verb in VERBS}
# ``execute 60 tool.exe`` and ``js 300 script.js`` begin with a limit in seconds.
_TIMED = frozenset({"execute", "js"})

# 3.2, 4 D
OPTIONS: dict[str, str] = {
    "KILLIE": "end Internet Explorer",
    "NODELAYEDSTART": "no delayed start of DataMiner's services",
    "EXTRACTALL": "replace every system file",
    "NOROLLBACK": "keep nothing to go back to",
    "REBOOT": "reboot the server at the end",
    "SKIPSNMP": "leave the Windows SNMP service running",
}


@dataclass(frozen=True)
class PackageAction:
    """One line of UpdateContent.txt; ``text`` says it in plain words. ``verb`` is None for one that no table knows."""

    line: str
    text: str
    verb: Verb | None


def read_actions(content: str) -> tuple[PackageAction, ...]:
    """The actions of an UpdateContent.txt in their order. Never raises; a line with an unknown verb is shown as it stands.

    >>> [action.text for action in read_actions("Lock\\nIIS Stop\\njs 300 Clean.js")]
    ['lock the agent against a second upgrade', 'stop the web server IIS', 'run script Clean.js (at most 300 s)']
    """
    return tuple(_action(line) for raw in lines_of(content) if (line := raw.strip()))


def restarts_dataminer(actions: tuple[PackageAction, ...]) -> bool:
    """Whether DataMiner is stopped on the way (3.2 I)."""
    return any(action.verb is not None and action.verb.restarts for action in actions)


def _action(line: str) -> PackageAction:
    name, *arguments = line.split()
    verb = _BY_NAME.get(name.lower())
    if verb is None:
        return PackageAction(line, f"do something this collection does not know: {line}", None)
    return PackageAction(line, verb.words.format(_object(verb, arguments)).strip(" :"), verb)


def _object(verb: Verb, arguments: list[str]) -> str:
    if verb.name == "iis":
        return " ".join(arguments).lower() or "touch"
    if verb.name == "setoption":
        return ", ".join(OPTIONS.get(one.upper(), one) for one in arguments)
    if verb.name in _TIMED and arguments and arguments[0].isdecimal():
        return f"{' '.join(arguments[1:])} (at most {arguments[0]} s)"
    return " ".join(arguments)
