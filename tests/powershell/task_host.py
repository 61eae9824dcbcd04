# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A host for host_task with real files in a temporary folder; Windows' scheduler, rights, registry and processes are stood in for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.powershell.engine import HandResult, run_hand
from tests.powershell.machine_folder import machine_folder

NOW = "2026-01-31T12:00:00.000Z"
TASK = "setup-ms1"
CLAIM = {"id": TASK, "spec_hash": "abc", "requester": r"LAB\boss", "utc": "2026-01-31T10:00:00.000Z", "title": "a setup"}
CHILD = {"process_id": 4711, "name": "setup", "start_ticks": 639000000000000000, "utc": "2026-01-31T10:00:02.000Z"}
STARTED: dict[str, Any] = {"utc": "2026-01-31T10:00:02.000Z", "process_id": 4700, "logs": [], "tree": "job"}
RESULT: dict[str, Any] = {
    "started_utc": "2026-01-31T10:00:02.000Z",
    "ended_utc": "2026-01-31T10:30:02.000Z",
    "elapsed_seconds": 1800.5,
    "exit_code": -17,
    "exit_code_unsigned": 4294967279,
    "exit_code_hex": "0xFFFFFFEF",
    "launch_error": None,
    "left_running": [{"process_id": 5, "name": "tray", "title": "Tray", "cpu_seconds": 1.5}],
    "tree": "job",
}

_WINDOWS = """
    function Get-ClockNow {{ ConvertFrom-UtcText '{now}' }}
    function Get-BootTime {{ '2026-01-30T00:00:00.000Z' }}
    function Get-Requester {{ 'LAB\\boss' }}
    {held}
    function Test-BootKey {{ param($Id) ${boot_key} }}
    function New-BootKey {{ param($Id) $global:Done += "boot key" }}
    function Remove-BootKey {{ param($Id) $global:Done += "no boot key" }}
    function Get-ProcessStart {{ param($ProcessId)
        if ($ProcessId -eq {child_pid}) {{ @{{ name = 'setup'; start_ticks = 639000000000000000 }} }}
    }}
    function Get-TaskInstance {{ param($Name) {instance} }}
    function Test-ProcessIs64Bit {{ $true }}
    function Get-OwnLanguageMode {{ 'FullLanguage' }}
    function Test-CallerElevated {{ $true }}
    function Test-ProgramExists {{ param($Path) $true }}
    function Get-FreeBytes {{ param($Path) 10GB }}
    function Connect-Scheduler {{ }}
    function Find-AccountSid {{ param($Account)
        switch ($Account) {{
            'LAB\\setup' {{ 'S-1-5-21-9-9-9-1105' }}
            "$([Environment]::MachineName)\\setup" {{ 'S-1-5-21-1-2-3-1001' }}
            'Administrators' {{ 'S-1-5-32-544' }}
            'Users' {{ 'S-1-5-32-545' }}
            default {{ throw 'no such account' }}
        }}
    }}
    function Get-LocalGroupOfUser {{ param($User) 'Administrators' }}
    function Get-AccountWithRight {{ param($Right) if ($Right -eq 'SeBatchLogonRight') {{ 'S-1-5-32-544' }} }}
    function Get-DomainCredentialPolicy {{ 0 }}
    function Find-SchedulerEvents {{ }}
    function Protect-MachineBytes {{ param($Bytes, $Entropy) , $Bytes }}
    function Wait-Moment {{ $global:Looks = 1 + $global:Looks }}
    if (-not (Test-Path variable:global:Looks)) {{ $global:Looks = 0 }}
    if (-not (Test-Path variable:global:Done)) {{ $global:Done = @() }}
"""


@dataclass
class TaskHost:
    """`call` runs host_task. Facts: does the wrapper live, is the volatile key there, the child's PID, the scheduler's answer.

    ``alive`` is what a look at the wrapper's file tells; with None the hand looks at it itself.
    """

    root: Path
    alive: bool | None = False
    boot_key: bool = True
    child_pid: int = 0
    instance: str = "$null"
    now: str = NOW
    stand_ins: str = ""

    @property
    def folder(self) -> Path:
        return self.root / "tasks" / TASK

    def put(self, name: str, content: Mapping[str, Any] | str) -> None:
        """Writes one of the task's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))

    def has(self, **files: Mapping[str, Any]) -> TaskHost:
        """Claim, spec, started, child, result ... by their names without ``.json``; ``latch`` is the empty file."""
        for name, content in files.items():
            self.put("latch" if name == "latch" else f"{name}.json", "" if name == "latch" else content)
        return self

    def call(self, operation: str, stand_ins: str = "", check_mode: bool = False, **more: Any) -> dict[str, Any]:
        return self.run(operation, stand_ins, check_mode, **more).result

    def run(self, operation: str, stand_ins: str = "", check_mode: bool = False, **more: Any) -> HandResult:
        windows = _WINDOWS.format(
            now=self.now,
            held="" if self.alive is None else f"function Test-FileHeld {{ param($Path) ${str(self.alive).lower()} }}",
            boot_key=str(self.boot_key).lower(),
            child_pid=self.child_pid,
            instance=self.instance,
        )
        text = "\n".join([machine_folder(self.root), windows, self.stand_ins, stand_ins])
        return run_hand("host_task", {"operation": operation, "id": TASK, **more}, text, check_mode=check_mode)

    def start(self, stand_ins: str = "", check_mode: bool = False, **more: Any) -> dict[str, Any]:
        order = {
            "title": "a setup",
            "spec_hash": "abc",
            "command": {"exe": r"C:\media\setup.exe", "arguments": "/silent"},
            "run_as": {"account": r"LAB\setup", "kind": "password"},
            "run_as_password": "Canary-Logon",
        }
        return self.call("start", stand_ins, check_mode, **(order | more))
