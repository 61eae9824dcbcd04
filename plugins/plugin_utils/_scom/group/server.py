# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A management server as it shows itself: what is installed, whether it works, and whether a setup runs on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._upgrade.facts import Fact
from ..._upgrade.questions import Answers, Questions, Unreadable, directory, processes, registry_key
from ..._upgrade.signs import Signs
from ..._upgrade.times import utc_time
from ..._upgrade.windows_facts import Process
from ..host import detect
from ..host.installation import Installation
from ..releases.releases import Release, ServerVersion
from . import health
from .group import TASK_PREFIX
from .health import SERVER_SERVICES

TASKS_FOLDER = r"%ProgramData%\systemcenter.upgrade\tasks"
# A value for each task of ours whose setup was begun on the host and never proved, also one that failed and was forgotten.
BEGUN_KEY = r"SOFTWARE\systemcenter.upgrade\begun"
# setup.exe starts SetupChainerUI.exe and waits for it (4 W); an idle msiexec.exe is no setup.
SETUP_PROCESSES = ("setup", "SetupChainerUI")

QUESTIONS: Questions = {
    **detect.QUESTIONS,
    **health.QUESTIONS,
    "member.setups": processes(*SETUP_PROCESSES),
    "member.tasks": directory(TASKS_FOLDER, f"{TASK_PREFIX}*"),
    "member.begun": registry_key(BEGUN_KEY),
}


@dataclass(frozen=True)
class Member:
    """One management server. ``tasks``: ids of our long tasks on it, running or not; ``begun``: of those begun here and never proved."""

    installation: Installation
    health: Signs
    setups: Fact[tuple[Process, ...]]
    tasks: Fact[tuple[str, ...]]
    begun: Fact[tuple[str, ...]] = field(default_factory=lambda: Fact.known(()))

    @property
    def name(self) -> str:
        """Its FQDN, lower case."""
        host = self.installation.host
        return (host.fqdn or host.computer_name).casefold()

    @property
    def version(self) -> ServerVersion | None:
        """The server version in its registry; None when it is no management server or nothing says."""
        server = self.installation.management_server
        return server.version if server and isinstance(server.version, ServerVersion) else None

    @property
    def release(self) -> Release | None:
        server = self.installation.management_server
        return server.release if server else None

    @property
    def title(self) -> str:
        """Release and rollup, such as ``2022 UR3``."""
        server = self.installation.management_server
        return f"{server.release} {server.update_rollup}" if server and server.release else "unknown release"

    @property
    def running_services(self) -> tuple[str, ...]:
        """Those of OMSDK, cshost and HealthService that are not stopped."""
        known = self.installation.services
        return tuple(name for name in SERVER_SERVICES if name in known and known[name].status != "stopped")

    def setup_since(self) -> str:
        """When its oldest setup started, in words: ``since 01:12 UTC (41 min)``; '' when no setup is known to run."""
        setups = self.setups.value if self.setups.is_known else ()
        started = min((setup.started_utc for setup in setups if setup.started_utc), default="")
        return since(started, self.installation.host.utc_now) if started else ""


@dataclass(frozen=True)
class Peer:
    """Another management server of the group: itself, or why nothing is known of it."""

    known_as: str
    member: Member | None = None
    unreachable: str = ""

    @property
    def name(self) -> str:
        """Its FQDN when it could be asked, else the name it is known by."""
        return self.member.name if self.member else self.known_as.casefold()


def read(answers: Answers, verdict: Signs | None = None) -> Member:
    """A server from its answers to QUESTIONS; ``verdict`` replaces the health that can be told from services and ports alone.

    Raises Unreadable when what is installed cannot be told.
    """
    return Member(
        installation=detect.read(answers),
        health=verdict or health.read(answers),
        setups=Fact.reading("processes", lambda: _setups(answers), Unreadable, KeyError),
        tasks=Fact.reading("tasks", lambda: _tasks(answers), Unreadable, KeyError),
        begun=Fact.reading("setups that were begun", lambda: _begun(answers), Unreadable, KeyError),
    )


def _setups(answers: Answers) -> tuple[Process, ...]:
    return tuple(Process.read(one) for one in answers.data("member.setups").get("processes", []))


def _tasks(answers: Answers) -> tuple[str, ...]:
    entries = answers.data("member.tasks").get("entries", [])
    return tuple(str(entry["name"]).casefold() for entry in entries if entry.get("is_directory"))


def _begun(answers: Answers) -> tuple[str, ...]:
    return tuple(str(name).casefold() for name in answers.data("member.begun").get("values", {}))


def since(started_utc: str, now_utc: str) -> str:
    """Both times are of the same host's clock.

    >>> since("2026-03-01T01:12:00Z", "2026-03-01T01:53:20Z")
    'since 01:12 UTC (41 min)'
    """
    try:
        started = utc_time(started_utc)
        return f"since {started:%H:%M} UTC ({int((utc_time(now_utc) - started).total_seconds() // 60)} min)"
    except ValueError:
        return ""
