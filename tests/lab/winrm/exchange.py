"""One TCP connection of a client: request after request, with the faults that a scenario has put in its way."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
from dataclasses import dataclass
from xml.etree import ElementTree

from . import soap
from .authentication import ENCRYPTED, Authentication, Headers, Unauthorized, Undecipherable, is_encrypted
from .faults import At, Effect, Faults, Moment, Stage
from .http_message import HttpRequest, read_request, response
from .service import Service, Step
from .soap import FaultCode, Operation, Request, WSManFault

log = logging.getLogger(__name__)
_STEPS = {Operation.CREATE: At.CREATE, Operation.COMMAND: At.COMMAND, Operation.SEND: At.SEND, Operation.RECEIVE: At.RECEIVE}
_STATUS = {Effect.HTTP_500: 500, Effect.HTTP_503: 503}
_BAD_REQUEST = response(400)


class Cut(Exception):
    """The connection ends here."""


class ErrorPage(Exception):
    """The answer is this HTTP status with a page of HTML, and no envelope."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True)
class Reply:
    """`share` of the bytes are sent; less than all of them ends the connection."""

    status: int
    body: bytes
    share: float = 1.0


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST instead of FIN, as a host does that is suddenly gone."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Exchange:
    """Serves one connection until the client leaves it or a fault cuts it."""

    def __init__(
        self,
        service: Service,
        authentication: Authentication,
        faults: Faults,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._service = service
        self._authentication = authentication
        self._faults = faults
        self._reader = reader
        self._writer = writer

    async def serve(self) -> None:
        try:
            while True:
                await self._one(await read_request(self._reader))
        except (Cut, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
            return
        finally:
            self._writer.close()

    async def _one(self, request: HttpRequest) -> None:
        try:
            headers = self._authentication.check(request.headers.get("authorization"))
            user = self._authentication.user
        except Unauthorized as refusal:
            await self._send(response(401, refusal.headers))
            return
        if not request.body:  # the first leg of a logon comes without one
            await self._send(response(200, headers))
            return
        encrypted = is_encrypted(request.headers.get("content-type", ""))
        try:
            parsed = soap.parse(self._authentication.decrypt(request.body) if encrypted else request.body)
        except (Undecipherable, ElementTree.ParseError):
            await self._send(_BAD_REQUEST)
            raise Cut from None
        try:
            reply = await self._reply(parsed, user)
        except ErrorPage as page:
            text = f"<html><body>{page.status}</body></html>".encode()
            await self._send(response(page.status, [("Content-Type", "text/html"), *headers], text))
            return
        await self._deliver(reply, headers, encrypted=encrypted)

    async def _reply(self, request: Request, user: str) -> Reply:
        try:
            return await self._carry_out(request, user)
        except WSManFault as problem:
            return self._fault(problem, request)
        except (Cut, ErrorPage, ConnectionError):
            raise
        except Exception as error:
            log.exception("%s: a request failed inside the lab", self._service.machine.name)
            return self._fault(WSManFault(FaultCode.UNSPECIFIED, "w:InternalError", f"the lab failed: {error!r}", by_sender=False), request)

    def _fault(self, problem: WSManFault, request: Request) -> Reply:
        return Reply(500, soap.fault(problem, request.message_id, self._service.machine.name))

    async def _carry_out(self, request: Request, user: str) -> Reply:
        at = _STEPS.get(request.operation)
        if at is not None:
            known = self._service.invocation(request)
            await self._suffer(Moment(at, Stage.BEFORE, self._host, known.module if known else None))
        step = self._service.accept(request, user, self._is_gone)
        for invocation in step.starting:
            for start in (At.COMMAND, At.SEND):
                await self._suffer(Moment(start, Stage.BEFORE, self._host, invocation.module, starts_command=True))
        body = await step.finish()
        share = 1.0 if at is None else await self._suffer(self._after(at, step))
        return Reply(200, soap.envelope(f"{request.action}Response", request.message_id, body), share)

    def _after(self, at: At, step: Step) -> Moment:
        module = step.invocation.module if step.invocation else None
        return Moment(at, Stage.AFTER, self._host, module, ends_command=step.ends_command)

    @property
    def _host(self) -> str:
        return self._service.machine.name

    async def _suffer(self, moment: Moment) -> float:
        """Lets a due fault happen; returns the share of the answer that may still be sent. Raises Cut, ErrorPage."""
        rule = self._faults.due(moment)
        match rule.action if rule else None:
            case Effect.RESET:
                reset(self._writer)
                raise Cut
            case Effect.CLOSE:
                raise Cut
            case Effect.HANG:
                await self._reader.read()  # returns when the client has had enough
                raise Cut
            case Effect.TRUNCATE:
                return 0.5
            case Effect.DELAY if rule:
                await asyncio.sleep(rule.delay_ms / 1000)
            case Effect.HTTP_500 | Effect.HTTP_503 as effect:
                raise ErrorPage(_STATUS[effect])
        return 1.0

    async def _deliver(self, reply: Reply, headers: Headers, *, encrypted: bool) -> None:
        content_type = ENCRYPTED if encrypted else soap.CONTENT_TYPE
        body = self._authentication.encrypt(reply.body) if encrypted else reply.body
        data = response(reply.status, [("Content-Type", content_type), *headers], body)
        await self._send(data[: int(len(data) * reply.share)])
        if reply.share < 1:
            raise Cut

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def _is_gone(self) -> bool:
        return self._writer.transport.is_closing() or self._reader.at_eof()
