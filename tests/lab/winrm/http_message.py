"""HTTP/1.1 as far as a WinRM client speaks it: requests with a content length, connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

HEAD_LIMIT = 1 << 18
"""Bytes that the head of a request may have, and half of what is read ahead of a body."""


@dataclass(frozen=True)
class HttpRequest:
    """Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> HttpRequest:
    """The next request. Raises IncompleteReadError when the client is gone, LimitOverrunError for an oversized head."""
    head = await reader.readuntil(b"\r\n\r\n")
    _request_line, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _unused, value in fields}
    length = int(headers.get("content-length") or 0)
    return HttpRequest(headers, await reader.readexactly(length) if length else b"")


def response(status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """
    >>> response(401, [("WWW-Authenticate", "Negotiate")]).splitlines()[0]
    b'HTTP/1.1 401 Unauthorized'
    """
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Length: {len(body)}",
        "Server: Microsoft-HTTPAPI/2.0",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
