# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One host of the inventory as it was seen: a node of the system, or why nothing is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.steps import Task
from ..node.detect import UPGRADE_PROCESSES
from ..node.installation import Installation
from ..package.names import read_name
from ..versions.versions import Order, Version
from .stored_packages import StoredPackage

# Other agents send a package to it (2 I).
RECEIVER = "SLNet"


@dataclass(frozen=True)
class NodeView:
    """One host of the inventory, which was given as a node of the system.

    ``name``: as the inventory has it. ``installation``: None when it could not be asked, and ``unreachable`` says why then;
    ``refused_logon``: it answered, and would not have our account. ``web``: the version of its web applications, asked past the reverse
    proxy. ``task``: ours for this goal on it, None or absent without one.
    """

    name: str
    installation: Installation | None
    unreachable: str = ""
    refused_logon: bool = False
    packages: Fact[tuple[StoredPackage, ...]] = field(default_factory=lambda: Fact.unread("the packages on the node", "not asked for"))
    web: Fact[Version | None] = field(default_factory=lambda: Fact.unread("the version of the web applications", "not asked for"))
    task: Task | None = None

    @property
    def has_task(self) -> bool:
        return self.task is not None and self.task.state != "absent"

    @property
    def receives(self) -> bool:
        """Whether it is known that a package can be sent here."""
        services = self.installation.services if self.installation is not None else None
        found = services.value if services is not None and services.is_known else {}
        return RECEIVER in found and found[RECEIVER].is_running

    def runs(self, over: frozenset[str] = frozenset()) -> Fact[str]:
        """What of an upgrade runs here, in words, by this node alone; '' when nothing does.

        ``over``: ids of packages that are over on all nodes because of another one.
        """
        node = self.installation
        if node is None:
            return Fact.unread(f"what runs on {self.name}", self.unreachable or "it was not asked")
        return Fact.reading(f"what runs on {self.name}", lambda: _running(node, self.packages, over))


def _running(node: Installation, packages: Fact[tuple[StoredPackage, ...]], over: frozenset[str]) -> str:
    names = {name.casefold() for name in UPGRADE_PROCESSES}
    found = [f"{one.name} (process {one.process_id})" for one in node.processes.value if one.name.casefold() in names]
    now, left = node.host.utc_now, [one for one in packages.value if one.id not in over]
    found += [f"{one.file}, whose log was written at {one.modified_utc}" for one in left if one.is_moving(now)]
    new = [one for one in left if one.may_begin(now) and not _is_what_runs(one, node.version)]
    if new and not found:
        raise NotRead("what runs", f"{new[0].folder} of {new[0].modified_utc} is empty: an upload may have begun, or an upgrade have ended")
    return ", ".join(found)


def _is_what_runs(entry: StoredPackage, version: Fact[Version]) -> bool:
    """Whether it has been installed and has left nothing but its folder (log-shapes 11 U)."""
    installs = read_name(entry.file).version
    return installs is not None and version.is_known and version.value.compare(installs) is Order.SAME
