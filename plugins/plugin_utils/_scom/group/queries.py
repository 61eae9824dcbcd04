# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The text of every query that is put to the databases, by its name. Sources: powershell-probes 3.3, log-shapes 7, scom 6.1.

All of them read only, and none waits for locks of the product. What their rows mean is read in `databases` and `group`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# W: the table is the vendor's collector's, the column DBVersion is in public query collections.
_GROUP = "SELECT TOP (1) ManagementGroupName AS group_name, DBVersion AS database_version FROM dbo.__MOMManagementGroupInfo__"

# W: which scripts of which build have run; the table may be missing where no update rollup ever was.
_SCRIPT_VERSIONS = "SELECT CONVERT(nvarchar(64), Value) AS value, CONVERT(nvarchar(64), State) AS state FROM dbo.SqlPatchVersion"

# W: gateways carry both flags. The view has a row for each class of an object, so the worst of them counts.
_MANAGEMENT_SERVERS = """
SELECT s.DisplayName AS name, CONVERT(int, s.IsManagementServer) AS is_management_server,
       CONVERT(int, ISNULL(s.IsGateway, 0)) AS is_gateway, s.Version AS version, v.is_available, v.health_state
FROM dbo.MTV_HealthService AS s WITH (NOLOCK)
OUTER APPLY (SELECT MIN(CONVERT(int, e.IsAvailable)) AS is_available, MAX(CONVERT(int, e.HealthState)) AS health_state
             FROM dbo.ManagedEntityGenericView AS e WITH (NOLOCK) WHERE e.Id = s.BaseManagedEntityId AND e.IsDeleted = 0) AS v
WHERE (s.IsManagementServer = 1 OR s.IsGateway = 1) AND s.DisplayName IS NOT NULL AND s.DisplayName <> ''
"""

# W: columns of management pack classes carry the id of the property behind their name.
_AGENTS_BY_OS = """
SELECT o.DisplayName AS os_name, o.OSVersion_53D6DEB6_BE2E_D1B6_D49E_A623518BD867 AS os_version, COUNT(*) AS agents
FROM dbo.MTV_HealthService AS a WITH (NOLOCK)
JOIN dbo.[MTV_Microsoft$Windows$OperatingSystem] AS o WITH (NOLOCK) ON o.PrincipalName = a.DisplayName
WHERE ISNULL(a.IsManagementServer, 0) = 0 AND ISNULL(a.IsGateway, 0) = 0
GROUP BY o.DisplayName, o.OSVersion_53D6DEB6_BE2E_D1B6_D49E_A623518BD867
"""

# D [pre]: rows of the transaction log that grooming has passed and no change log refers to. Counting stops above the limit: only the
# threshold matters, and a full count takes minutes on the very databases it is meant to find.
_ETL_SURPLUS = """
SELECT COUNT_BIG(*) AS surplus
FROM (SELECT TOP (@cap) t.EntityTransactionLogId AS id
      FROM dbo.EntityTransactionLog AS t WITH (NOLOCK)
      LEFT JOIN dbo.EntityChangeLog AS c WITH (NOLOCK) ON c.EntityTransactionLogId = t.EntityTransactionLogId
      LEFT JOIN dbo.RelatedEntityChangeLog AS r WITH (NOLOCK) ON r.EntityTransactionLogId = t.EntityTransactionLogId
      WHERE t.EntityTransactionLogId < dbo.fn_GetEntityChangeLogGroomingWatermark()
        AND c.EntityTransactionLogId IS NULL AND r.EntityTransactionLogId IS NULL) AS surplus_rows
"""

# D [pre], W: pages are 8 KB; the used part of a log is in a view of its own.
_FILES = """
SELECT f.type_desc,
       CONVERT(float, CONVERT(bigint, f.size)) / 128 AS size_mb,
       CASE f.type WHEN 1 THEN (SELECT CONVERT(float, l.used_log_space_in_bytes) / 1048576 FROM sys.dm_db_log_space_usage AS l)
                   ELSE CONVERT(float, FILEPROPERTY(f.name, 'SpaceUsed')) / 128 END AS used_mb
FROM sys.database_files AS f WHERE f.type IN (0, 1)
"""

# D
_DATABASE_SETTINGS = """
SELECT CONVERT(int, is_broker_enabled) AS is_broker_enabled, CONVERT(int, compatibility_level) AS compatibility_level,
       state_desc, user_access_desc
FROM sys.databases WHERE name = DB_NAME()
"""

# D
_SERVER_SETTINGS = """
SELECT CONVERT(nvarchar(64), SERVERPROPERTY('ProductVersion')) AS product_version,
       CONVERT(nvarchar(64), SERVERPROPERTY('ProductLevel')) AS product_level,
       CONVERT(nvarchar(128), SERVERPROPERTY('Edition')) AS edition,
       CONVERT(int, SERVERPROPERTY('EngineEdition')) AS engine_edition,
       CONVERT(int, SERVERPROPERTY('IsFullTextInstalled')) AS is_full_text_installed,
       CONVERT(nvarchar(128), SERVERPROPERTY('Collation')) AS collation,
       CONVERT(int, SERVERPROPERTY('IsClustered')) AS is_clustered,
       CONVERT(int, ISNULL(SERVERPROPERTY('IsHadrEnabled'), 0)) AS is_hadr_enabled
"""

# D: names are English on every locale.
_CONFIGURATION = """
SELECT name, CONVERT(int, value) AS value, CONVERT(int, value_in_use) AS value_in_use FROM sys.configurations
WHERE name IN ('allow updates', 'clr enabled', 'clr strict security', 'max server memory (MB)')
"""

# D/W: msdb keeps local time without a zone. The server's offset of now is used, which can be an hour off across a change of the clocks.
_BACKUPS = """
SELECT b.database_name,
       CONVERT(varchar(19), DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), MAX(b.backup_finish_date)), 126) + 'Z'
           AS finished_utc,
       CONVERT(int, ISNULL(b.is_snapshot, 0)) AS is_snapshot
FROM msdb.dbo.backupset AS b WHERE b.type = 'D' AND b.database_name = DB_NAME()
GROUP BY b.database_name, ISNULL(b.is_snapshot, 0)
"""


@dataclass(frozen=True)
class Query:
    """One query as C(sql_query) wants it: its name, text, parameters by name without C(@), limits in seconds and rows."""

    name: str
    text: str
    timeout_seconds: int = 30
    max_rows: int = 1000

    def with_parameters(self, **parameters: Any) -> dict[str, Any]:
        return {
            "name": self.name,
            "text": " ".join(self.text.split()),
            "parameters": parameters,
            "timeout_seconds": self.timeout_seconds,
            "max_rows": self.max_rows,
        }


GROUP_QUERIES = (Query("group", _GROUP), Query("management_servers", _MANAGEMENT_SERVERS))
DATABASE_QUERIES = (
    Query("files", _FILES),
    Query("database_settings", _DATABASE_SETTINGS),
    Query("server_settings", _SERVER_SETTINGS),
    Query("backups", _BACKUPS),
    Query("script_versions", _SCRIPT_VERSIONS),
)
ETL_SURPLUS = Query("etl_surplus", _ETL_SURPLUS, timeout_seconds=300)
OPERATIONAL_QUERIES = (*GROUP_QUERIES, *DATABASE_QUERIES, Query("agents_by_os", _AGENTS_BY_OS), Query("configuration", _CONFIGURATION))


def of_operational_database(etl_surplus_limit: int = 100_000) -> list[dict[str, Any]]:
    """Everything that is asked of the operational database before an upgrade."""
    return [*(query.with_parameters() for query in OPERATIONAL_QUERIES), ETL_SURPLUS.with_parameters(cap=etl_surplus_limit + 1)]


def of_data_warehouse() -> list[dict[str, Any]]:
    """Everything that is asked of the data warehouse before an upgrade."""
    return [query.with_parameters() for query in DATABASE_QUERIES]


def names(queries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of queries, in order."""
    return tuple(str(query["name"]) for query in queries)
