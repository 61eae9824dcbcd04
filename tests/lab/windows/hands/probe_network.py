"""Questions of host_probe about ports, here and elsewhere in the world (powershell-probes 1.8-1.10)."""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..session import Session
from .envelope import Data, Trouble

Question = Mapping[str, Any]
SILENT_SECONDS = 0.05  # stands for the whole timeout, so that tests need not wait for it


def listening_ports(session: Session, question: Question) -> Data:
    ports = [port for port in question["ports"] if port in session.host.listeners]
    return {"listening": [{"port": port, "address": "0.0.0.0"} for port in ports]}


def network_addresses(session: Session, question: Question) -> Data:
    """The addresses that lead to this host, those it holds for others among them; names are none."""
    held = [name for name, find in session.host.world.aliases.items() if find() is session.host and _is_address(name)]
    return {"addresses": [{"address": one, "interface": "Ethernet"} for one in sorted({*held, _resolved(session, session.host.name)})]}


def _is_address(text: str) -> bool:
    return all(part.isdigit() for part in text.split(".")) and text.count(".") == 3


async def tcp(session: Session, question: Question) -> Data:
    begin = time.perf_counter()
    name, port = str(question["host"]), int(question["port"])
    error = await _connect(session, name, port)
    return {
        "resolved": [] if error == "HostNotFound" else [_resolved(session, name)],
        "connected": error is None,
        "ms": int((time.perf_counter() - begin) * 1000),
        "socket_error": error,
    }


async def http(session: Session, question: Question) -> Data:
    """The page of a simulated host's web server, or a URL of the world."""
    begin = time.perf_counter()
    url = str(question["url"])
    status, body, content_type = await _get(session, url)
    limit = int(question.get("max_bytes", 65536))
    return {
        "status": status,
        "body": base64.b64encode(body[:limit]).decode(),
        "elapsed_ms": int((time.perf_counter() - begin) * 1000),
        "content_type": content_type,
    }


async def _get(session: Session, url: str) -> tuple[int, bytes, str]:
    known = session.host.world.urls
    if url in known:
        return 200, known[url], "application/octet-stream"
    parts = urlsplit(url)
    name = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    failures = {"HostNotFound": "NameResolutionFailure", "TimedOut": "Timeout", "ConnectionRefused": "ConnectFailure"}
    if error := await _connect(session, name, port):
        state = "timeout" if error == "TimedOut" else "broken"
        raise Trouble(state, failures[error], f"The request to {url} failed: {failures[error]}")
    host = _host(session, name)
    if host and host.web_server:
        return await host.web_server(port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    page = host.inventory.web.get(parts.path or "/") if host else None
    return page or (404, b"", "text/html")


async def _connect(session: Session, name: str, port: int) -> str | None:
    """None when a connection is made, else the name of the socket error."""
    world = session.host.world
    host, endpoint = _host(session, name), world.find_endpoint(name)
    if host is None and endpoint is None and not world.resolves(name):
        return "HostNotFound"
    answering = host or endpoint
    if answering is None or not answering.is_up:
        await world.sleep(SILENT_SECONDS)
        return "TimedOut"
    ports = host.listeners if host else endpoint.ports
    return None if port in ports else "ConnectionRefused"


def _host(session: Session, name: str) -> Any:
    return session.host if session.is_on_this_host(name) else session.host.world.find_host(name)


def _resolved(session: Session, name: str) -> str:
    if name.replace(".", "").isdigit():
        return name
    host = _host(session, name)
    return address_of(host.name if host else name)


def address_of(name: str) -> str:
    """A stable address of the documentation kind for a name."""
    number = zlib.crc32(name.lower().encode())
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
