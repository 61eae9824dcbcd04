# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the operational database can take the upgrade (6.1, 6.2, 10)."""

from __future__ import annotations

from ...._upgrade.facts import NotRead
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.rules import RuleBook
from ...group.databases import DatabaseFile
from . import sql_server
from .sql_server import DatabaseState

RULES: RuleBook[DatabaseState] = RuleBook()


@RULES.rule("scom.database.sql_version", Severity.BLOCKER, reference="6.4 D")
def sql_server_is_supported_by_both_releases(seen: DatabaseState) -> Finding | None:
    """SQL Server must be supported by the release before and by the release after the upgrade."""
    return sql_server.sql_version(seen)


@RULES.rule("scom.database.edition", Severity.BLOCKER, reference="6.3 D")
def edition_is_supported(seen: DatabaseState) -> Finding | None:
    """Express and SQL Server as a service are not supported."""
    return sql_server.edition(seen)


@RULES.rule("scom.database.online", Severity.BLOCKER, reference="6.1 D")
def database_is_usable(seen: DatabaseState) -> Finding | None:
    """Setup changes the database while services are connected to it."""
    return sql_server.is_usable(seen)


@RULES.rule("scom.database.full_text", Severity.BLOCKER, reference="10 W")
def full_text_search_is_installed(seen: DatabaseState) -> Finding | None:
    """Without full-text search setup refuses the machine."""
    return sql_server.full_text(seen)


@RULES.rule("scom.database.service_broker", Severity.BLOCKER, reference="6.2 D")
def service_broker_is_on(seen: DatabaseState) -> Finding | None:
    """Tasks and the packages of update rollups go through Service Broker."""
    facts = seen.facts.value
    return seen.unless(
        facts.settings.value.has_service_broker,
        seen="Service Broker is off",
        wanted="Service Broker on",
        fix=f"stop the services of all management servers, then ALTER DATABASE [{facts.database.name}] SET ENABLE_BROKER",
    )


@RULES.rule("scom.database.allow_updates", Severity.BLOCKER, reference="6.2 D")
def allow_updates_is_off(seen: DatabaseState) -> Finding | None:
    """The obsolete option 'allow updates' makes setup's SQL fail with 0x80131904."""
    facts = seen.facts.value
    value = facts.configuration.value.get("allow updates")
    if value is None:
        raise NotRead(f"the option 'allow updates' of {facts.database.server}", "the server does not list it")
    return seen.unless(
        value == 0,
        seen=f"allow updates = {value}",
        wanted="allow updates = 0",
        fix="EXEC sp_configure 'allow updates', 0; RECONFIGURE",
    )


@RULES.rule("scom.database.etl_surplus", Severity.BLOCKER, reference="6.1 D")
def transaction_log_table_is_groomed(seen: DatabaseState) -> Finding | None:
    """Setup grooms surplus rows of EntityTransactionLog itself and can time out over too many."""
    facts = seen.facts.value
    if facts.etl_surplus.value <= seen.etl_surplus_limit:
        return None
    return finding(
        subject=facts.title,
        seen=f"more than {seen.etl_surplus_limit:,} surplus rows in EntityTransactionLog",
        wanted=f"{seen.etl_surplus_limit:,} at most",
        fix="run the vendor's clean-up (CatchupETLGrooming.sql) until nothing is left; it can take hours",
    )


@RULES.rule("scom.database.free_space", Severity.BLOCKER, reference="6.1 D")
def operational_database_half_free(seen: DatabaseState) -> Finding | None:
    """Setup needs more than half of the operational database's data files free."""
    size, used = _size_and_used([file for file in seen.facts.value.files.value if not file.is_log])
    free = 100 * (size - used) / size if size else 0.0
    if free > 50:
        return None
    return finding(
        subject=seen.facts.value.title,
        seen=f"{size - used:,.0f} of {size:,.0f} MB free ({free:.0f} %)",
        wanted="more than 50 % free",
        fix=f"grow its data files to more than {2 * used:,.0f} MB in all; growth by itself does not count",
    )


@RULES.rule("scom.database.log_size", Severity.BLOCKER, reference="6.1 D")
def log_is_half_of_the_data(seen: DatabaseState) -> Finding | None:
    """The transaction log must be at least half as large as the data."""
    files = seen.facts.value.files.value
    data, _unused = _size_and_used([file for file in files if not file.is_log])
    log, _unused = _size_and_used([file for file in files if file.is_log])
    if 2 * log >= data:
        return None
    return finding(
        subject=seen.facts.value.title,
        seen=f"log of {log:,.0f} MB for {data:,.0f} MB of data",
        wanted=f"a log of {data / 2:,.0f} MB or more",
        fix=f"grow the log file to {data / 2:,.0f} MB or more",
    )


@RULES.rule("scom.database.scripts_finished", Severity.WARNING, reference="2.2 W")
def no_script_is_unfinished(seen: DatabaseState) -> Finding | None:
    """A script of an update that did not finish leaves the database between two versions."""
    return sql_server.scripts_finished(seen)


@RULES.rule("scom.database.backup_age", Severity.BLOCKER, reference="6.1 D")
def backup_is_recent(seen: DatabaseState) -> Finding | None:
    """The product has no way back but to restore its databases."""
    return sql_server.backup_age(seen)


@RULES.rule("scom.database.backup_kind", Severity.WARNING, reference="6.1 U")
def backup_is_of_the_database(seen: DatabaseState) -> Finding | None:
    """Snapshots of virtual machines are no supported safety net for this product."""
    return sql_server.backup_kind(seen)


def _size_and_used(files: list[DatabaseFile]) -> tuple[float, float]:
    return sum(file.size_mb for file in files), sum(file.used_mb for file in files)
