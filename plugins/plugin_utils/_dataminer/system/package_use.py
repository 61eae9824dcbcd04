# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the package can be used on the nodes that it is for: its name, what became of it there before, and room for it (2, 3.2, 9)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.findings import Finding, Severity, finding, for_each
from ..._upgrade.rules import Rule, RuleBook
from ..package.names import PackageKind
from ..versions.platforms import DEFAULT_UPLOAD_LIMIT_MB, disk_space_needed, fits_upload_limit
from .goal import Goal
from .stored_packages import PackageStatus, StoredPackage, over_on_all, same_file


@dataclass(frozen=True)
class NodePackages:
    """What the rules look at on one node.

    ``is_behind``: whether it still has to get what the package brings. ``free_bytes``: on the disk of DataMiner. ``staged_sha256``: of
    the copy that was laid there for this upgrade, '' when there is none yet.
    """

    stored: Fact[tuple[StoredPackage, ...]]
    is_behind: Fact[bool]
    max_upload_mb: Fact[int | None]
    free_bytes: Fact[int]
    staged_sha256: Fact[str]
    backup_bytes: int = 0


@dataclass(frozen=True)
class PackageUse:
    """The package and the nodes it is for. ``fresh_upload``: the operator said that a fresh upload of a used package is meant."""

    goal: Goal
    nodes: Mapping[str, NodePackages]
    fresh_upload: bool = False


RULES: RuleBook[PackageUse] = RuleBook()

GIB = 1024**3
NodeCheck = Callable[[Goal, NodePackages], Finding | None]


def _on_each_node(name: str, severity: Severity, *, reference: str) -> Callable[[NodeCheck], Rule[PackageUse]]:
    """Decorator: a rule about the package on one node is put to every node."""

    def register(check: NodeCheck) -> Rule[PackageUse]:
        @functools.wraps(check)
        def each(seen: PackageUse) -> list[Finding]:
            return for_each(seen.nodes, lambda node: check(seen.goal, node))

        return RULES.rule(name, severity, reference=reference)(each)

    return register


@RULES.rule("dataminer.package.version", Severity.BLOCKER, reference="3.1, 3.2 I", waivable=False)
def name_says_what_it_is(seen: PackageUse) -> Finding | None:
    """What a package installs is in its file name only, and no upgrade can be verified without it."""
    if seen.goal.is_helper or (seen.goal.version is not None and seen.goal.kind is not PackageKind.UNKNOWN):
        return None
    return finding(
        seen=seen.goal.file,
        wanted="a name such as DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade",
        fix="take the package under the name the vendor gave it",
    )


@RULES.rule("dataminer.package.used", Severity.BLOCKER, reference="2 D", waivable=False)
def package_was_not_used_before(seen: PackageUse) -> list[Finding]:
    """A package that was executed is Completed and cannot be executed again; it stays listed as history."""
    # Helpers that check something are meant to be run again, and their results grow old (8 D).
    if seen.goal.is_helper or seen.fresh_upload:
        return []
    over = over_on_all(node.stored for node in seen.nodes.values())

    def check(node: NodePackages) -> Finding | None:
        if not node.is_behind.value:
            return None
        entries = [one for one in node.stored.value if same_file(one.file, seen.goal.file)]
        used = [one for one in entries if one.status is PackageStatus.COMPLETED]
        wordless = [one for one in entries if one.status is PackageStatus.UNKNOWN and one.id not in over]
        if wordless and not used:
            raise _no_word(wordless[0])
        if not used:
            return None
        return finding(
            seen=f"{used[0].file}: {used[0].status.value} at {used[0].modified_utc}",
            wanted="a package that was not executed on this node yet",
            fix="upload it afresh, which makes a new entry of it: run again with fresh_upload: true",
        )

    return for_each(seen.nodes, check)


def _no_word(entry: StoredPackage) -> NotRead:
    what, empty = "whether the package was used", f"its folder {entry.folder} of {entry.modified_utc} is empty"
    fix = "look at this node and at the logs of the others; where nothing of it runs any more, run again with fresh_upload: true"
    return NotRead(what, empty, fix)


@_on_each_node("dataminer.package.upload_limit", Severity.BLOCKER, reference="2 D")
def package_is_smaller_than_the_upload_limit(goal: Goal, node: NodePackages) -> Finding | None:
    """A package above MaxUploadSize of any agent does not get there."""
    limit = node.max_upload_mb.value
    if fits_upload_limit(goal.size, limit):
        return None
    return finding(
        seen=f"{goal.size / 1_000_000:,.0f} MB",
        wanted=f"less than {DEFAULT_UPLOAD_LIMIT_MB if limit is None else limit:,} MB",
        fix="raise MaxUploadSize in MaintenanceSettings.xml on every agent and restart DataMiner",
    )


@_on_each_node("dataminer.package.disk_space", Severity.BLOCKER, reference="9 D")
def disk_has_room_for_the_package(goal: Goal, node: NodePackages) -> Finding | None:
    """DataMiner needs 15 GB free at any time, and an upgrade needs the package three times on top."""
    needed = disk_space_needed(goal.size, node.backup_bytes)
    if node.free_bytes.value >= needed:
        return None
    return finding(
        seen=f"{node.free_bytes.value / GIB:,.1f} GB free",
        wanted=f"{needed / GIB:,.1f} GB free on the disk of DataMiner",
        fix="make room: old packages, logs, backups and database snapshots are what grows",
    )


@_on_each_node("dataminer.package.staged", Severity.BLOCKER, reference="3.2 I")
def copy_on_the_node_is_the_package(goal: Goal, node: NodePackages) -> Finding | None:
    """A copy that is not, byte for byte, the package that was checked is never run."""
    found = node.staged_sha256.value
    if not found or found.casefold() == goal.sha256:
        return None
    return finding(seen=f"SHA-256 {found.lower()}", wanted=f"SHA-256 {goal.sha256}", fix="remove the copy and upload it again")


@_on_each_node("dataminer.package.broken_off", Severity.INFO, reference="2 I")
def no_old_upload_is_left(_goal: Goal, node: NodePackages) -> Finding | None:
    """An upload that was broken off stays listed and does no harm."""
    left = [one for one in node.stored.value if one.status is PackageStatus.UPLOADING]
    if not left:
        return None
    return finding(seen=", ".join(f"{one.file} since {one.modified_utc}" for one in left), wanted="none", fix="nothing needs to be done")
