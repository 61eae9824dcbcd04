# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe says of listeners and of what the host can reach."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils import _questions as q

from tests.powershell.windows import ask


def test_a_listener_is_found_by_its_port(everything: dict[str, Any], web: str) -> None:
    port = int(web.rpartition(":")[2])
    assert everything["listening_ports"]["data"]["listening"] == [{"port": port, "address": "127.0.0.1"}]


def test_a_refused_connection_is_an_answer() -> None:
    answer = ask(q.tcp("127.0.0.1", 1))
    assert (answer["state"], answer["data"]["connected"], answer["data"]["socket_error"]) == ("present", False, "ConnectionRefused")


def test_a_name_that_does_not_resolve_is_an_answer() -> None:
    unknown = "function Resolve-HostName { throw (New-Object System.Net.Sockets.SocketException 11001) }"
    data = ask(q.tcp("nowhere.invalid", 5723), unknown)["data"]
    assert (data["resolved"], data["connected"]) == ([], False)
    assert data["socket_error"]


@pytest.mark.parametrize("status", [200, 301, 401, 404, 500])
def test_every_http_status_is_an_answer(web: str, status: int) -> None:
    data = ask(q.http(f"{web}/{status}", max_bytes=5))["data"]
    assert (data["status"], base64.b64decode(data["body"]), data["content_type"]) == (status, b"hello", "text/plain")


def test_an_http_server_that_is_not_there_is_told_by_its_status_name() -> None:
    answer = ask(q.http("http://127.0.0.1:1/"))
    assert (answer["state"], answer["error"]["type"]) == ("broken", "ConnectFailure")


def test_an_http_server_that_does_not_answer_in_time_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = ask(q.http(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_ms=300))
    assert (answer["state"], answer["error"]["type"]) == ("timeout", "Timeout")
