"""Real listeners on the loopback interface, for a controller that asks a node over HTTP(S).

A node's port listens exactly while its web server runs; it keeps its number for as long as the world lives.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.lab.journal import Entry
from tests.lab.products.dataminer.node import Node
from tests.lab.products.dataminer.web import Reply, Request, Web
from tests.lab.windows.services import Service
from tests.lab.winrm.certificate import LOOPBACK, certificate
from tests.lab.winrm.endpoint import Port
from tests.lab.winrm.http_message import response

HEAD_LIMIT = 1 << 16


class Listeners:
    """One port for each node. Nothing is opened before `reserve`; listening begins with the world."""

    def __init__(self, system: Any, web: Web) -> None:
        self._system, self._web = system, web
        self._ports: dict[str, Port] = {}
        self._connections: set[asyncio.Task[Any]] = set()

    def reserve(self, directory: Path) -> dict[str, str]:
        """Takes the ports; returns each node's URL. The certificate of HTTPS lies below `directory`."""
        scheme = self._system.spec.web
        context = certificate(directory / "web", self._system.nodes).context() if scheme == "https" else None
        if not self._ports:
            self._ports = {name: Port(context) for name in self._system.nodes}
            self._system.world.journal.listen(self._watch)
            for node in self._system.nodes.values():
                node.host.services.listeners.append(lambda service, node=node: self._changed(node, service))
                # Services are started before the host is up again: what listens is settled once it is.
                node.host.on_boot.append(lambda node=node: asyncio.get_running_loop().call_soon(self._follow, node))
        return {name: f"{scheme}://{LOOPBACK}:{port.number}" for name, port in self._ports.items()}

    def _watch(self, entry: Entry) -> None:
        if entry.event != "world.begin":
            return
        for node in self._system.nodes.values():
            self._follow(node)
        self._system.world.task(self._live(), "dataminer web servers")

    async def _live(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for port in self._ports.values():
                port.release()
            for connection in self._connections:
                connection.cancel()

    def _changed(self, node: Node, service: Service) -> None:
        if service.name == "W3SVC" and not node.host.is_loading and not self._system.world.is_ending:
            self._follow(node)

    def _follow(self, node: Node) -> None:
        port = self._ports[node.name]
        if not node.is_service_running("W3SVC"):
            port.refuse()
        elif not port.is_listening:
            # It listens at once, and takes connections from the next turn of the loop on.
            self._system.world.task(self._serve(node, port, port.listen()), f"{node.name}: web server")

    async def _serve(self, node: Node, port: Port, listening: socket.socket) -> None:
        if listening.fileno() < 0:  # stopped again meanwhile
            return

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._connected(node, reader, writer, port.context)

        port.serve(await asyncio.start_server(connected, sock=listening, ssl=port.context, limit=HEAD_LIMIT))

    async def _connected(
        self, node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext | None
    ) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, asyncio.CancelledError):
                await self._talk(node, reader, writer, 443 if context else 80)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _talk(self, node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        """One request a connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _unused = head[0].split(" ", 2)
        fields = {name.strip().lower(): value.strip() for name, _unused, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(fields.get("content-length") or 0))
        node.host.write("web.request", method=method, path=Request(method, target).path, origin="controller")
        reply: Reply = self._web.answer(node, Request(method, target, body, port))
        writer.write(response(reply.status, [("Content-Type", reply.content_type), ("Connection", "close")], reply.body))
        await writer.drain()
