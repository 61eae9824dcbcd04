"""What is installed on a host besides files and registry: programs, features, runtimes, certificates, other scheduled tasks, events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class InstalledProgram:
    """One entry of the uninstall keys; `view` is the half of the registry it stands in."""

    name: str
    version: str = ""
    publisher: str = ""
    product_code: str = ""
    view: str = "64"


@dataclass(frozen=True)
class Event:
    """One record of an event log; `level` 1 critical, 2 error, 3 warning, 4 information."""

    log: str
    id: int
    time: datetime
    level: int = 4
    provider: str = ""


@dataclass
class Inventory:
    """Plain facts a scenario sets and products change.

    `certificates` are by store in the shape of `host_probe`; `scheduled_tasks` by folder likewise. `web` maps a path of this host's web
    server to (status, body, content type).
    """

    programs: list[InstalledProgram] = field(default_factory=list)
    features: dict[str, str] = field(default_factory=dict)
    dotnet_release: int | None = 528449
    has_dotnet_35: bool = False
    vc_runtimes: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    scheduled_tasks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    web: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    process_creation_audited: bool | None = False
    command_line_audited: bool = False

    def install(self, program: InstalledProgram) -> None:
        """Adds a program, or puts it in place of the one with the same product code or name."""
        self.remove(program.product_code or program.name)
        self.programs.append(program)

    def remove(self, name_or_code: str) -> None:
        self.programs = [one for one in self.programs if name_or_code not in (one.name, one.product_code)]
