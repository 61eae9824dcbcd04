# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""No cmdlet is given a secret: with module logging on, event 4103 holds the parameters of cmdlets (windows-tasks.md section 4).

Functions of modules made by New-Module, as Ansible makes them, are not logged; the cmdlets they call are.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.engine import run_hand
from tests.powershell.task_host import TaskHost
from tests.powershell.windows import STAND_INS, registry

CANARY = "C4n@ry-4103"
CMDLETS = {
    "Microsoft.PowerShell.Utility": ("New-Object", "ConvertFrom-Json", "ConvertTo-Json", "Select-Object", "Sort-Object"),
    "Microsoft.PowerShell.Core": ("ForEach-Object", "Where-Object"),
}
# The text that 4103 would show: values, and the members of a list, but not what a dictionary or an object holds.
_LOGGED = """
function Write-Logged($Name, $Values) {{
    foreach ($value in $Values) {{ [IO.File]::AppendAllText('{log}', "${{Name}}: $value`n") }}
}}
"""
_CMDLET = """
function {name} {{
    $piped = @($input)
    Write-Logged '{name}' $args
    Write-Logged '{name}' $piped
    if ($piped.Count -gt 0) {{ $piped | {module}\\{name} @args }} else {{ {module}\\{name} @args }}
}}
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "4103.txt"


def logging(log: Path) -> str:
    """Stand-ins that write down what each cmdlet is given, and then call it."""
    cmdlets = [_CMDLET.format(name=name, module=module) for module, names in CMDLETS.items() for name in names]
    return _LOGGED.format(log=log) + "".join(cmdlets)


def test_a_credential_is_tried_without_showing_it_to_a_cmdlet(log: Path) -> None:
    question = {"questions": {"it": q.credential("CONTOSO\\das", "das")}, "secrets": json.dumps({"das": CANARY})}
    right = f"function Invoke-LogonTry {{ if ($args[2] -eq '{CANARY}') {{ 0 }} else {{ 1326 }} }}"

    answer = run_hand("host_probe", question, STAND_INS + right + logging(log), registry=registry())

    assert answer.result["answers"]["it"]["data"]["valid"] is True
    assert "ConvertTo-Json" in log.read_text()
    assert CANARY not in log.read_text()


def test_a_long_task_is_started_without_showing_its_secrets_to_a_cmdlet(log: Path, tmp_path: Path) -> None:
    host = TaskHost(tmp_path / "systemcenter.upgrade")
    scheduler = "function Register-LongTask { $global:Registered = $true }; function Start-LongTaskInstance { $global:Alive = $true }"

    answer = host.start(
        scheduler + logging(log),
        run_as_password=CANARY,
        secrets=json.dumps({"das": CANARY}),
        command={"exe": r"C:\media\setup.exe", "arguments": "/p:{secret:das}"},
        start_timeout=1,
    )

    assert (answer["changed"], answer["secret_present"]) == (True, True)
    assert "New-Object" in log.read_text()
    assert CANARY not in log.read_text()
