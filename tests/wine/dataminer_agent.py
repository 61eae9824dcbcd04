# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Wine host that is a DataMiner Agent of its own cluster, with programs that do what the vendor's are documented to do.

Genuine: files, registry, services, processes, the tasks with their hand-over of secrets, command lines, the package unpacked on the host.
Its web server is `dataminer_web`, for there is no IIS.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.package import EXECUTOR_PATH, build
from tests.lab.products.dataminer.plan import PackageSpec
from tests.lab.products.dataminer.state_files import ROOT
from tests.lab.products.dataminer.versions import version_of
from tests.wine.wine_host import WineHost

SOURCE, TARGET = version_of("10.5.4"), version_of("10.5.9")
ID, CLUSTER = 701, "Wine"
UTILITY = r"C:\Program Files (x86)\Skyline Communications\Skyline Taskbar Utility\SLTaskbarUtility.exe"
ENGINE = rf"{ROOT}\Files\SLUpgrade.exe"
# What the programs leave behind for the test, and what they wait for.
STARTS, OPTIONS, CHECKED = r"C:\lab\starts.txt", r"C:\lab\UpgradeInfo.xml", r"C:\lab\checked.txt"
ENDED, GO = r"C:\lab\utility-ended", r"C:\lab\go"
RUNNING = r"C:\lab\dataminer-runs"
MEANINGLESS = 259
NEW_UTILITY = b"of the new version"
# 9 D. SLWatchdog is left alone by an upgrade, and NATS is no service of DataMiner's own.
DATAMINER = ("SLSNMPAgent", "SLDataMiner", "SLNet", "DataMiner APIGateway")
SERVICES = (*DATAMINER, "SLWatchdog", "W3SVC", "NAS", "NATS")

# 7 D: what the target needs of Windows. The folder is what `dotnet --list-runtimes` looks at.
_INSTALL = rf"""
foreach ($name in '{"','".join(SERVICES)}') {{
    $null = New-Service -Name $name -BinaryPathName 'C:\windows\system32\testhost.exe service' -StartupType Automatic
    Start-Service $name
}}
$null = New-Item 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Force
Set-ItemProperty 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' Release 533320
foreach ($one in 'x86', 'x64') {{
    $key = "HKLM:\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\$one"
    $null = New-Item $key -Force
    $numbers = @{{ Installed = 1; Major = 14; Minor = 44; Bld = 35211; Rbld = 0 }}
    foreach ($name in $numbers.Keys) {{ Set-ItemProperty $key $name $numbers[$name] }}
}}
foreach ($one in '8.0.11', '10.0.1') {{
    $null = [IO.Directory]::CreateDirectory("C:\Program Files\dotnet\shared\Microsoft.AspNetCore.App\$one")
}}
$null = [IO.Directory]::CreateDirectory('{state_files.PACKAGES}')
"""

# 1.1: it uploads the package, has the agent execute it, and is replaced by it while it runs: its end is not the upgrade's.
_UTILITY = rf"""
[IO.File]::AppendAllText('{STARTS}', "$env:ACTOR_COMMAND_LINE`r`n")
if ($env:ACTOR_ARG_1 -ne '-upgrade') {{ exit 1 }}
[IO.File]::Copy($env:ACTOR_ARG_3, '{OPTIONS}', $true)
$entry = '{state_files.PACKAGES}\' + [IO.Path]::GetFileName($env:ACTOR_ARG_2) + '-' + [Guid]::NewGuid().ToString('N')
[IO.Compression.ZipFile]::ExtractToDirectory($env:ACTOR_ARG_2, $entry)
$service = New-Object -ComObject Schedule.Service
[void]$service.Connect()
$definition = $service.NewTask(0)
$action = $definition.Actions.Create(0)
$action.Path = '{ENGINE}'
$action.Arguments = '"' + $entry + '"'
$folder = $service.GetFolder('\')
[void]$folder.RegisterTaskDefinition('SLUpgrade', $definition, 6, 'S-1-5-18', $null, 5)
[void]$folder.GetTask('SLUpgrade').RunEx($null, 2, 0, '')
while (-not [IO.File]::Exists('{UTILITY}.old')) {{ [Threading.Thread]::Sleep(50) }}
[IO.File]::WriteAllText('{ENDED}', '')
exit {MEANINGLESS}
"""

# 3.2: the actions of the package one by one; 9: a line of the version history at the first start, and only the log is kept.
_ENGINE = rf"""
$entry = $env:ACTOR_ARG_1
$own = '{"','".join(DATAMINER)}'
function Write-Step($kind, $text) {{
    $clock = [DateTime]::Now.ToString('yyyy-MM-dd HH:mm:ss')
    [IO.File]::AppendAllText("$entry\progress.log", "$env:COMPUTERNAME|$clock|$kind|$text`r`n")
}}
[IO.Compression.ZipFile]::ExtractToDirectory("$entry\Update.zip", "$entry\Update")
foreach ($action in [IO.File]::ReadAllLines("$entry\Update\UpdateContent.txt")) {{
    if (-not $action) {{ continue }}
    Write-Step 'step' "Executing action: $action"
    $verb, $rest = $action.Split(' ')
    switch ($action) {{
        'Disable' {{ [IO.File]::Delete('{RUNNING}'); foreach ($name in $own) {{ Stop-Service $name }} }}
        'IIS Stop' {{ Stop-Service W3SVC }}
        'UpgradeSLTaskbarUtility' {{
            $new = [IO.File]::ReadAllBytes('{UTILITY}') + [Text.Encoding]::ASCII.GetBytes('{NEW_UTILITY.decode()}')
            [IO.File]::Move('{UTILITY}', '{UTILITY}.old')
            [IO.File]::WriteAllBytes('{UTILITY}', $new)
            while (-not [IO.File]::Exists('{GO}')) {{ [Threading.Thread]::Sleep(50) }}
        }}
        'IIS Start' {{ Start-Service W3SVC }}
        'Start' {{
            $clock = [DateTime]::Now.ToString('yyyy-MM-dd HH:mm:ss')
            [IO.File]::AppendAllText('{state_files.HISTORY}', "$clock;{TARGET.installed}`r`n")
            foreach ($name in $own) {{ Start-Service $name }}
            [IO.File]::WriteAllText('{RUNNING}', '')
        }}
    }}
    if ($verb -eq 'Update') {{
        $null = [IO.Directory]::CreateDirectory("{ROOT}\$rest")
        Copy-Item "$entry\Update\$rest\*" "{ROOT}\$rest" -Recurse -Force
    }}
}}
[IO.Directory]::Delete("$entry\Update", $true)
foreach ($file in [IO.Directory]::GetFiles($entry)) {{
    if ([IO.Path]::GetFileName($file) -ne 'progress.log') {{ [IO.File]::Delete($file) }}
}}
"""

# 3.3: the executor inside the package. A check that is not there says so; the exit code of this version is always 0.
_EXECUTOR = rf"""
$results = @()
for ($number = 1; $number -le [int]$env:ACTOR_ARG_COUNT; $number++) {{
    $word = [Environment]::GetEnvironmentVariable("ACTOR_ARG_$number")
    if ($word -eq '-f') {{ $number++; $file = [Environment]::GetEnvironmentVariable("ACTOR_ARG_$number") }}
    elseif ($word -and $word.StartsWith('--')) {{
        $there = [IO.File]::Exists($word.Substring(2))
        $outcome = if ($there) {{ 'NoIssues' }} else {{ 'Undefined' }}
        $name = [IO.Path]::GetFileNameWithoutExtension($word)
        $results += @{{ Name = $name; TestExecuted = $there; Outcome = $outcome; ResultMessage = 'No issues detected' }}
    }}
}}
[IO.File]::WriteAllText($file, (ConvertTo-Json $results))
[IO.File]::AppendAllText('{CHECKED}', ($results.ForEach({{ $_.Name }}) -join "`r`n"))
exit 0
"""


def install(host: WineHost, address: str) -> None:
    """Makes the host the only agent of its cluster, known there by one of its own addresses."""
    host.powershell(_INSTALL)
    files = {
        state_files.DMS: state_files.dms(CLUSTER, [(address, ID, True)], [], "", namespace=True),
        state_files.DATAMINER: state_files.data_miner(ID, "dma1", None),
        state_files.MAINTENANCE: state_files.maintenance({}),
        state_files.SECURITY: state_files.security({"Administrator": False}),
        state_files.ENDPOINTS: state_files.cluster_endpoints([(address, None)]),
        state_files.CONNECTION_SETTINGS: state_files.connection_settings(""),
        state_files.HISTORY: f"2025-03-22 22:00:00;{SOURCE.installed}\n",
        rf"{ROOT}\Files\SLNet.exe": f"MZ SLNet {SOURCE.title}",
        rf"{ROOT}\Files\SLNet.exe.config": state_files.slnet_config(8004),
        rf"{ROOT}\Backup\Configuration.dmbackup": "backup",
        RUNNING: "",
    }
    for path, text in files.items():
        host.write(path, text.replace("\r\n", "\n"))
    host.actor(UTILITY, _UTILITY)
    host.actor(ENGINE, _ENGINE)


def make_package(folder: Path, actor: Path) -> Path:
    """A full package of the target as the lab builds it, whose executor is a program that Wine can run."""
    made = build(PackageSpec(), TARGET.title)
    outer = _members(made.content)
    inner = _members(outer["Update.zip"])
    inner[EXECUTOR_PATH] = actor.read_bytes()
    inner[f"{EXECUTOR_PATH}.ps1"] = _EXECUTOR.encode()
    outer["Update.zip"] = _zip(inner)
    path = folder / made.file_name
    path.write_bytes(_zip(outer))
    return path


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
