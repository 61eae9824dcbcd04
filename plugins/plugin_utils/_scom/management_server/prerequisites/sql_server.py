# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that both databases share: the SQL Server they are on, their state, their backups. Each database has rules of its own for them."""

from __future__ import annotations

from dataclasses import dataclass

from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.findings import Finding, finding
from ...._upgrade.windows_facts import hours_between
from ...group.databases import Backup, DatabaseFacts
from ...releases.platforms import SqlFloor, minimum
from ...releases.releases import NotAVersion, Release, ServerVersion
from ...releases.upgrade_path import next_hop

# 2 Standard, 3 Enterprise and what has its features; 4 is Express, services in the cloud have others ([sql] D, 6.2 W).
_EDITIONS = {2: "Standard", 3: "Enterprise"}
_COMPLETED = "COMPLETED"


@dataclass(frozen=True)
class DatabaseState:
    """One of the two databases with the releases it has to carry, and the operator's limits."""

    facts: Fact[DatabaseFacts]
    source: Release | None
    target: Release
    backup_max_age_hours: int = 24
    etl_surplus_limit: int = 100_000

    def unless(self, is_fine: bool, *, seen: str, wanted: str, fix: str) -> Finding | None:
        """The finding about this database, None where all is fine."""
        return None if is_fine else finding(subject=self.facts.value.title, seen=seen, wanted=wanted, fix=fix)


def sql_version(seen: DatabaseState) -> Finding | None:
    facts, admitted = seen.facts.value, _admitted(seen)
    version = facts.server.value.version
    if any(floor.admits(version) for floor in admitted):
        return None
    sides = f"{seen.source} and {seen.target}" if seen.source else str(seen.target)
    titles = " or ".join(str(floor) for floor in sorted(admitted, key=lambda floor: floor.release.major))
    return finding(
        subject=facts.title,
        seen=f"{version.release or 'SQL Server'} ({version})",
        wanted=f"{titles}, which {sides} support",
        fix="bring SQL Server to a version that both releases support, before the upgrade",
    )


def _admitted(seen: DatabaseState) -> frozenset[SqlFloor]:
    hop = next_hop(seen.source, seen.target) if seen.source else None
    if hop and hop.target is seen.target and hop.sql is not None:
        return hop.sql
    needs = minimum(seen.target)
    if needs is None:
        raise NotRead(f"which SQL Server {seen.target} supports", "the requirements of this release are not known here")
    return needs.sql


def edition(seen: DatabaseState) -> Finding | None:
    server = seen.facts.value.server.value
    return seen.unless(
        server.engine_edition in _EDITIONS,
        seen=f"{server.edition} (engine edition {server.engine_edition})",
        wanted="Standard or Enterprise Edition on a server of your own",
        fix="move the database to a supported edition",
    )


def is_usable(seen: DatabaseState) -> Finding | None:
    settings = seen.facts.value.settings.value
    return seen.unless(
        settings.state.upper() == "ONLINE" and settings.access.upper() == "MULTI_USER",
        seen=f"{settings.state}, {settings.access}",
        wanted="ONLINE, MULTI_USER",
        fix="bring the database online for all users",
    )


def full_text(seen: DatabaseState) -> Finding | None:
    return seen.unless(
        seen.facts.value.server.value.has_full_text,
        seen="full-text search is not installed",
        wanted="full-text search installed on the instance",
        fix="add the feature Full-Text and Semantic Extractions to the instance with SQL Server setup",
    )


def scripts_finished(seen: DatabaseState) -> Finding | None:
    """Rows newer than the newest completed one are of a script that did not finish (log-shapes 7 I)."""
    facts = seen.facts.value
    scripts = [(_script_version(one.version), one) for one in facts.scripts.value]
    newest = max((version for version, one in scripts if one.state.upper() == _COMPLETED), default=None)
    unfinished = [one for version, one in scripts if one.state.upper() != _COMPLETED and (newest is None or version >= newest)]
    if not unfinished:
        return None
    return finding(
        subject=facts.title,
        seen=", ".join(f"script of {one.version}: {one.state}" for one in unfinished),
        wanted="every script completed",
        fix="finish the update that this script belongs to, or restore the database, before the upgrade",
    )


def _script_version(text: str) -> ServerVersion:
    try:
        return ServerVersion.parse(text)
    except NotAVersion as error:
        raise NotRead("the table of script versions", str(error)) from error


def backup_age(seen: DatabaseState) -> Finding | None:
    facts, newest = seen.facts.value, _newest_backup(seen)
    hours = hours_between(newest.finished_utc, facts.utc_now.value)
    if hours <= seen.backup_max_age_hours:
        return None
    return finding(
        subject=facts.title,
        seen=f"last full backup {hours:.0f} hours old ({newest.finished_utc})",
        wanted=f"a full backup not older than {seen.backup_max_age_hours} hours",
        fix="take a full backup now: there is no other way back",
    )


def backup_kind(seen: DatabaseState) -> Finding | None:
    facts, newest = seen.facts.value, _newest_backup(seen)
    if not newest.is_snapshot or any(
        not one.is_snapshot and hours_between(one.finished_utc, facts.utc_now.value) <= seen.backup_max_age_hours
        for one in facts.backups.value
    ):
        return None
    return finding(
        subject=facts.title,
        seen=f"only a snapshot of the volume ({newest.finished_utc})",
        wanted="a full backup made by SQL Server",
        fix="take one, or make sure that this snapshot can be restored as a database",
    )


def _newest_backup(seen: DatabaseState) -> Backup:
    facts = seen.facts.value
    backups = facts.backups.value
    if not backups:
        # The history lives on the replica that ran the backup, and can be purged: no row is no proof of no backup (probes 3.3 D).
        raise NotRead(f"the backups of {facts.title}", "msdb of this server knows no full backup of it, another replica may")
    return max(backups, key=lambda one: one.finished_utc)
