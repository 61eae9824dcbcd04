"""What a scenario says of a DataMiner System: its agents, packages and users, how an upgrade will go, and the uncertain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class DataMinerUncertain:
    """Facts that the reference leaves open; tests run them both ways. Defaults are the likelier or the harsher reading.

    Marks (dataminer.md): 1.1 (folder, mis-parsed arguments, self-replacement, exit codes), 1.2 (IsCluster), 2 (the same package again,
    survival of an uploaded one), 0.8 (reverse proxy), 3.1 (spelling of versions), 3.3 (JSON of checks), 5.2 (State in DMS.xml),
    9 (progress.log; that an upload failed is not said to stand in it), 10 (APIGateway, session error); log-shapes 9 and 10.
    """

    utility_folder: Literal["x86", "64bit"] = "x86"
    argument_bug: Literal["ignores_file", "does_nothing"] = "ignores_file"
    self_replacement: Literal["exits_early", "survives"] = "exits_early"
    utility_ends: bool = True
    exit_code: int = 0
    failing_exit_code: int = 1
    replaced_exit_code: int = 1
    is_cluster: Literal["adds_all", "listed_only"] = "adds_all"
    pair_entry: Literal["any_address", "shared_address"] = "any_address"
    same_package_again: Literal["fresh_entry", "same_entry"] = "fresh_entry"
    uploaded_survives_restart: bool = True
    reverse_proxy: Literal["all_pairs", "shared_name_only"] = "all_pairs"
    failover_state: Literal["true", "stale", "none"] = "true"
    after_failure: Literal["stopped", "old_version_runs"] = "stopped"
    history_line: Literal["full", "cu", "hotfix"] = "full"
    version_text: Literal["plain", "cu", "date"] = "plain"
    progress_lines: Literal["bare", "full"] = "bare"
    progress_tail: Literal["silent", "finished"] = "silent"
    results_kept: Literal["progress_log", "nothing"] = "progress_log"
    upload_failure: Literal["told", "silent"] = "told"
    result_shape: Literal["object", "array", "nested"] = "object"
    gateway_shape: Literal["array", "object", "map", "lower_case"] = "array"
    gateway_null_version: bool = False
    session_error: Literal[500, 401, 403] = 500
    dms_namespace: bool = True


@dataclass(frozen=True)
class UpgradePlan:
    """How an upgrade runs one node. Times in seconds of real time.

    `seconds` is for the package's actions, `start_seconds` from the start of DataMiner until the agent runs. `fails_at` and `stalls_at`
    are parts of the actions (0 to 1); `stall_seconds` null: for ever. `receives` false: the package does not get there.
    """

    upload_seconds: float = 0.2
    prerequisite_seconds: float = 0.1
    seconds: float = 2.0
    start_seconds: float = 0.3
    outcome: Literal["success", "fails", "stalls"] = "success"
    fails_at: float = 0.6
    stalls_at: float = 0.5
    stall_seconds: float | None = 3.0
    first_cause: str = "Executing 'dcomConfig.exe' failed: the file was not found"
    receives: bool = True
    blind: bool = False


@dataclass(frozen=True)
class NodeSpec:
    """What differs on one node. `version` and `web_version` null: as the system; `running` false: DataMiner is stopped.

    `failing_checks` names checks of the package that fail here, with the reason; `unexecutable_checks` those that cannot be run.
    `maintenance` are elements below `SLNet` of MaintenanceSettings.xml, `soft_launch` those of SoftLaunchOptions.xml.
    """

    version: str | None = None
    web_version: str | None = None
    running: bool = True
    upgrade: dict[str, Any] = field(default_factory=dict)
    failing_checks: dict[str, str] = field(default_factory=dict)
    unexecutable_checks: list[str] = field(default_factory=list)
    vc_redistributable: str | None = "14.44.35211.0"
    asp_net: list[int] = field(default_factory=lambda: [6, 8, 10])
    broker_gateway: bool | None = None
    windows_snmp: Literal["absent", "running", "stopped"] = "absent"
    windows_snmp_port: int = 161
    agent_snmp_port: int | None = None
    maintenance: dict[str, Any] = field(default_factory=dict)
    soft_launch: dict[str, bool] = field(default_factory=dict)
    connection_settings: str = ""
    redirects: list[str] = field(default_factory=list)
    remoting_port: int = 8004
    legacy_files: list[str] = field(default_factory=list)
    dms_xml: Literal["whole", "truncated", "absent"] = "whole"
    backup_hours_ago: float | None = 6.0
    elements: int = 40
    elements_active: int = 38
    services: int = 5


@dataclass(frozen=True)
class AgentSpec:
    """One agent, or with `partner` a Failover pair. `online` says which of the two nodes is online."""

    name: str
    partner: str | None = None
    addressing: Literal["virtual_ip", "shared_name"] = "virtual_ip"
    online: Literal["main", "partner"] = "main"
    id: int | None = None


@dataclass(frozen=True)
class PackageSpec:
    """One `.dmupgrade` of the lab. `kind` full and web install `version`; a helper installs none.

    `place`: a file on the controller, a URL, a share, or already in `folder` on every node. `checks` null: those of the version
    (`prerequisites.py`). `executor` false: a package as the Update Center makes it. `file_name` and `given_sha256` replace the true ones.
    """

    version: str | None = None
    kind: Literal["full", "web", "VerifyClusterPorts", "VerifyGRPCConnection", "NATSMigration", "EnableDotNetRemoting"] = "full"
    place: Literal["controller", "url", "share", "nodes"] = "controller"
    folder: str = "C:\\Staging"
    checks: list[str] | None = None
    executor: bool = True
    file_name: str | None = None
    given_sha256: str | None = None
    padding_kb: int = 0


@dataclass(frozen=True)
class StoredSpec:
    """A package that lies in `Upgrades\\Packages` of the nodes when the world begins. `version` null: of the package at hand."""

    version: str | None = None
    state: Literal["Completed", "Failed", "Uploading", "Uploaded"] = "Completed"
    hours_ago: float = 48.0
    nodes: list[str] | None = None


@dataclass(frozen=True)
class DataMinerUserSpec:
    """A user of DataMiner, by the role of its Windows account. An `expired` one cannot log in to DataMiner, though it can to Windows.

    `administrator` null: the role `dataminer` is one, no other.
    """

    administrator: bool | None = None
    expired: bool = False


@dataclass(frozen=True)
class DataMinerSpec:
    """A DataMiner System. Only `version` is needed; everything else has the defaults of a healthy system.

    `agents` is a number, or a list of names and mappings. `external` are agents of no cluster. `target` null: the package's version.
    """

    version: str
    target: str | None = None
    agents: int | list[str | AgentSpec] = 1
    nodes: dict[str, NodeSpec] = field(default_factory=dict)
    external: list[str] = field(default_factory=list)
    cluster: str = "labx"
    package: PackageSpec = field(default_factory=PackageSpec)
    further_packages: list[PackageSpec] = field(default_factory=list)
    stored: list[StoredSpec] = field(default_factory=list)
    users: dict[str, DataMinerUserSpec] = field(default_factory=dict)
    upgrade: UpgradePlan = field(default_factory=UpgradePlan)
    history: list[str] = field(default_factory=lambda: ["10.3.0"])
    failover: Literal["automatic", "manual"] = "automatic"
    switch_seconds: float = 0.4
    default_policy: Literal["Simultaneously", "BackupFirst", "BackupFirstWithSwitchback"] = "Simultaneously"
    default_upgrade_options: bool = False
    tray_instance: bool = True
    alarms: int = 12
    web: Literal["https", "http"] = "https"
    uncertain: DataMinerUncertain = field(default_factory=DataMinerUncertain)
