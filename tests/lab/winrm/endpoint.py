"""One machine on the wire: its ports, which answer while it is up and refuse while it is down."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from .certificate import LOOPBACK
from .exchange import Exchange, reset
from .http_message import HEAD_LIMIT
from .service import Service

BACKLOG = 128
ExchangeFactory = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bool], Exchange]


@dataclass(frozen=True)
class Ports:
    """Ports on 127.0.0.1; None where the scheme is not served."""

    http: int | None
    https: int | None


class Port:
    """One number on the loopback interface, kept for as long as the world lives.

    A second socket that is bound and never listens holds the number, so that a machine which is down refuses connections and no other
    process is given its port in the meantime.
    """

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.context = context
        self._holder = _bound(0)
        self.number: int = self._holder.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._listening: socket.socket | None = None

    @property
    def is_listening(self) -> bool:
        return self._listening is not None

    def listen(self) -> socket.socket:
        self._listening = _bound(self.number)
        self._listening.listen(BACKLOG)
        return self._listening

    def serve(self, server: asyncio.Server) -> None:
        self._server = server

    def refuse(self) -> None:
        if self._server is not None:
            self._server.close()
        elif self._listening is not None:
            self._listening.close()
        self._server = self._listening = None

    def release(self) -> None:
        self.refuse()
        self._holder.close()


def _bound(number: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, number))
    bound.setblocking(False)
    return bound


class Endpoint:
    """Follows the power of its machine. `exchange` makes the handler of a connection; its last argument says whether it is TLS."""

    def __init__(self, service: Service, exchange: ExchangeFactory, http: bool, tls: ssl.SSLContext | None) -> None:
        self.service = service
        self._exchange = exchange
        self._http = Port(None) if http else None
        self._https = Port(tls) if tls else None
        self._ports = [port for port in (self._http, self._https) if port is not None]
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._serving: asyncio.Task[None] | None = None
        self._unwatch = service.machine.power.watch(self.go_down, self.come_up)

    @property
    def ports(self) -> Ports:
        return Ports(self._http.number if self._http else None, self._https.number if self._https else None)

    async def start(self) -> None:
        if self.service.machine.power.is_up:
            self.come_up()
        if self._serving is not None:
            await self._serving

    def come_up(self) -> None:
        """Listens at once, and takes connections from the next turn of the loop on; listening already, it does nothing."""
        if any(port.is_listening for port in self._ports):
            return
        self._serving = asyncio.ensure_future(self._serve([(port, port.listen()) for port in self._ports]))

    def go_down(self) -> None:
        """Refuses new connections, resets the present ones, ends every shell."""
        if self._serving is not None:
            self._serving.cancel()
        for port in self._ports:
            port.refuse()
        self.cut()

    def cut(self) -> None:
        """Resets every connection and ends every shell, while the ports go on listening."""
        self.service.reset()
        self.drop_connections()

    def drop_connections(self) -> None:
        for task, writer in list(self._connections.items()):
            reset(writer)
            task.cancel()

    async def stop(self) -> None:
        self._unwatch()
        ending = list(self._connections)
        self.go_down()
        for port in self._ports:
            port.release()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _serve(self, listening: list[tuple[Port, socket.socket]]) -> None:
        for port, bound in listening:
            tls = port.context is not None

            async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: bool = tls) -> None:
                await self._connected(reader, writer, tls)

            port.serve(await asyncio.start_server(connected, sock=bound, ssl=port.context, limit=HEAD_LIMIT))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: bool) -> None:
        """Only the callers whose machine went down are cancelled; that is their end, not an error."""
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with suppress(asyncio.CancelledError):
                await self._exchange(reader, writer, tls).serve()
        finally:
            del self._connections[task]
