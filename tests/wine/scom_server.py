# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Wine host that is a management server of 2022, with a setup.exe for 2025 that does what the product's own is documented to do.

Genuine: registry, files, services, processes, the task with its hand-over of secrets, the program's command line. Not there: SQL Server
and the Data Access service's API, which `Neighbours` answers for in the shape of the hands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import ExecManifest
from tests.wine.wine_host import WineHost

OLD, NEW = "10.22.10118.0", "10.25.10132.0"
SETUP_KEY = r"HKLM:\SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Setup"
GROUP_KEY = r"HKLM:\SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Server Management Groups\PROD"
FOLDER = "C:\\Program Files\\Microsoft System Center\\Operations Manager\\Server\\"
SETUP = r"C:\Media\setup.exe"
COMMAND_LINE = r"C:\lab\command-line.txt"
DATABASE = r"C:\lab\database-version.txt"
SERVICES = ("OMSDK", "cshost", "HealthService")

# scom.md 5: where setup records what is installed; log-shapes 6: the services by their short names.
INSTALL = rf"""
$null = New-Item '{SETUP_KEY}' -Force
$values = @{{ Product = 'System Center Operations Manager Server'; InstallDirectory = '{FOLDER}'; CurrentVersion = '{OLD}'
    ServerVersion = '{OLD}'; DatabaseVersion = '{OLD}'; DatabaseServerName = 'sql1.contoso.lab'; DatabaseName = 'OperationsManager'
    DataWarehouseDBServerName = 'sql1.contoso.lab'; DataWarehouseDBName = 'OperationsManagerDW' }}
foreach ($name in $values.Keys) {{ Set-ItemProperty '{SETUP_KEY}' $name $values[$name] }}
$null = New-Item '{GROUP_KEY}' -Force
Set-ItemProperty '{GROUP_KEY}' IsServer 1
Set-ItemProperty '{GROUP_KEY}' Port 5723
foreach ($name in '{"','".join(SERVICES)}') {{
    $null = New-Service -Name $name -BinaryPathName 'C:\windows\system32\testhost.exe service' -StartupType Automatic
    Start-Service $name
}}
[IO.Directory]::CreateDirectory('{FOLDER}') | Out-Null
"""

# log-shapes 1.2 and 1.4: dialect A with tabs; the services are down while the version moves.
PROGRAM = rf"""
$logs = Join-Path $env:LOCALAPPDATA 'SCOM\LOGS'
$null = [IO.Directory]::CreateDirectory($logs)
$log = Join-Path $logs 'OpsMgrSetupWizard.log'
function Write-Wizard($level, $text) {{
    $clock = [DateTime]::Now.ToString('HH:mm:ss')
    [IO.File]::AppendAllText($log, "[$clock]:`t${{level}}:`t:$text`r`n")
}}
[IO.File]::WriteAllText('{COMMAND_LINE}', $env:ACTOR_COMMAND_LINE)
Write-Wizard 'Always' 'Application Started'
foreach ($name in '{"','".join(SERVICES)}') {{ Stop-Service $name }}
Write-Wizard 'Info' 'Info:Creating db path: \\sql1\C$\Data'
[IO.File]::WriteAllText('{DATABASE}', '{NEW}')
Write-Wizard 'Info' 'Info:FirstManagementServer: Importing Management Pack: Example Library'
foreach ($name in 'CurrentVersion', 'ServerVersion', 'DatabaseVersion') {{ Set-ItemProperty '{SETUP_KEY}' $name '{NEW}' }}
foreach ($name in '{"','".join(SERVICES)}') {{ Start-Service $name }}
Write-Wizard 'Always' 'Application Ended: Successful'
exit 0
"""


def install(host: WineHost) -> None:
    """Makes the host a management server and lays the media down."""
    host.powershell(INSTALL)
    host.write(DATABASE, OLD)
    host.actor(SETUP, PROGRAM)


@dataclass
class Neighbours:
    """SQL Server and the Data Access service, as far as one server's upgrade asks them."""

    host: WineHost
    fqdn: str
    asked: list[str] = field(default_factory=list)

    def answer(self, manifest: ExecManifest) -> Answered | None:
        """The answer to a call that Wine cannot answer; None for all others."""
        if not manifest.is_module:
            return None
        name = manifest.module_name.rpartition(".")[2]
        handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"sql_query": self._sql, "scom_command": self._sdk}
        if name not in handlers:
            return None
        self.asked.append(name)
        return Answered(json.dumps(handlers[name](manifest.module_args)))

    def _sql(self, arguments: dict[str, Any]) -> dict[str, Any]:
        connection = {
            "state": "present",
            "error": None,
            "login": r"CONTOSO\svc-setup",
            "server": "SQL1",
            "physical_name": "SQL1",
            "database": arguments["database"],
            "is_sysadmin": True,
            "utc_now": "2026-03-01T00:00:00Z",
        }
        answers = {query["name"]: self._rows(query["name"], arguments["database"]) for query in arguments["queries"]}
        return {"changed": False, "connection": connection, "answers": answers}

    def _rows(self, query: str, database: str) -> dict[str, Any]:
        version = self.host.path(DATABASE).read_text(encoding="utf-8").strip()
        server = {"name": self.fqdn, "is_management_server": True, "is_gateway": False, "version": version}
        rows: dict[str, list[dict[str, Any]]] = {
            "group": [{"group_name": "PROD", "database_version": version}],
            "management_servers": [{**server, "is_available": 1, "health_state": 1}],
            "files": [
                {"type_desc": "ROWS", "size_mb": 1000, "used_mb": 100},
                {"type_desc": "LOG", "size_mb": 600, "used_mb": 10},
            ],
            "database_settings": [
                {"is_broker_enabled": True, "compatibility_level": 150, "state_desc": "ONLINE", "user_access_desc": "MULTI_USER"}
            ],
            "server_settings": [
                {
                    "product_version": "15.0.4298.1",
                    "product_level": "RTM",
                    "edition": "Standard Edition (64-bit)",
                    "engine_edition": 2,
                    "is_full_text_installed": True,
                    "collation": "SQL_Latin1_General_CP1_CI_AS",
                    "is_clustered": False,
                    "is_hadr_enabled": False,
                }
            ],
            "backups": [{"database_name": database, "finished_utc": "2026-02-28T22:00:00Z", "is_snapshot": False}],
            "configuration": [{"name": "allow updates", "value": 0, "value_in_use": 0}],
            "etl_surplus": [{"surplus": 0}],
            "agents_by_os": [{"os_name": "Windows Server 2022", "os_version": "10.0.20348", "agents": 3}],
            "script_versions": [],
        }
        return {"state": "present", "error": None, "ms": 1, "data": {"rows": rows[query], "truncated": False, "affected": len(rows[query])}}

    def _sdk(self, arguments: dict[str, Any]) -> dict[str, Any]:
        server = {"name": self.fqdn, "version": OLD, "health_state": "success", "is_gateway": False, "is_root": True}
        data: dict[str, Any] = {
            "management_group": {"name": "PROD", "version": OLD, "sku": "Retail", "expires_utc": None},
            "management_servers": {"servers": [server]},
            "management_pack_aliases": {"duplicates": []},
        }
        answers = {
            name: {"state": "present", "error": None, "ms": 1, "data": data[command["verb"]]}
            for name, command in arguments["commands"].items()
        }
        return {"changed": False, "answers": answers}


class Answered:
    """A command whose answer is known."""

    def __init__(self, output: str) -> None:
        self._output = output

    def feed(self, line: str) -> None:
        """Nothing more is asked of the caller."""

    async def run(self) -> Result:
        return Result(0, [self._output], [], False)
