"""The text of a scheduled task as host_task registers it (windows-tasks 2.1), kept where Windows keeps it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from .tasks import Order

FOLDER = r"C:\Windows\System32\Tasks\systemcenter.upgrade"
ENGINE = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
WRAPPER = "# The wrapper of a long task; on a simulated host it is tests/lab/windows/tasks.py.\n"

_TEMPLATE = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{description}</Description>
    <URI>\\systemcenter.upgrade\\{id}</URI>
  </RegistrationInfo>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>{logon_type}</LogonType>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>false</AllowHardTerminate>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{engine}</Command>
      <Arguments>-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand {bootstrap}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def path(id: str) -> str:
    """Where the definition of a task lies."""
    return rf"{FOLDER}\{id}"


def text(order: Order, folder: str) -> str:
    """The definition: its bootstrap holds a path and a hash, nothing else."""
    digest = hashlib.sha256(WRAPPER.encode()).hexdigest()
    bootstrap = (
        f"$folder = '{folder}'\n$hash = '{digest}'\n& ([scriptblock]::Create([IO.File]::ReadAllText($folder + '\\wrapper.ps1'))) $folder"
    )
    return _TEMPLATE.format(
        description=escape(order.title),
        id=escape(order.id),
        user=escape(order.user),
        logon_type="ServiceAccount" if order.run_as_kind == "system" else "Password",
        engine=ENGINE,
        bootstrap=base64.b64encode(bootstrap.encode("utf-16-le")).decode(),
    )
