"""A management server of 2022 that is ready for 2025, as its answers to every question; tests spoil one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Installation
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.prerequisites import (
    MediaWanted,
    Options,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import Judgement
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

from tests.unit.scom.builders import NOW, an_installation, answer, unanswered

GB = 1024**3
HASH = "ab" * 32
SETUP_SID, DAS_SID, READER_SID, ADMINS_GROUP = "S-1-5-21-1-1001", "S-1-5-21-1-1002", "S-1-5-21-1-1003", "S-1-5-21-1-2001"

OPTIONS = Options(
    target=Release.R2025,
    media=MediaWanted(r"D:\Media\SCOM2025", HASH),
    setup=Account(r"CONTOSO\setup"),
    das=Account(r"CONTOSO\das"),
    data_reader=Account(r"CONTOSO\reader"),
)


def account(sid: str, *groups: str) -> dict[str, Any]:
    return answer(
        name="x",
        sid=sid,
        group_sids=list(groups),
        enabled=True,
        locked=False,
        password_expires_utc="2026-09-01T00:00:00Z",
        password_expired=False,
        encryption_types=24,
        is_managed_service_account=False,
        source="directory",
    )


def holders(*sids: str) -> list[dict[str, str]]:
    return [{"sid": sid, "name": sid} for sid in sids]


def host_answers() -> dict[str, Any]:
    return {
        "pre.dotnet": answer(release=528449, has_35=False),
        "pre.hardware": answer(memory_bytes=16 * GB, cores=4, logical_processors=8),
        "pre.disks": answer(disks={"C:": {"size": 100 * GB, "free": 40 * GB}, "D:": {"size": 100 * GB, "free": 40 * GB}}),
        "pre.pending_reboot": answer(reasons=[]),
        "pre.consoles": answer(processes=[]),
        "pre.setups": answer(processes=[]),
        "pre.installers": answer(processes=[{"name": "msiexec", "process_id": 5}]),
        "pre.audit": answer(process_creation_success=True, include_command_line=False),
        "pre.session": answer(is_admin=True),
        "pre.rights": answer(
            rights={
                "SeServiceLogonRight": holders(DAS_SID, READER_SID),
                "SeDenyServiceLogonRight": [],
                "SeBatchLogonRight": holders("S-1-5-32-544"),
                "SeDenyBatchLogonRight": [],
            }
        ),
        "pre.administrators": answer(
            members=[{"sid": ADMINS_GROUP, "name": "x", "kind": "group"}, {"sid": DAS_SID, "name": "y", "kind": "user"}]
        ),
        "pre.kerberos": answer(values={"SupportedEncryptionTypes": {"type": "dword", "value": 24}}, subkeys=[]),
        "pre.account.setup": account(SETUP_SID, ADMINS_GROUP),
        "pre.account.das": account(DAS_SID),
        "pre.account.data_reader": account(READER_SID),
        "pre.media": answer(
            path=r"D:\Media\SCOM2025\setup.exe",
            product_name="Microsoft System Center Operations Manager",
            product_version="10.25.10132.0",
            sha256=HASH,
        ),
    }


def file_row(kind: str, size: float, used: float) -> dict[str, Any]:
    return {"type_desc": kind, "size_mb": size, "used_mb": used}


def sql_result(name: str, **rows: list[dict[str, Any]]) -> dict[str, Any]:
    server = {
        "product_version": "16.0.4150.1",
        "product_level": "RTM",
        "edition": "Standard Edition (64-bit)",
        "engine_edition": 2,
        "is_full_text_installed": 1,
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "is_clustered": 0,
        "is_hadr_enabled": 0,
    }
    settings = {"is_broker_enabled": 1, "compatibility_level": 150, "state_desc": "ONLINE", "user_access_desc": "MULTI_USER"}
    tables = {
        "files": [file_row("ROWS", 40000.0, 12000.0), file_row("LOG", 20000.0, 100.0)],
        "database_settings": [settings],
        "server_settings": [server],
        "backups": [{"database_name": name, "finished_utc": "2026-02-28T20:00:00Z", "is_snapshot": 0}],
        "script_versions": [{"value": "10.22.10118.0", "state": "COMPLETED"}, {"value": "10.22.11642.0", "state": "COMPLETED"}],
        **rows,
    }
    return {
        "connection": {"state": "present", "error": None, "login": r"CONTOSO\setup", "is_sysadmin": True, "utc_now": NOW},
        "answers": {query: answer(rows=found, truncated=False) for query, found in tables.items()},
    }


def operational_result() -> dict[str, Any]:
    return sql_result(
        "OperationsManager",
        group=[{"group_name": "PROD", "database_version": "10.22.11642.0"}],
        management_servers=[
            {
                "name": "ms1.contoso.lab",
                "is_management_server": 1,
                "is_gateway": 0,
                "version": "10.22.11642.0",
                "is_available": 1,
                "health_state": 1,
            }
        ],
        agents_by_os=[
            {"os_name": "Microsoft Windows Server 2022 Datacenter", "os_version": "10.0.20348", "agents": 40},
            {"os_name": "Microsoft Windows 10 Enterprise", "os_version": "10.0.19045", "agents": 3},
        ],
        etl_surplus=[{"surplus": 1200}],
        configuration=[{"name": "allow updates", "value": 0, "value_in_use": 0}],
    )


def sdk_answers() -> dict[str, Any]:
    return {"health.group": answer(name="PROD", version="10.22.11642.0", sku="Retail"), "pre.aliases": answer(duplicates=[])}


@dataclass
class Server:
    """Everything that is read of one server; spoil what you want, then ``judge``."""

    options: Options = OPTIONS
    installation: Installation = field(default_factory=lambda: an_installation("ms1", "2022 UR3", ServerOs.WS2022))
    host: dict[str, Any] = field(default_factory=host_answers)
    operational: dict[str, Any] = field(default_factory=operational_result)
    warehouse: dict[str, Any] = field(default_factory=lambda: sql_result("OperationsManagerDW"))
    sdk: dict[str, Any] = field(default_factory=sdk_answers)
    logons: dict[str, Trial] = field(
        default_factory=lambda: {role: Trial(Outcome.RIGHT, "ok", "ms1") for role in ("setup", "das", "data_reader")}
    )

    def data(self, question: str) -> dict[str, Any]:
        """The data of one answer of the host, to be changed in place."""
        return self.host[question]["data"]

    def rows(self, query: str, *, warehouse: bool = False) -> list[dict[str, Any]]:
        """The rows of one query, to be changed in place."""
        return (self.warehouse if warehouse else self.operational)["answers"][query]["data"]["rows"]

    def hide(self, *questions: str) -> None:
        """The host answers these with access denied."""
        for question in questions:
            self.host[question] = unanswered()

    def hide_rows(self, *queries: str, warehouse: bool = False) -> None:
        for query in queries:
            (self.warehouse if warehouse else self.operational)["answers"][query] = unanswered("timeout", "execution timeout expired")

    def configure(self, **options: Any) -> None:
        self.options = replace(self.options, **options)

    def seen(self, *, services_are_held: bool = False) -> prerequisites.Seen:
        return prerequisites.read(
            self.installation,
            Answers.from_result(self.host),
            self.operational,
            self.warehouse,
            Answers.from_result(self.sdk),
            self.options,
            logons=self.logons,
            services_are_held=services_are_held,
        )

    def judge(self, *, services_are_held: bool = False, **lists: Any) -> Judgement:
        return prerequisites.judge(self.seen(services_are_held=services_are_held), **lists)


Spoil = Callable[[Server], None]


def spoiled(spoil: Spoil) -> Server:
    server = Server()
    spoil(server)
    return server


def refused_connection(message: str = "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.") -> Mapping[str, Any]:
    return {"connection": {"state": "denied", "error": {"type": "SqlException", "native": 18456, "message": message}}, "answers": {}}
