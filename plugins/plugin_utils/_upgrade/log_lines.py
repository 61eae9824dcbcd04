# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lines out of the bytes of a log that is still being written, whatever its encoding (log-shapes 1.1, windows-tasks 5)."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .cut_lines import LONGEST_LINE, cut

# Enough to see a byte order mark, or the NUL in every second byte of UTF-16 without one.
_DECIDED_BY = 4


@dataclass(frozen=True)
class Line:
    """One line without its end; ``start`` and ``end`` are byte offsets in the file, ``end`` behind the line's end."""

    text: str
    start: int
    end: int


class LineReader:
    """Cuts a growing log into lines; may be fed in any pieces and gives the same lines.

    Byte order mark first; else a NUL in every second byte means UTF-16; else every line is UTF-8 if it can be, and of the host's code
    page ``ansi`` if not: a line break is one byte in both. A line is given once its end is there; `finish` gives the rest.
    ``start`` is the offset of the first byte fed; in UTF-16 it must be even. ``redacted`` takes the secrets out of a line before it is cut:
    one that is cut in two is not seen any more. Of all other lines that is for whoever reads them.

    >>> [line.text for line in LineReader().feed(b"one\\r\\ntwo\\nthr")]
    ['one', 'two']
    """

    def __init__(self, start: int = 0, ansi: int = 1252, redacted: Callable[[str], str] = str) -> None:
        self._redacted = redacted
        self._ansi = _codec(ansi)
        self._rest = b""
        self._offset = start
        self._encoding: str | None = None

    @property
    def offset(self) -> int:
        """Where the first line begins that was not given yet."""
        return self._offset

    def feed(self, data: bytes) -> list[Line]:
        """The lines that end within all bytes fed so far and were not given before."""
        self._rest += data
        if self._encoding is None and len(self._rest) < _DECIDED_BY:
            return []
        return list(self._lines())

    def finish(self) -> list[Line]:
        """What is left when no more bytes will come: a last line without an end, if any."""
        lines = list(self._lines())
        if self._rest:
            text = self._decoded(self._rest)
            lines.append(Line(text, self._offset, self._offset + len(self._rest)))
            self._offset += len(self._rest)
            self._rest = b""
        return lines

    def _lines(self) -> Iterator[Line]:
        if self._encoding is None:
            self._decide()
        position = 0
        while (end := self._line_end(position)) is not None:
            text = self._decoded(self._rest[position:end])
            yield Line(text, self._offset + position, self._offset + end)
            position = end
        self._rest = self._rest[position:]
        self._offset += position

    def _decide(self) -> None:
        self._encoding, mark = _encoding(self._rest)
        self._rest = self._rest[mark:]
        self._offset += mark

    def _line_end(self, position: int) -> int | None:
        if not self._is_utf16:
            found = self._rest.find(b"\n", position)
            return None if found < 0 else found + 1
        newline = b"\n\0" if self._encoding == "utf-16-le" else b"\0\n"
        found = self._rest.find(newline, position)
        while found >= 0 and (found - position) % 2:
            found = self._rest.find(newline, found + 1)
        return None if found < 0 else found + 2

    @property
    def _is_utf16(self) -> bool:
        return self._encoding in ("utf-16-le", "utf-16-be")

    def _decoded(self, line: bytes) -> str:
        text = _text(line, str(self._encoding), self._ansi)
        text = text.removesuffix("\n").rstrip("\r")
        return cut(self._redacted(text)) if len(text) > LONGEST_LINE else text


def decoded(data: bytes, ansi: int = 1252) -> str:
    """A whole file as text, by the rules of `LineReader`, with line ends as they are: one line in a code page spoils no other."""
    encoding, mark = _encoding(data)
    if encoding != "utf-8":
        return data[mark:].decode(encoding, "replace")
    return "\n".join(_text(line, encoding, _codec(ansi)) for line in data[mark:].split(b"\n"))


def _text(line: bytes, encoding: str, ansi: str) -> str:
    if encoding == "utf-8":
        with contextlib.suppress(UnicodeDecodeError):
            return line.decode(encoding)
        encoding = ansi
    return line.decode(encoding, "replace")


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding of a file's first bytes and the length of its byte order mark."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding, len(mark)
    if len(data) >= _DECIDED_BY and data[1] == data[3] == 0 and data[0] and data[2]:
        return "utf-16-le", 0
    return "utf-8", 0


def _codec(code_page: int) -> str:
    """The codec of a Windows code page; Western European where Python has none for it."""
    try:
        return codecs.lookup(f"cp{code_page}").name
    except LookupError:
        return "cp1252"
