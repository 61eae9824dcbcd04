# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The wrapper's text, which runs alone under another account: windows-tasks.md sections 2.1, 3, 8.3."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.powershell.engine import BUNDLED
from tests.powershell.task_host import TaskHost
from tests.powershell.test_host_task_start import scheduler


@pytest.fixture
def wrapper(tmp_path: Path) -> Path:
    """The text as a start writes it."""
    host = TaskHost(tmp_path / "systemcenter.upgrade")
    host.start(scheduler(host))
    return host.folder / "wrapper.ps1"


def test_it_calls_nothing_that_it_does_not_bring_along(wrapper: Path) -> None:
    checker = shutil.which("ps-check") or shutil.which(BUNDLED / "bin" / "ps-check")
    if checker is None:
        pytest.skip("ps-check is not there")

    done = subprocess.run([checker, "--target", "5.1", str(wrapper)], check=False, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_the_text_whose_hash_the_task_carries(wrapper: Path) -> None:
    registered = json.loads((wrapper.parents[2] / "registered.json").read_text())

    assert hashlib.sha256(wrapper.read_bytes()).hexdigest().upper() in registered["bootstrap"]
    assert len(base64.b64encode(registered["bootstrap"].encode("utf-16-le"))) < 4000


def test_it_ends_no_process_and_writes_nothing_to_the_console(wrapper: Path) -> None:
    text = _without_comments(wrapper)

    assert not re.search(r"Stop-Process|\.Kill\(|TerminateProcess|TerminateJob|KILL_ON|SetInformationJobObject", text)
    assert not re.search(r"Write-(Host|Output|Verbose|Warning|Error|Information)|Start-Process|Invoke-Expression", text)


def test_it_names_no_secret_to_a_cmdlet(wrapper: Path) -> None:
    """Module logging writes the parameters of cmdlets; functions and .NET methods are not cmdlets."""
    text = _without_comments(wrapper)

    assert "ConvertTo-SecureString" not in text
    assert not re.search(r"(New-Object|Add-Type|ConvertFrom-Json|ConvertTo-Json|Where-Object|ForEach-Object)[^\n]*\$[sS]ecrets?\b", text)


def _without_comments(script: Path) -> str:
    return "\n".join(line for line in script.read_text().splitlines() if not line.lstrip().startswith("#"))
