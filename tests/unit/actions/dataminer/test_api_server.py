"""A web server that is broken, slow or hostile costs one answer, never the action; the login goes to the node and nowhere else."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer import api
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.api import SystemAnswers, WebApi
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.tried_passwords import TriedPasswords

PASSWORD = "CANARY-password"
LOGIN = {"Connection": "c1", "DMAVersion": "10.5.4.0-15588"}
COUNTS = {"ID": 701, "AmountElements": 4, "AmountElementsActive": 3, "AmountServices": 2}


class Server:
    """Says raw bytes for each request, by the name of what was asked; keeps what it was sent."""

    def __init__(self, tried: TriedPasswords) -> None:
        self.tried = tried
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.says: dict[str, bytes] = {}
        self.afterwards: Callable[[socket.socket], None] = lambda _: None
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._door.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                request = self._read(line)
                self.requests.append(request)
                method = request.split(b" ", 2)[1].decode().rpartition("/")[2].partition("?")[0]
                line.sendall(self.says.get(method, sound({})))
                self.afterwards(line)

    @staticmethod
    def _read(line: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += line.recv(65536)
        head, _between, body = request.partition(b"\r\n\r\n")
        length = next(int(one.split(b":")[1]) for one in head.lower().splitlines() if one.startswith(b"content-length"))
        while len(body) < length:
            body += line.recv(65536)
        return head + b"\r\n\r\n" + body


def reply(status: str, body: bytes, length: int | None = None, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def sound(value: Any) -> bytes:
    return reply("200 OK", json.dumps({"d": value}).encode())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setattr(api, "TIMEOUT_SECONDS", 0.3)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Server(TriedPasswords(tmp_path / "tried"))
    made.says = {"ConnectAppAndInfo": sound(LOGIN), "GetDataMinerAgentsInfo": sound([]), "GetDataMinerAgentsStatistics": sound([COUNTS])}
    yield made
    made.close()


def asked(server: Server) -> SystemAnswers:
    reader = Account("CONTOSO\\reader", password=PASSWORD)
    return WebApi({"dma1": server.url}, reader, validate_certs=True, tried=server.tried).ask(["dma1"])


@pytest.mark.parametrize("status", ["503 Service Unavailable", "401 Unauthorized", "500 Internal Server Error", "200 OK"])
def test_an_answer_that_is_cut_off_is_one_that_was_not_given(server: Server, status: str) -> None:
    server.says["ConnectAppAndInfo"] = reply(status, b'{"Message": "Ser', 4000)
    assert "cut off" in asked(server).agents.unread_reason


@pytest.mark.parametrize("status", ["503 Service Unavailable", "401 Unauthorized", "200 OK"])
def test_an_answer_whose_body_never_comes_is_one_that_was_not_given(server: Server, status: str) -> None:
    held: list[socket.socket] = []
    server.says["ConnectAppAndInfo"] = reply(status, b"", 4000)
    server.afterwards = lambda line: held.append(line.dup())
    said = "does not answer" if status.startswith(("5", "4")) else "its answer was lost"
    assert said in asked(server).agents.unread_reason


def test_a_byte_at_a_time_ends_with_the_time_for_the_whole_answer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 10_000, 10))
    monkeypatch.setattr(api.waiting, "monotonic", lambda: next(now))
    server.says["ConnectAppAndInfo"] = reply("200 OK", b"{" * 100_000, 10**9)
    server.afterwards = lambda line: [line.sendall(b"{") for _unused in range(100_000)] and None
    assert "took longer" in asked(server).agents.unread_reason


def test_an_answer_without_an_end_is_not_kept(server: Server) -> None:
    server.says["ConnectAppAndInfo"] = reply("200 OK", b"x" * (9 * 1024**2))
    assert "larger than 8 MB" in asked(server).agents.unread_reason


@pytest.mark.parametrize("body", [gzip.compress(b"{}", mtime=0)[:12], b"no gzip at all"], ids=["cut", "none"])
def test_a_damaged_compression_is_no_answer(server: Server, body: bytes) -> None:
    server.says["ConnectAppAndInfo"] = reply("200 OK", body, None, "Content-Encoding: gzip")
    assert "is not one of the web API" in asked(server).agents.unread_reason


@pytest.mark.parametrize("count", ["many", [1], float("inf"), float("nan"), -1, True, 1.5])
def test_a_count_that_is_no_number_costs_the_counts_alone(server: Server, count: Any) -> None:
    server.says["GetDataMinerAgentsStatistics"] = sound([{**COUNTS, "AmountElements": count}])
    seen = asked(server)
    assert "a count is a number" in seen.counts.unread_reason
    assert seen.agents.is_known


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(server: Server, status: int, tmp_path: Path) -> None:
    other = Server(TriedPasswords(tmp_path / "other"))
    server.says["ConnectAppAndInfo"] = reply(f"{status} Elsewhere", b"", None, f"Location: {other.url}/API/v1/Json.asmx/ConnectAppAndInfo")
    assert f"HTTP status {status}" in asked(server).agents.unread_reason
    assert other.requests == []
    other.close()


def test_the_login_goes_to_no_proxy(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    proxy = Server(TriedPasswords(tmp_path / "other"))
    monkeypatch.setenv("http_proxy", proxy.url)
    assert asked(server).node == "dma1"
    assert proxy.requests == []
    assert PASSWORD.encode() in server.requests[0]
    proxy.close()


def test_no_password_of_the_operator_s_other_files_goes_along(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login operator password CANARY-netrc\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert asked(server).node == "dma1"
    assert not [one for one in server.requests if b"authorization" in one.lower()]
