"""Ways to spoil one thing of a sound server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account, AccountKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial

from tests.unit.scom.builders import an_installation, services, unanswered
from tests.unit.scom.management_server.sound_server import DAS_SID, GB, OPTIONS, Server


def setting(question: str, **values: Any):
    return lambda server: server.data(question).update(values)


def row(query: str, *, warehouse: bool = False, **values: Any):
    return lambda server: server.rows(query, warehouse=warehouse)[0].update(values)


def installed(**facts: Any):
    return lambda server: setattr(server, "installation", an_installation(**facts))


def changed(**facts: Any):
    return lambda server: setattr(server, "installation", replace(server.installation, **facts))


def path(release: str, target: Release):
    def spoil(server: Server) -> None:
        server.installation = an_installation(release=release, os=ServerOs.WS2016)
        server.configure(target=target)

    return spoil


def tried(role: str, outcome: Outcome, reason: str = ""):
    return lambda server: server.logons.update({role: Trial(outcome, reason, "ms1")})


def managed_to_2019(server: Server) -> None:
    path("2016 UR10", Release.R2019)(server)
    server.configure(das=Account("CONTOSO\\das$", AccountKind.GMSA))


def rights(**held: list[str]):
    return lambda server: server.data("pre.rights")["rights"].update(
        {right: [{"sid": sid} for sid in sids] for right, sids in held.items()}
    )


def media(**values: Any):
    return lambda server: server.configure(media=replace(OPTIONS.media, **values))


def rename_pending(*files: str):
    return setting("pre.pending_reboot", reasons=[{"reason": "file_renames", "detail": list(files)}])


def absent(question: str):
    return lambda server: server.host.update({question: {"state": "absent"}})


def data_access(answer: dict[str, Any]):
    return lambda server: server.sdk.update({"health.group": answer})


def missing_media(server: Server) -> None:
    absent("pre.media")(server)
    media(may_be_missing=True)(server)


def wrong_connection(*, warehouse: bool):
    return lambda server: (server.warehouse if warehouse else server.operational)["connection"].update(is_sysadmin=False)


def found(server: Server) -> set[str]:
    return {one.rule for one in server.judge().findings}


ALL = set(prerequisites.ALL_RULES.names)


# rule -> ways to break exactly what it looks at, each named for the documented case
FAILING: list[tuple[str, str, Any]] = [
    ("scom.path.hop", "2019 cannot go to 2025 in one step", path("2019 UR6", Release.R2025)),
    ("scom.path.hop", "there is no way back", path("2025", Release.R2022)),
    ("scom.path.needed_rollup", "2012 R2 needs UR12 for 2016", path("2012 R2", Release.R2016)),
    ("scom.path.advised_rollup", "2019 below UR3 before 2022", path("2019 UR2", Release.R2022)),
    ("scom.operating_system.both_sides", "2016 is too old for 2025", installed(os=ServerOs.WS2016)),
    ("scom.operating_system.both_sides", "Windows Server 2025 is too new for 2022", installed(os=ServerOs.WS2025)),
    ("scom.operating_system.both_sides", "an unknown Windows is not taken for a good one", installed(os=None)),
    (
        "scom.operating_system.core",
        "a console on Server Core",
        lambda server: setattr(
            server,
            "installation",
            replace(
                an_installation(roles=[Role.MANAGEMENT_SERVER, Role.CONSOLE]),
                host=replace(server.installation.host, installation_type="Server Core"),
            ),
        ),
    ),
    ("scom.operating_system.dotnet", "4.7.1 is not enough for 2025", setting("pre.dotnet", release=461308)),
    ("scom.operating_system.dotnet", "no .NET Framework 4 at all", setting("pre.dotnet", release=None)),
    ("scom.hardware.memory", "4 GB", setting("pre.hardware", memory_bytes=4 * GB)),
    ("scom.hardware.cores", "two cores", setting("pre.hardware", cores=2, logical_processors=2)),
    ("scom.hardware.disk", "3 GB free on the system drive", setting("pre.disks", disks={"C:": {"size": 60 * GB, "free": 3 * GB}})),
    (
        "scom.host.pending_reboot",
        "component servicing",
        setting("pre.pending_reboot", reasons=[{"reason": "component_servicing", "detail": []}]),
    ),
    ("scom.host.pending_reboot", "a rename of a real file", rename_pending(r"C:\Windows\Temp\a.tmp", r"C:\Windows\System32\drivers\b.sys")),
    ("scom.host.pending_remains", "renames of temporary files only", rename_pending(r"C:\Windows\Temp\a.dll", r"C:\x\b.tmp")),
    (
        "scom.host.pending_remains",
        "a command for the next logon",
        setting("pre.pending_reboot", reasons=[{"reason": "run_once", "detail": ["x"]}]),
    ),
    (
        "scom.host.open_consoles",
        "one console",
        setting("pre.consoles", processes=[{"name": "Microsoft.EnterpriseManagement.Monitoring.Console"}]),
    ),
    ("scom.host.setup_running", "another setup", setting("pre.setups", processes=[{"name": "setup", "process_id": 9}])),
    ("scom.host.installer_running", "an installation beside the service", setting("pre.installers", processes=[{"name": "msiexec"}] * 2)),
    ("scom.host.services", "a stopped service", changed(services=services(["OMSDK", "cshost"]))),
    ("scom.host.services", "a disabled service", changed(services=services(start_mode="disabled"))),
    ("scom.host.services", "a missing service", changed(services={})),
    ("scom.host.doubts", "registry and files disagree", changed(doubts=("management server: 10.25 and 10.22",))),
    ("scom.host.administrator", "no administrator", setting("pre.session", is_admin=False)),
    ("scom.host.command_line_audited", "event 4688 with command lines", setting("pre.audit", include_command_line=True)),
    ("scom.host.command_line_audited", "the policy alone", setting("pre.audit", include_command_line=True, process_creation_success=None)),
    ("scom.accounts.exists", "no such account", absent("pre.account.das")),
    ("scom.accounts.usable", "a disabled account", setting("pre.account.setup", enabled=False)),
    ("scom.accounts.usable", "a locked account", setting("pre.account.das", locked=True)),
    ("scom.accounts.usable", "an expired password", setting("pre.account.data_reader", password_expired=True)),
    ("scom.accounts.password", "a wrong password", tried("das", Outcome.REFUSED, "wrong_password")),
    ("scom.accounts.password", "a right missing, the password is right", tried("das", Outcome.RIGHT, "right_missing")),
    ("scom.accounts.password", "an account close to its lockout", tried("data_reader", Outcome.WITHHELD, "it is locked")),
    ("scom.accounts.password", "another password before", tried("setup", Outcome.OTHER_PASSWORD)),
    ("scom.accounts.password_expiry", "two days left", setting("pre.account.das", password_expires_utc="2026-03-03T00:00:00Z")),
    ("scom.accounts.local_admin", "setup is in no group of the Administrators", setting("pre.account.setup", group_sids=[])),
    ("scom.accounts.service_logon", "the right is not granted", rights(SeServiceLogonRight=["S-1-5-21-1-1003"])),
    ("scom.accounts.service_logon", "the right is granted and denied", rights(SeDenyServiceLogonRight=[DAS_SID])),
    ("scom.accounts.reader_service_logon", "the right is not granted", rights(SeServiceLogonRight=[DAS_SID])),
    ("scom.accounts.batch_logon", "the right is not granted", rights(SeBatchLogonRight=[])),
    ("scom.accounts.batch_logon", "denied to all administrators", rights(SeDenyBatchLogonRight=["S-1-5-32-544"])),
    ("scom.accounts.sysadmin", "no sysadmin of the operational database", wrong_connection(warehouse=False)),
    ("scom.accounts.sysadmin", "no sysadmin of the data warehouse", wrong_connection(warehouse=True)),
    ("scom.accounts.om_administrator", "no role in the group", data_access(unanswered())),
    ("scom.accounts.om_administrator_unknown", "it does not run", data_access(unanswered("broken", "sdk_stopped"))),
    ("scom.accounts.encryption", "RC4 is off and the account has no AES", setting("pre.account.das", encryption_types=4)),
    (
        "scom.accounts.managed",
        "a managed account and media of 2019, which do not know them yet",
        managed_to_2019,
    ),
    (
        "scom.accounts.setup_is_system",
        "setup as SYSTEM",
        lambda server: server.configure(setup=Account.named("NT AUTHORITY\\SYSTEM")),
    ),
    ("scom.media.local", "a share", media(folder=r"\\files\media\SCOM2025")),
    ("scom.media.present", "no setup.exe", absent("pre.media")),
    ("scom.media.to_come", "no setup.exe, days before", missing_media),
    ("scom.media.product", "another product", setting("pre.media", product_name="System Center Virtual Machine Manager")),
    ("scom.media.version", "the media of 2022", setting("pre.media", product_version="10.22.10118.0")),
    ("scom.media.hash", "another hash", setting("pre.media", sha256="cd" * 32)),
    ("scom.database.sql_version", "SQL Server 2019 below CU8", row("server_settings", product_version="15.0.4053.23")),
    ("scom.database.sql_version", "SQL Server 2016", row("server_settings", product_version="13.0.6300.2")),
    ("scom.database.edition", "Express", row("server_settings", engine_edition=4, edition="Express Edition (64-bit)")),
    ("scom.database.edition", "SQL Server as a service", row("server_settings", engine_edition=8, edition="SQL Azure")),
    ("scom.database.online", "restoring", row("database_settings", state_desc="RESTORING")),
    ("scom.database.online", "single user", row("database_settings", user_access_desc="SINGLE_USER")),
    ("scom.database.full_text", "not installed", row("server_settings", is_full_text_installed=0)),
    ("scom.database.service_broker", "off", row("database_settings", is_broker_enabled=0)),
    ("scom.database.allow_updates", "on", row("configuration", value_in_use=1)),
    ("scom.database.etl_surplus", "more than 100,000 rows", row("etl_surplus", surplus=100_001)),
    ("scom.database.free_space", "exactly half free is not more than half", row("files", used_mb=20000.0)),
    ("scom.database.log_size", "a log below half of the data", lambda server: server.rows("files")[1].update(size_mb=19999.0)),
    ("scom.database.scripts_finished", "a script that only started", row("script_versions", value="10.22.11700.0", state="STARTED")),
    ("scom.database.backup_age", "31 hours old", row("backups", finished_utc="2026-02-27T19:00:00Z")),
    ("scom.database.backup_kind", "a snapshot only", row("backups", is_snapshot=1)),
    ("scom.data_warehouse.sql_version", "SQL Server 2016", row("server_settings", warehouse=True, product_version="13.0.6300.2")),
    ("scom.data_warehouse.edition", "Express", row("server_settings", warehouse=True, engine_edition=4)),
    ("scom.data_warehouse.online", "offline", row("database_settings", warehouse=True, state_desc="OFFLINE")),
    ("scom.data_warehouse.full_text", "not installed", row("server_settings", warehouse=True, is_full_text_installed=0)),
    ("scom.data_warehouse.scripts_finished", "started", row("script_versions", warehouse=True, value="10.22.11700.0", state="STARTED")),
    ("scom.data_warehouse.backup_age", "two days old", row("backups", warehouse=True, finished_utc="2026-02-27T01:00:00Z")),
    ("scom.data_warehouse.backup_kind", "a snapshot only", row("backups", warehouse=True, is_snapshot=1)),
    (
        "scom.agents.operating_system",
        "agents on 2012 R2",
        row("agents_by_os", os_name="Microsoft Windows Server 2012 R2 Standard", os_version="6.3.9600"),
    ),
    (
        "scom.management_packs.duplicate_aliases",
        "aliases that differ in case",
        lambda server: server.sdk["pre.aliases"]["data"].update(
            duplicates=[{"management_pack": "Contoso.Print", "version": "1.0.0.0", "aliases": ["System", "system"]}]
        ),
    ),
]

# Breaking one thing may break what follows from it; everything else must stay quiet.
FOLLOWS = {
    "there is no way back": {"scom.media.version", "scom.operating_system.dotnet"},
    "2019 cannot go to 2025 in one step": {"scom.operating_system.both_sides"},
    "2012 R2 needs UR12 for 2016": {"scom.media.version", "scom.database.sql_version", "scom.data_warehouse.sql_version"},
    "2019 below UR3 before 2022": {"scom.media.version", "scom.database.sql_version", "scom.data_warehouse.sql_version"},
    "setup is in no group of the Administrators": {"scom.accounts.batch_logon"},
    "a managed account and media of 2019, which do not know them yet": {
        "scom.media.version",
        "scom.database.sql_version",
        "scom.data_warehouse.sql_version",
    },
    "a share": set(),
}
