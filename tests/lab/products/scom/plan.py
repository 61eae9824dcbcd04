"""What a scenario says of the SCOM world: the group, its databases, its media, how setup will go, and the uncertain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal[
    "success",
    "reboot",
    "fatal_action",
    "database_error",
    "prerequisite",
    "refused",
    "command_line_refused",
    "das_rejected",
    "crash",
    "no_change",
    "vanish",
]


@dataclass(frozen=True)
class Uncertain:
    """Facts that the reference leaves open; tests run them both ways. Defaults are the likelier or the harsher reading.

    Marks: log-shapes 1.1 (encoding, clock, second run), 1.2 (separator), 1.4 (property bag, end line), 1.7 (sign of exit codes),
    6 (registry order, 2016's folder), scom 5 (what an update rollup moves), 3 (data reader, gMSA, LocalSystem), 4 (bootstrap).
    """

    log_encoding: Literal["utf-16", "utf-8", "utf-8-bom"] = "utf-16"
    log_clock: Literal[24, 12] = 24
    log_separator: Literal["tab", "blank"] = "tab"
    log_second_run: Literal["append", "overwrite", "backup"] = "append"
    log_engine_lines: bool = True
    log_end_line: bool = True
    property_bag: Literal["after_end", "before_end", "none"] = "after_end"
    registry_order: Literal["together", "server_first"] = "server_first"
    registry_shows: Literal["rtm", "rollup"] = "rtm"
    database_shows: Literal["rtm", "rollup"] = "rtm"
    exit_codes: Literal["negative", "positive"] = "negative"
    data_reader: Literal["needed", "ignored"] = "ignored"
    gmsa: Literal["accepted", "refused"] = "accepted"
    local_system: Literal["accepted", "refused"] = "accepted"
    bootstrap: Literal["waits", "returns_early"] = "waits"
    old_uninstall_entry: Literal["removed", "stays"] = "removed"
    server_row: Literal["at_once", "late"] = "at_once"


@dataclass(frozen=True)
class SetupPlan:
    """How one run of setup.exe goes. Times in seconds of real time; the run is divided as `setup.py` shows.

    `exit_code` overrides the code of the outcome. `fails_at` is the part of the run (0 to 1) where a failing outcome strikes.
    `first_cause` is the text of the first error in the log. `healthy_after` is spent between the end and a healthy server.
    """

    seconds: float = 4.0
    outcome: Outcome = "success"
    exit_code: int | None = None
    fails_at: float = 0.6
    first_cause: str = "invented text of the SQL provider"
    failed_check: str = "OMDBSqlVersionCheckTitle"
    fatal_action: str = "ConfigureDatabase"
    management_packs: int = 12
    retried_pack: bool = False
    healthy_after: float = 0.3
    hangs: bool = False


@dataclass(frozen=True)
class SetupSpec(SetupPlan):
    """A plan for every run on a host; `runs` changes single runs, in order (the last counts for all later ones)."""

    runs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class DataFile:
    """One file of a database, sizes in MB."""

    kind: Literal["ROWS", "LOG"]
    size_mb: float
    used_mb: float


@dataclass(frozen=True)
class BackupSpec:
    """One full backup in msdb; `hours_ago` from the world's beginning."""

    hours_ago: float = 6.0
    is_snapshot: bool = False


@dataclass(frozen=True)
class DatabaseSpec:
    """A database with its server. `version` and `edition` are SERVERPROPERTY texts; `level` its ProductLevel."""

    server: str = "sql1"
    instance: str = ""
    port: int | None = None
    name: str = ""
    version: str = "16.0.4150.1"
    level: str = "RTM"
    edition: str = "Standard Edition (64-bit)"
    engine_edition: int = 2
    collation: str = "SQL_Latin1_General_CP1_CI_AS"
    full_text: bool = True
    clustered: bool = False
    always_on: bool = False
    broker_enabled: bool = True
    compatibility_level: int = 150
    state: str = "ONLINE"
    user_access: str = "MULTI_USER"
    files: list[DataFile] = field(default_factory=list)
    backups: list[BackupSpec] = field(default_factory=lambda: [BackupSpec()])
    configuration: dict[str, int] = field(default_factory=dict)
    reachable: bool = True


@dataclass(frozen=True)
class AgentRow:
    """How many agents report one operating system."""

    os_name: str
    os_version: str
    agents: int


@dataclass(frozen=True)
class ServerSpec:
    """One management server. `release` null: as the group. `health` is the stored health of its row (1 healthy, 2 warning, 3 error)."""

    name: str
    release: str | None = None
    components: list[Literal["server", "console", "web_console"]] = field(default_factory=lambda: ["server", "console"])
    available: bool | None = True
    health: int | None = 1
    reboot_owed: bool = False


@dataclass(frozen=True)
class MediaSpec:
    """The installation media. `place`: a folder on every server, a share, or a self-extracting file behind a URL.

    `folder` is the local folder on every server (null: `C:\\Media\\SCOM<release>`). `program_version` and `product_name` override
    what setup.exe says of itself; `given_sha256` and `given_folder` what the inventory says; `missing_on` lists servers without media.
    """

    release: str | None = None
    place: Literal["local", "share", "url"] = "local"
    folder: str | None = None
    share: str = "\\\\files.contoso.lab\\media"
    url: str | None = None
    product_name: str = "Microsoft System Center Operations Manager"
    program_version: str | None = None
    given_sha256: str | None = None
    given_folder: str | None = None
    missing_on: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AliasSpec:
    """Aliases of one management pack that differ only in case (scom 6.5)."""

    management_pack: str
    version: str
    aliases: list[str]


@dataclass(frozen=True)
class ScomSpec:
    """A management group. Only `release` is needed; everything else has the defaults of a healthy group.

    `servers` is a number, or a list of names and mappings. `database_release` null: as the group. `target` null: the next release.
    """

    release: str
    servers: int | list[str | ServerSpec] = 2
    group: str = "PROD"
    target: str | None = None
    database_release: str | None = None
    database: DatabaseSpec = field(default_factory=DatabaseSpec)
    warehouse: DatabaseSpec | None = None
    media: MediaSpec = field(default_factory=MediaSpec)
    agents: list[AgentRow] = field(default_factory=lambda: [AgentRow("Microsoft Windows Server 2022 Datacenter", "10.0.20348", 40)])
    etl_surplus: int = 1200
    duplicate_aliases: list[AliasSpec] = field(default_factory=list)
    gateways: list[str] = field(default_factory=list)
    licence: str = "Retail"
