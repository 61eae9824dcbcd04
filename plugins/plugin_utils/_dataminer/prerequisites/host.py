# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether anything on a node is in the way: a pending restart, missing rights, services that do not run (4, 8, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, pending_reboot, session
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import PendingReboot, Service, fact, restart_is_pending
from ..node.installation import Installation
from ..system.node_view import RECEIVER

QUESTIONS: Questions = {"dm.pending_reboot": pending_reboot(), "dm.session": session()}


@dataclass(frozen=True)
class HostState:
    """What runs on the node."""

    pending: Fact[tuple[PendingReboot, ...]]
    is_admin: Fact[bool]
    services: Fact[Mapping[str, Service]]
    running: Fact[bool]
    left_behind: bool = False

    @property
    def waits_stopped(self) -> bool:
        """Whether an earlier upgrade left it stopped, and it gets the package all the same: its SLNet runs."""
        found = self.services.value
        return self.left_behind and RECEIVER in found and found[RECEIVER].is_running


def read(node: Installation, answers: Answers, *, left_behind: bool = False) -> HostState:
    return HostState(
        pending=fact("the reasons for a pending restart", lambda: PendingReboot.read_all(answers.data("dm.pending_reboot"))),
        is_admin=fact("the rights of the connecting account", lambda: bool(answers.data("dm.session")["is_admin"])),
        services=node.services,
        running=node.running,
        left_behind=left_behind,
    )


RULES: RuleBook[HostState] = RuleBook()


@RULES.rule("dataminer.host.pending_reboot", Severity.BLOCKER, reference="12 I")
def no_restart_is_pending(seen: HostState) -> Finding | None:
    """A pending restart makes installers inside the package fail, or restart the server in the middle."""
    return restart_is_pending(seen.pending.value, fix="restart the server before the window")


@RULES.rule("dataminer.host.administrator", Severity.BLOCKER, reference="11 D")
def account_is_an_administrator(seen: HostState) -> Finding | None:
    """An upgrade needs a local administrator on every node."""
    if seen.is_admin.value:
        return None
    return finding(seen="no administrator", wanted="a local administrator", fix="use an account of the local group Administrators")


@RULES.rule("dataminer.host.running", Severity.BLOCKER, reference="1.1, 9 D")
def dataminer_runs(seen: HostState) -> Finding | None:
    """A node on which DataMiner does not run gets no package, and old utilities wait behind a message box for ever."""
    if seen.running.value or seen.waits_stopped:
        return None
    return finding(seen="SLNet or SLDataMiner does not run", wanted="DataMiner running on every node", fix="start DataMiner on it")


@RULES.rule("dataminer.host.left_behind_running", Severity.WARNING, reference="6, 12 D")
def dataminer_runs_where_an_upgrade_failed(seen: HostState) -> Finding | None:
    """A node that an earlier upgrade left stopped is to be upgraded at once; it gets the package where its SLNet runs."""
    if seen.running.value or not seen.waits_stopped:
        return None
    return finding(
        seen="SLDataMiner does not run since an upgrade failed here", wanted="DataMiner running", fix="start it if that can be done"
    )


@RULES.rule("dataminer.host.modules_running", Severity.WARNING, reference="9 D")
def modules_run(seen: HostState) -> Finding | None:
    """A module whose service does not run keeps an agent from coming up: it hangs near 99 %."""
    down = [one.name for one in seen.services.value.values() if one.name.startswith("DataMiner ") and _should_run(one)]
    if not down:
        return None
    return finding(seen=f"{', '.join(down)} not running", wanted="all modules running", fix="start these services before the window")


def _should_run(service: Service) -> bool:
    return service.start_mode == "auto" and not service.is_running
