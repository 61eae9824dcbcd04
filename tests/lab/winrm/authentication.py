"""Who is at the other end of a connection: Basic, and Negotiate with NTLM and WinRM's message encryption (reference 2, 7)."""

from __future__ import annotations

import base64
import binascii
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from .accounts import Accounts

Headers = list[tuple[str, str]]
_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
ENCRYPTED = f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="Encrypted Boundary"'
_BOUNDARY = re.compile(rb"--\s*Encrypted Boundary\r\n")
_END = b"--Encrypted Boundary--\r\n"
_OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_STORE_VARIABLE = "NTLM_USER_FILE"
_BASIC_ENCODINGS = ("utf-8", "latin-1")
"""The header names no encoding: pywinrm and browsers send UTF-8, the requests library Latin-1."""
CHALLENGES: Headers = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", 'Basic realm="WSMAN"')]


class Unauthorized(Exception):
    """To be answered with 401 and these headers."""

    def __init__(self, headers: Headers) -> None:
        super().__init__("401")
        self.headers = headers


class Undecipherable(ValueError):
    """An encrypted body that this connection cannot read; Windows answers 400."""


class Authentication:
    """State of one TCP connection: Negotiate authenticates the connection, Basic every request.

    `certificate_hash` is the digest channel bindings must carry, None where they are not asked for.
    """

    def __init__(self, accounts: Accounts, certificate_hash: bytes | None = None) -> None:
        self._accounts = accounts
        self._certificate_hash = certificate_hash
        self._context: spnego.ContextProxy | None = None
        self._user: str | None = None

    @property
    def user(self) -> str:
        """The account's name as the machine writes it. Raises Unauthorized before a logon."""
        if self._user is None:
            raise Unauthorized(CHALLENGES)
        return self._user

    def check(self, authorization: str | None) -> Headers:
        """Judges a request's Authorization header; returns headers for the answer. Raises Unauthorized."""
        if not authorization:
            if self._context is None or not self._context.complete:
                raise Unauthorized(CHALLENGES)
            return []
        scheme, _unused, value = authorization.partition(" ")
        try:
            token = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise Unauthorized(CHALLENGES) from None
        if scheme.lower() == "basic":
            return self._basic(token)
        if scheme.lower() == "negotiate":
            return self._negotiate(token)
        raise Unauthorized(CHALLENGES)

    def _basic(self, token: bytes) -> Headers:
        for encoding in _BASIC_ENCODINGS:
            user, _unused, password = token.decode(encoding, "replace").partition(":")
            if self._accounts.has_password(user, password):
                self._user = self._accounts.find(user)
                return []
        raise Unauthorized(CHALLENGES)

    def _negotiate(self, token: bytes) -> Headers:
        with _store_of(self._accounts):
            if self._context is None or self._context.complete:
                self._user, self._context = None, self._new_context()
            try:
                answer = self._context.step(token)
            except (SpnegoError, ValueError, struct.error):
                self._context = None
                raise Unauthorized(CHALLENGES) from None
        headers = [("WWW-Authenticate", f"Negotiate {base64.b64encode(answer).decode()}")] if answer else []
        if not self._context.complete:
            raise Unauthorized(headers)
        self._user = self._accounts.find(self._context.client_principal or "")
        return headers

    def _new_context(self) -> spnego.ContextProxy:
        bindings = None
        if self._certificate_hash is not None:
            bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + self._certificate_hash)
        # Clients send bare NTLM tokens as well as SPNEGO under this scheme; pyspnego's own negotiation takes both (reference 7).
        return spnego.server(protocol="negotiate", channel_bindings=bindings, options=spnego.NegotiateOptions.use_negotiate)

    def decrypt(self, body: bytes) -> bytes:
        """Opens a body of type multipart/encrypted (MS-WSMV 2.2.9.1). Raises Undecipherable."""
        try:
            return b"".join(self._open(length, data) for length, data in _encrypted_parts(body))
        except (SpnegoError, ValueError, IndexError, struct.error) as error:
            raise Undecipherable(str(error)) from error

    def encrypt(self, body: bytes) -> bytes:
        if self._context is None:
            raise Undecipherable("no security context")
        header, data, padding = self._context.wrap_winrm(body)
        head = (
            f"--Encrypted Boundary\r\n\tContent-Type: {_PROTOCOL}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(body) + padding}\r\n"
            "--Encrypted Boundary\r\n"
        )
        return head.encode() + _OCTETS + struct.pack("<i", len(header)) + header + data + _END

    def _open(self, length: int, data: bytes) -> bytes:
        if self._context is None:
            raise Undecipherable("no security context")
        (header_length,) = struct.unpack("<i", data[:4])
        plain = self._context.unwrap_winrm(data[4 : 4 + header_length], data[4 + header_length :])
        if len(plain) != length:
            raise Undecipherable("wrong length")
        return plain


def is_encrypted(content_type: str) -> bool:
    return content_type.startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def _encrypted_parts(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(length of the plain text, sealed bytes) of every message; they come as pairs of a description and octets."""
    parts = [part for part in _BOUNDARY.split(body) if part]
    for description, octets in zip(parts[::2], parts[1::2], strict=True):
        yield int(description.split(b"Length=")[1].strip()), octets.removesuffix(_END).removeprefix(_OCTETS)


@contextmanager
def _store_of(accounts: Accounts) -> Iterator[None]:
    """pyspnego's acceptor takes its accounts from a file named by the environment; set only for this step, other machines have others."""
    before = os.environ.get(_STORE_VARIABLE)
    os.environ[_STORE_VARIABLE] = str(accounts.write_store())
    try:
        yield
    finally:
        if before is None:
            del os.environ[_STORE_VARIABLE]
        else:
            os.environ[_STORE_VARIABLE] = before
