# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The traps of SLTaskbarUtility by version, on the node that is to start the upgrade (1.1)."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import Process
from ..node.detect import UTILITY
from ..node.installation import Installation
from ..system.scope import NO_MESSAGE_BOX
from ..versions.ranges import Floor, since
from ..versions.versions import Version

# 1.1 D: RN 37952, 34488, 36023.
ARGUMENTS_READ_RIGHT = since("10.3.0 CU11/10.4.2")
NO_MEMORY_LEAK = since("10.1.0 CU20/10.2.0 CU8/10.2.11")
GRPC_UPGRADES = since("10.3.0 CU3/10.3.6")
REMOTING_PORT = 8004


@dataclass(frozen=True)
class Utility:
    """What is judged on the starting node. ``login``: '' when DataMiner lets the account in that runs the utility, else why not; None
    when it could not be tried, as for accounts whose password nobody has."""

    node: str
    version: Fact[Version]
    paths: Fact[tuple[str, ...]]
    processes: Fact[tuple[Process, ...]]
    running: Fact[bool]
    ports: Fact[frozenset[int]]
    login: Fact[str] | None


def read(name: str, node: Installation, version: Fact[Version], login: Fact[str] | None) -> Utility:
    return Utility(name, version, node.utilities, node.processes, node.running, node.ports, login)


RULES: RuleBook[Utility] = RuleBook()


@RULES.rule("dataminer.utility.present", Severity.BLOCKER, reference="1.1 D")
def utility_is_there(seen: Utility) -> Finding | None:
    """The Taskbar Utility is the only documented way to start an upgrade unattended."""
    if seen.paths.value:
        return None
    return finding(
        subject=seen.node,
        seen="no SLTaskbarUtility.exe",
        wanted="it in one of its two folders",
        fix="repair it, or name another as dataminer_orchestrator (option orchestrator)",
    )


@RULES.rule("dataminer.utility.arguments", Severity.BLOCKER, reference="1.1 D")
def arguments_are_read_right(seen: Utility) -> Finding | None:
    """Before 10.3.0 CU11 and 10.4.2 the utility misreads its arguments when no instance of it is running."""
    if any(one.name.casefold() == UTILITY.casefold() for one in seen.processes.value) or _reached(ARGUMENTS_READ_RIGHT, seen):
        return None
    return finding(
        subject=seen.node,
        seen=f"{seen.version.value}, and no instance in the notification area",
        wanted=f"a running instance, or {ARGUMENTS_READ_RIGHT}",
        fix="log on to the node, start DataMiner Taskbar Utility from the start menu and leave it running",
    )


@RULES.rule("dataminer.utility.message_box", Severity.BLOCKER, reference="1.1 D")
def no_message_box_can_appear(seen: Utility) -> Finding | None:
    """Before 10.4.0 CU13, 10.5.0 CU1 and 10.5.4 the utility waits for ever behind a message box when the agent does not run."""
    if seen.running.value or _reached(NO_MESSAGE_BOX, seen):
        return None
    return finding(
        subject=seen.node,
        seen="DataMiner does not run on it",
        wanted="DataMiner running",
        fix="start it, or name another as dataminer_orchestrator (option orchestrator)",
    )


@RULES.rule(
    "dataminer.utility.memory",
    Severity.INFO,
    reference="1.1 D",
    when=lambda seen: not seen.version.is_known or seen.version.value.line <= (10, 2),
)
def utility_keeps_up(seen: Utility) -> Finding | None:
    """Old utilities lag behind and fill the memory during long upgrades; the upgrade itself continues."""
    if _reached(NO_MEMORY_LEAK, seen):
        return None
    return finding(subject=seen.node, seen=str(seen.version.value), wanted=str(NO_MEMORY_LEAK), fix="follow the nodes' own logs")


@RULES.rule("dataminer.utility.remoting", Severity.BLOCKER, reference="1.1 D")
def remoting_is_open_on_old_versions(seen: Utility) -> Finding | None:
    """Before 10.3.0 CU3 and 10.3.6 upgrades go over .NET Remoting only."""
    if REMOTING_PORT in seen.ports.value or _reached(GRPC_UPGRADES, seen):
        return None
    return finding(
        subject=seen.node, seen=f"nothing listens on TCP {REMOTING_PORT}", wanted=f"SLNet on TCP {REMOTING_PORT}", fix="start SLNet on it"
    )


@RULES.rule("dataminer.utility.login", Severity.BLOCKER, reference="1.1, 11 D", when=lambda seen: seen.login is not None)
def account_is_let_in(seen: Utility) -> Finding | None:
    """The utility logs in to DataMiner as the Windows account that runs it: an expired or unknown user upgrades nothing."""
    if seen.login is None or not seen.login.value:
        return None
    return finding(
        subject=seen.node,
        seen=seen.login.value,
        wanted="an administrator of DataMiner whose login is valid",
        fix="renew the account, or use another one that is an administrator of DataMiner and of Windows",
    )


@RULES.rule("dataminer.utility.login_untried", Severity.WARNING, reference="1.1 I", when=lambda seen: seen.login is None)
def login_was_tried(seen: Utility) -> Finding | None:
    """Whether DataMiner lets the account of the utility in cannot be seen without its password."""
    return finding(
        subject=seen.node,
        seen="not tried",
        wanted="a login that was tried",
        fix="make sure that the account is an administrator of DataMiner",
    )


def _reached(floor: Floor, seen: Utility) -> bool:
    """Whether the version is beyond a bug; where its cumulative update would have to be known, it is not."""
    try:
        return floor.reached_by(seen.version.value)
    except NotRead:
        if not seen.version.is_known:
            raise
        return False
