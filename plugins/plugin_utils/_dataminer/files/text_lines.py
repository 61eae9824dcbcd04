# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text out of files that DataMiner wrote or is still writing, whatever their encoding (log-shapes 9, 10)."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from ..._upgrade.cut_lines import cut

# The encoding of none of these files is published: a mark decides, then UTF-8 where it can be, then Western European.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LONGEST_MARK = 3
_FALLBACK = "cp1252"
# A line that never ends is given in pieces of this many bytes.
_LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class TextLine:
    """One line without its end; ``start`` and ``end`` are byte offsets in the file, ``end`` behind the line's end."""

    text: str
    start: int
    end: int


def decoded(data: bytes) -> str:
    """A whole file as text, without its byte order mark.

    >>> decoded(b"\\xef\\xbb\\xbfone"), decoded("zwei".encode("utf-16"))
    ('one', 'zwei')
    """
    encoding, mark = _encoding(data)
    return _text(data[mark:], encoding)


class GrowingText:
    """Cuts a growing log into lines; may be fed in any pieces and gives the same lines.

    A line is given once its end is there; `finish` gives the rest. ``start``: the offset in the file of the first byte fed. When the
    file was begun anew, take a new one.

    >>> [line.text for line in GrowingText().feed(b"step|one\\r\\nstep|two\\nst")]
    ['step|one', 'step|two']
    """

    def __init__(self, start: int = 0) -> None:
        self._offset = start
        self._rest = b""
        # Without the file's beginning there is no mark to wait for.
        self._encoding = "utf-8" if start else ""

    @property
    def offset(self) -> int:
        """Where the first line begins that was not given yet."""
        return self._offset

    def feed(self, data: bytes) -> list[TextLine]:
        """The lines that end within all bytes fed so far and were not given before."""
        self._rest += data
        return self._lines() if self._decided(_LONGEST_MARK) else []

    def finish(self) -> list[TextLine]:
        """What is left when no more bytes will come: a last line without an end, if any."""
        self._decided(0)
        lines = self._lines()
        if self._rest:
            lines.append(self._line(0, len(self._rest)))
            self._offset += len(self._rest)
            self._rest = b""
        return lines

    def _decided(self, needed: int) -> bool:
        if not self._encoding and len(self._rest) >= needed:
            self._encoding, mark = _encoding(self._rest)
            self._rest = self._rest[mark:]
            self._offset += mark
        return bool(self._encoding)

    def _lines(self) -> list[TextLine]:
        lines: list[TextLine] = []
        position = 0
        while (end := self._line_end(position)) is not None:
            lines.append(self._line(position, end))
            position = end
        self._rest = self._rest[position:]
        self._offset += position
        return lines

    def _line_end(self, position: int) -> int | None:
        newline = "\n".encode(self._encoding or "utf-8")
        found = self._rest.find(newline, position)
        while found >= 0 and len(newline) > 1 and (found - position) % 2 == 1:
            found = self._rest.find(newline, found + 1)
        end = found + len(newline) if found >= 0 else len(self._rest)
        if end - position > _LONGEST_LINE:
            return position + _LONGEST_LINE
        return end if found >= 0 else None

    def _line(self, start: int, end: int) -> TextLine:
        text = _text(self._rest[start:end], self._encoding).removesuffix("\n").rstrip("\r")
        return TextLine(cut(text), self._offset + start, self._offset + end)


def _encoding(data: bytes) -> tuple[str, int]:
    return next(((encoding, len(mark)) for mark, encoding in _MARKS if data.startswith(mark)), ("utf-8", 0))


def _text(data: bytes, encoding: str) -> str:
    if encoding != "utf-8":
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_FALLBACK, "replace")
