# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the data warehouse can take the upgrade (6.1, 6.3, 6.4)."""

from __future__ import annotations

from ...._upgrade.findings import Finding, Severity
from ...._upgrade.rules import RuleBook
from . import sql_server
from .sql_server import DatabaseState

RULES: RuleBook[DatabaseState] = RuleBook()


@RULES.rule("scom.data_warehouse.sql_version", Severity.BLOCKER, reference="6.4 D")
def sql_server_is_supported_by_both_releases(seen: DatabaseState) -> Finding | None:
    """The data warehouse's SQL Server must be supported by the release before and by the release after the upgrade."""
    return sql_server.sql_version(seen)


@RULES.rule("scom.data_warehouse.edition", Severity.BLOCKER, reference="6.3 D")
def edition_is_supported(seen: DatabaseState) -> Finding | None:
    """Express and SQL Server as a service are not supported for the data warehouse either."""
    return sql_server.edition(seen)


@RULES.rule("scom.data_warehouse.online", Severity.BLOCKER, reference="6.1 D")
def database_is_usable(seen: DatabaseState) -> Finding | None:
    """Setup changes the data warehouse too."""
    return sql_server.is_usable(seen)


@RULES.rule("scom.data_warehouse.full_text", Severity.WARNING, reference="6.2 D")
def full_text_search_is_installed(seen: DatabaseState) -> Finding | None:
    """Every instance with a database of the product needs full-text search; setup was seen to check the operational one."""
    return sql_server.full_text(seen)


@RULES.rule("scom.data_warehouse.scripts_finished", Severity.WARNING, reference="2.2 W")
def no_script_is_unfinished(seen: DatabaseState) -> Finding | None:
    """A script of an update that did not finish leaves the data warehouse between two versions."""
    return sql_server.scripts_finished(seen)


@RULES.rule("scom.data_warehouse.backup_age", Severity.BLOCKER, reference="6.1 D")
def backup_is_recent(seen: DatabaseState) -> Finding | None:
    """The product has no way back but to restore its databases, the data warehouse too."""
    return sql_server.backup_age(seen)


@RULES.rule("scom.data_warehouse.backup_kind", Severity.WARNING, reference="6.1 U")
def backup_is_of_the_database(seen: DatabaseState) -> Finding | None:
    """Snapshots of virtual machines are no supported safety net for this product."""
    return sql_server.backup_kind(seen)
