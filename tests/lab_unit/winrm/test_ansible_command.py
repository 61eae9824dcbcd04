"""One ad-hoc call of the `ansible` command through each connection, as an operator would make it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .ansible_calls import PASSWORD, USER
from .served import Served
from .tiny_machine import TinyMachine

VARIABLES = {
    "psrp": "ansible_psrp_protocol=http ansible_psrp_auth=negotiate",
    "winrm": "ansible_winrm_scheme=http ansible_winrm_transport=ntlm",
}


@pytest.mark.parametrize("connection", VARIABLES)
def test_win_ping_answers(tmp_path: Path, connection: str) -> None:
    with Served(tmp_path, TinyMachine()) as served:
        who = f"ansible_host=127.0.0.1 ansible_port={served.http} ansible_user='{USER}' ansible_password={PASSWORD}"
        inventory = tmp_path / "inventory"
        inventory.write_text(f"tiny {who} ansible_connection={connection} {VARIABLES[connection]}\n")
        command = [
            sys.executable,
            "-m",
            "ansible",
            "adhoc",
            "-i",
            str(inventory),
            "tiny",
            "-m",
            "ansible.windows.win_ping",
            "-a",
            "data=hello",
        ]
        environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_NOCOLOR": "1"}

        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert '"ping": "hello"' in done.stdout
    assert [event["what"] for event in served.events] == ["ansible.windows.win_ping"]
