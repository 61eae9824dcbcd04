# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether anything on the server is in the way of a setup: a pending restart, open consoles, other setups, its own services (4, 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...._upgrade.facts import Fact
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.questions import Answers, Questions, audit_command_line, pending_reboot, processes, session
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import PendingReboot, Service, fact, restart_is_pending
from ...group.health import SERVER_SERVICES
from ...group.server import SETUP_PROCESSES
from ...host.installation import Installation

CONSOLE_PROCESS = "Microsoft.EnterpriseManagement.Monitoring.Console"

QUESTIONS: Questions = {
    "pre.pending_reboot": pending_reboot(),
    "pre.consoles": processes(CONSOLE_PROCESS),
    "pre.setups": processes(*SETUP_PROCESSES),
    "pre.installers": processes("msiexec"),
    "pre.audit": audit_command_line(),
    "pre.session": session(),
}


@dataclass(frozen=True)
class HostState:
    """What runs on the host. Processes by name with the number of each; ``audits_command_line``: event 4688 keeps command lines."""

    pending: Fact[tuple[PendingReboot, ...]]
    consoles: Fact[int]
    setups: Fact[tuple[str, ...]]
    installers: Fact[int]
    audits_command_line: Fact[bool]
    is_admin: Fact[bool]
    services: Mapping[str, Service]
    doubts: tuple[str, ...] = ()


def read(installation: Installation, answers: Answers) -> HostState:
    return HostState(
        pending=fact("the reasons for a pending restart", lambda: PendingReboot.read_all(answers.data("pre.pending_reboot"))),
        consoles=fact("the open consoles", lambda: len(_processes(answers, "pre.consoles"))),
        setups=fact("the running setups", lambda: _processes(answers, "pre.setups")),
        installers=fact("the running installers", lambda: len(_processes(answers, "pre.installers"))),
        audits_command_line=fact("the audit policy for command lines", lambda: _audited(answers)),
        is_admin=fact("the rights of the connecting account", lambda: bool(answers.data("pre.session")["is_admin"])),
        services=installation.services,
        doubts=installation.doubts,
    )


def _processes(answers: Answers, question: str) -> tuple[str, ...]:
    return tuple(str(one["name"]) for one in answers.data(question)["processes"])


def _audited(answers: Answers) -> bool:
    data = answers.data("pre.audit")
    if not data["include_command_line"]:
        return False
    # The policy wants command lines in the event; whether the event is written at all may be unreadable without a privilege.
    return data.get("process_creation_success") is not False


RULES: RuleBook[HostState] = RuleBook()
# Of the product's services on this server: nothing to be said while they are stopped on purpose.
OWN_SERVICES: RuleBook[HostState] = RuleBook()


@RULES.rule("scom.host.pending_reboot", Severity.BLOCKER, reference="4 W")
def no_restart_is_pending(seen: HostState) -> Finding | None:
    """A pending restart makes installers fail or finish half."""
    return restart_is_pending(seen.pending.value, fix="restart the server before the upgrade")


@RULES.rule("scom.host.pending_remains", Severity.WARNING, reference="4 W")
def no_remains_wait_for_a_restart(seen: HostState) -> Finding | None:
    """Renames of temporary files and commands for the next logon are left behind by installers and are mostly harmless."""
    noise = [str(one) for one in seen.pending.value if one.is_noise]
    if not noise:
        return None
    return finding(seen="; ".join(noise), wanted="nothing pending", fix="restart the server when convenient")


@RULES.rule("scom.host.open_consoles", Severity.BLOCKER, reference="4 D")
def no_console_is_open(seen: HostState) -> Finding | None:
    """An open console keeps files that setup replaces."""
    if not seen.consoles.value:
        return None
    return finding(
        seen=f"{seen.consoles.value} open on the server",
        wanted="no Operations console open",
        fix="close the consoles in all sessions, disconnected ones too",
    )


@RULES.rule("scom.host.setup_running", Severity.BLOCKER, reference="4 W")
def no_setup_runs(seen: HostState) -> Finding | None:
    """Two setups on one server disturb each other."""
    if not seen.setups.value:
        return None
    return finding(seen=", ".join(seen.setups.value), wanted="no setup running", fix="wait until the setup has ended")


@RULES.rule("scom.host.installer_running", Severity.WARNING, reference="4 W")
def no_installer_runs(seen: HostState) -> Finding | None:
    """Windows Installer does one installation at a time; its service process alone lives on for minutes after one."""
    if seen.installers.value < 2:
        return None
    return finding(
        seen=f"{seen.installers.value} processes of Windows Installer", wanted="no installation running", fix="wait until it has ended"
    )


@OWN_SERVICES.rule("scom.host.services", Severity.WARNING, reference="5 W")
def own_services_run(seen: HostState) -> list[Finding]:
    """A server that does not work before its upgrade is not fixed by it."""
    return [
        finding(
            subject=name,
            seen=f"{seen.services[name].status}, start type {seen.services[name].start_mode}" if name in seen.services else "not installed",
            wanted="running, start type auto",
            fix=f"set {name} to start automatically and start it",
        )
        for name in SERVER_SERVICES
        if name not in seen.services or not seen.services[name].is_running or seen.services[name].start_mode == "disabled"
    ]


@RULES.rule("scom.host.doubts", Severity.WARNING, reference="5 W")
def marks_agree(seen: HostState) -> Finding | None:
    """Marks that contradict each other show a broken or half-finished installation."""
    if not seen.doubts:
        return None
    return finding(
        seen="; ".join(seen.doubts),
        wanted="registry, services and files that agree",
        fix="find out whether an earlier setup ended half-way, and repair the installation if it did",
    )


@RULES.rule("scom.host.administrator", Severity.BLOCKER, reference="9 D")
def connecting_account_is_administrator(seen: HostState) -> Finding | None:
    """Work on the host is started and watched with administrator rights."""
    if seen.is_admin.value:
        return None
    return finding(
        seen="not elevated, or no administrator", wanted="an administrator", fix="connect as a local administrator of the server"
    )


@RULES.rule("scom.host.command_line_audited", Severity.WARNING, reference="3 U")
def command_lines_are_not_recorded(seen: HostState) -> Finding | None:
    """Setup takes passwords on its command line, and event 4688 keeps them when command lines are audited."""
    if not seen.audits_command_line.value:
        return None
    return finding(
        seen="process creation is audited with command lines",
        wanted="command lines left out while setup runs",
        fix="switch the policy off for the window, or change the passwords afterwards and restrict who reads the Security log",
    )
