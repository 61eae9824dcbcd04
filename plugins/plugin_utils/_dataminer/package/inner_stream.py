# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A compressed file inside an archive, read as if one could jump about in it, with a bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

_CHUNK = 1024 * 1024


class Source(Protocol):
    """Something that is read from its beginning to its end."""

    def read(self, n: int = -1, /) -> bytes:
        """At most ``n`` bytes, all of them when it is negative."""


class Seekable(Protocol):
    """What the standard library asks of a stream that holds an archive."""

    def read(self, n: int = -1, /) -> bytes:
        """At most ``n`` bytes, all of them when it is negative."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Goes to an offset, returns where it is now."""

    def tell(self) -> int:
        """Where it is now."""

    def seekable(self) -> bool:
        """Whether it can go back."""


class ReadTooLarge(ValueError):
    """More was asked for at once than is kept in memory."""


class InnerStream:
    """Jumps by reading on and keeping the last ``window`` bytes; only a jump further back begins anew.

    An archive is read from its end: with its table of contents inside the window the whole costs one pass, and one more for each file
    taken out of order, where the standard library's own way costs a pass for each jump.
    """

    def __init__(self, reopen: Callable[[], Source], size: int, window: int) -> None:
        self._reopen = reopen
        self._size = size
        self._window = window
        self._source: Source | None = None
        self._kept = bytearray()
        self._kept_from = 0
        self._position = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0, /) -> int:
        position = (0, self._position, self._size)[whence] + offset
        if position < 0:
            raise OSError(f"position {position} is before the beginning")
        self._position = position
        return position

    def read(self, n: int = -1, /) -> bytes:
        end = self._size if n < 0 else min(self._position + n, self._size)
        if end <= self._position:
            return b""
        if end - self._position > self._window:
            raise ReadTooLarge(f"{end - self._position:,} bytes at once, and {self._window:,} are kept")
        self._reach(end)
        piece = bytes(self._kept[self._position - self._kept_from : end - self._kept_from])
        self._position += len(piece)
        return piece

    def _reach(self, end: int) -> None:
        if self._source is None or self._position < self._kept_from:
            self._source = self._reopen()
            self._kept, self._kept_from = bytearray(), 0
        while (at := self._kept_from + len(self._kept)) < end:
            chunk = self._source.read(min(_CHUNK, end - at))
            if not chunk:
                raise EOFError(f"it ends at {at:,} bytes and says it has {self._size:,}")
            self._keep(chunk)

    def _keep(self, chunk: bytes) -> None:
        self._kept += chunk
        surplus = len(self._kept) - self._window
        if surplus > 0:
            del self._kept[:surplus]
            self._kept_from += surplus


class BoundedStream:
    """A stream of which no more than ``most`` bytes can be read at once: a false length in an archive fills no memory."""

    def __init__(self, stream: Seekable, most: int) -> None:
        self._stream = stream
        self._most = most

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def read(self, n: int = -1, /) -> bytes:
        if n < 0:
            n = self._most
        if n > self._most:
            raise ReadTooLarge(f"{n:,} bytes at once, and {self._most:,} are allowed")
        return self._stream.read(n)
