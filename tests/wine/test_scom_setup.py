# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One whole upgrade of a management server on an almost-Windows host, through Ansible's own connection."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wine.scom_server import COMMAND_LINE, NEW, Neighbours, install
from tests.wine.served_hosts import ServedHosts
from tests.wine.wine_host import WineHost

AWKWARD = 'CANARY a "b" c\\ %TEMP% ^&!$`é\\'
READER = "CANARY-reader"

# What a Wine host cannot tell, or is not: .NET Framework, a directory, LSA, media that carry a version.
NOT_ON_WINE = (
    "scom.operating_system.dotnet",
    "scom.accounts.exists",
    "scom.accounts.batch_logon",
    "scom.media.product",
    "scom.media.version",
)


@pytest.fixture
def listeners() -> Iterator[None]:
    """The ports of a management server; the host shares the machine's network with us."""
    with contextlib.ExitStack() as stack:
        for port in (5723, 5724):
            one = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", port))
            one.listen()
        yield


def upgrade(served: ServedHosts, user: str, evidence: Path) -> dict[str, Any]:
    options = {
        "target": "2025",
        "accept_license": True,
        "media": {"path": r"C:\Media"},
        "setup_account": {"name": user, "password": "CANARY-setup"},
        "das_account": {"name": r"CONTOSO\svc-das", "password": AWKWARD},
        "data_reader_account": {"name": r"CONTOSO\svc-reader", "password": READER},
        "management_servers": ["ms1"],
        "waive": list(NOT_ON_WINE),
        "poll_interval_seconds": 0.5,
        "evidence_directory": str(evidence),
    }
    return served.module("ms1", "psrp", "systemcenter.upgrade.scom_setup", options)


def test_a_management_server_is_upgraded_proved_and_left_alone_the_second_time(
    wine_host: WineHost, served: ServedHosts, listeners: None, tmp_path: Path
) -> None:
    install(wine_host)
    info = served.module("ms1", "psrp", "systemcenter.upgrade.scom_info", {})
    assert "scom" in info, info
    neighbours = Neighbours(wine_host, info["scom"]["host"])
    served.machines["ms1"].answer = neighbours.answer

    done = upgrade(served, wine_host.user, tmp_path / "evidence")
    again = upgrade(served, wine_host.user, tmp_path / "evidence")

    assert (info["scom"]["roles"]["management_server"]["release"], info["scom"]["management_group"]) == ("2022", "PROD")
    assert (done.get("step"), done.get("changed"), done.get("exit_code")) == ("started", True, 0), done.get("msg", done)
    assert {one["rule"] for one in done["waived"]} == set(NOT_ON_WINE)
    assert {item["name"]: item["agrees"] for item in done["evidence"]}["server version in the registry"]
    assert (
        wine_host.powershell(
            "(Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Microsoft Operations Manager\\3.0\\Setup').ServerVersion"
        ).strip()
        == NEW
    )
    assert (again.get("step"), again.get("changed")) == ("done", False), again.get("msg", again)
    _passwords_arrived_and_are_nowhere_else(wine_host, tmp_path, json.dumps([done, again]))


def _passwords_arrived_and_are_nowhere_else(host: WineHost, evidence: Path, output: str) -> None:
    line = host.path(COMMAND_LINE).read_text(encoding="utf-8-sig")
    quoted = '"CANARY a \\"b\\" c\\ %TEMP% ^&!$`é\\\\"'
    assert f"/DASAccountPassword:{quoted}" in line
    assert f'/DataReaderPassword:"{READER}"' in line or f"/DataReaderPassword:{READER}" in line
    assert "CANARY" not in output
    for root in (host.prefix, evidence):
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path != host.path(COMMAND_LINE):
                content = path.read_bytes()
                assert b"CANARY" not in content, path
                assert "CANARY".encode("utf-16-le") not in content, path
