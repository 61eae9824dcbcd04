# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe says of listeners and of what the host can reach."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

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


def test_a_connection_that_fails_strangely_is_told_by_its_exception() -> None:
    strange = "function Resolve-HostName { throw (New-Object System.ArgumentException 'x') }"
    assert ask(q.tcp("host", 1), strange)["data"]["socket_error"] == "ArgumentException"


def test_a_connection_that_nobody_answers_times_out() -> None:
    silent = """
function New-TcpClient {
    $client = New-Object PSObject
    $never = New-Object System.Threading.ManualResetEvent $false
    Add-Member -InputObject $client -MemberType NoteProperty -Name Pending -Value (New-Fact @{ AsyncWaitHandle = $never })
    New-Method $client BeginConnect { $this.Pending }
    New-Method $client Close { }
    $client
}"""
    data = ask(q.tcp("127.0.0.1", 1, timeout_ms=50), silent)["data"]
    assert (data["connected"], data["socket_error"]) == (False, "TimedOut")


def test_an_http_failure_without_a_known_cause_keeps_its_status() -> None:
    strange = """
function New-HttpRequest {
    $request = New-Object PSObject
    New-Method $request GetResponse {
        throw (New-Object System.Net.WebException 'x', $null, ([System.Net.WebExceptionStatus]::UnknownError), $null)
    }
    $request
}"""
    answer = ask(q.http("http://host/"), strange)
    assert (answer["state"], answer["error"]["type"]) == ("broken", "UnknownError")


def test_an_address_that_is_no_http_is_refused() -> None:
    assert ask(q.http("file:///etc/passwd"))["error"]["type"] == "BadQuestion"


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("System.Security.Authentication.AuthenticationException 'x'", "TrustFailure"),
        ("System.Net.Sockets.SocketException 11001", "NameResolutionFailure"),
        ("System.Net.Sockets.SocketException 10061", "ConnectFailure"),
    ],
)
def test_an_http_failure_is_told_by_its_cause_where_powershell_7_has_no_word_for_it(cause: str, kind: str) -> None:
    failing = f"""
function New-HttpRequest {{
    $request = New-Object PSObject
    New-Method $request GetResponse {{
        $inner = New-Object System.Exception 'y', (New-Object {cause})
        throw (New-Object System.Net.WebException 'x', $inner, ([System.Net.WebExceptionStatus]::UnknownError), $null)
    }}
    $request
}}"""
    assert ask(q.http("https://host/"), failing)["error"]["type"] == kind


def test_an_http_request_that_fails_before_it_is_sent_is_told_as_it_fails() -> None:
    failing = """
function New-HttpRequest {
    $request = New-Object PSObject
    New-Method $request GetResponse { throw (New-Object System.NotSupportedException 'x') }
    $request
}"""
    assert ask(q.http("https://host/"), failing)["error"]["type"] == "System.NotSupportedException"


def test_tls_1_2_is_allowed_and_the_process_is_left_as_it_was() -> None:
    """On a WSMan host the list of protocols is fixed and old; other modules share the process."""
    spy = """
function Get-HttpResponse { Stop-Question -State unknown -Type Seen -Message ([int][System.Net.ServicePointManager]::SecurityProtocol) }
function Get-HttpAnswerOfOldHost([object]$Question) {
    $before = [System.Net.ServicePointManager]::SecurityProtocol
    [System.Net.ServicePointManager]::SecurityProtocol = 192
    try { Get-HttpAnswer $Question }
    catch { @{ seen = $_.Exception.Message; left = [int][System.Net.ServicePointManager]::SecurityProtocol } }
    finally { [System.Net.ServicePointManager]::SecurityProtocol = $before }
}
function Get-HardwareAnswer { Get-HttpAnswerOfOldHost @{ url = 'https://host/' } }"""
    assert ask(q.hardware(), spy)["data"] == {"seen": str(192 | 3072), "left": 192}
