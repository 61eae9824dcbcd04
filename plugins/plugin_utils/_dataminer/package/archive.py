# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Archives that are not trusted: looked into, never unpacked.

Names and declared sizes are judged before a byte is decompressed, what is read has a limit, and nothing is ever written anywhere.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, TypeVar, cast

from ..files.text_lines import decoded
from .inner_stream import BoundedStream, InnerStream, ReadTooLarge, Seekable, Source

T = TypeVar("T")

# Flags of an entry: encrypted, strongly encrypted, names hidden.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LINK, _KIND_OF_FILE = 0o120000, 0o170000
_BEGINS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MIB = 1024 * 1024
# What no file of Windows has in its name, and how long one part of a path may be there.
_NOT_IN_NAMES = frozenset('<>"|?*') | frozenset(map(chr, range(32)))
_LONGEST_PART = 255

# All that the standard library raises on damaged archives: RuntimeError for methods it does not know, ValueError for impossible numbers.
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error,
    EOFError, OSError, RuntimeError, ValueError, IndexError, KeyError, OverflowError, AttributeError,
)  # fmt: skip


class PackageRefused(Exception):
    """A file that cannot be taken for an upgrade package; the message says why, in the operator's words."""


class NotAnArchive(PackageRefused):
    """The file is no zip archive at all."""


class TruncatedArchive(PackageRefused):
    """The file begins like a zip archive and its end is missing: a copy or a download that was cut."""


class DamagedArchive(PackageRefused):
    """The archive contradicts itself, fails its checksums or is compressed in a way that is not read here."""


class EncryptedArchive(PackageRefused):
    """Something in the archive is encrypted; an upgrade package never is."""


class UnsafePath(PackageRefused):
    """A name in the archive leads outside the folder it would be unpacked to, or is none that Windows takes."""


class ArchiveBomb(PackageRefused):
    """The archive would unpack to far more than a package holds, or has more entries than one."""


class NestedTooDeep(PackageRefused):
    """Archives within archives, or folders within folders, beyond what a package has."""


@dataclass(frozen=True)
class Limits:
    """How much is believed and read; sizes in bytes.

    How far a package unpacks is not documented (9 D): the numbers are far above any package within the default limit of an upload,
    4000 MB (2 D), and far below what harms. ``ratio`` is asked of files above ``ratio_from``; ``archive_ratio`` of an archive within
    the archive, which cannot be compressed much again. ``at_once``: the most that is held in memory, a table of contents included.
    """

    entries: int = 200_000
    unpacked: int = 64 * 1024 * _MIB
    ratio: int = 500
    ratio_from: int = 16 * _MIB
    archive_ratio: int = 20
    text: int = _MIB
    folders: int = 40
    at_once: int = 16 * _MIB


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its name with slashes, and its size unpacked, in bytes."""

    name: str
    size: int


class Archive:
    """The table of contents of one zip archive, judged whole, and small files out of it.

    ``stream`` must be seekable and stay open. Raises PackageRefused, one kind for each way of being refused.
    """

    def __init__(self, stream: Seekable, what: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self._what = what
        self._limits = limits
        self._zip = self._guarded(lambda: _opened(BoundedStream(stream, limits.at_once), what))
        infos = self._zip.infolist()
        _judge(infos, self._guarded(lambda: stream.seek(0, 2)), what, limits)
        self._files = [info for info in infos if not info.filename.endswith(("/", "\\"))]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All files, without folders, in the order of the table of contents."""
        return tuple(Entry(_slashed(info), info.file_size) for info in self._files)

    def text(self, name: str) -> str | None:
        """A small text file, whatever the letter case of its name; None when there is none."""
        info = self._file(name)
        if info is None:
            return None
        if info.file_size > self._limits.text:
            raise ArchiveBomb(f"{name} in {self._what} is {info.file_size:,} bytes long; such a file has a few thousand")
        return decoded(self._guarded(lambda: self._zip.read(info)))

    def archive(self, name: str) -> Archive | None:
        """An archive within this one, read in place; None when there is none."""
        info = self._file(name)
        if info is None:
            return None
        if info.file_size > self._limits.ratio_from and info.file_size > self._limits.archive_ratio * info.compress_size:
            raise ArchiveBomb(f"{name} in {self._what} unpacks to {info.file_size:,} bytes from {info.compress_size:,}")
        # Opened anew for every pass; a ZipExtFile is a stream of bytes, whatever base class it is declared with.
        stream = InnerStream(lambda: cast(Source, self._zip.open(info)), info.file_size, self._limits.at_once)
        return Archive(stream, f"{name} in {self._what}", self._limits)

    def contents(self, below: str) -> Iterator[tuple[Entry, bytes]]:
        """The files below a folder of the archive, whatever its letter case: each by its name there, with its content.

        In the order in which they are stored, which an archive within another one is read in without beginning anew.
        """
        for info in sorted(self._files, key=lambda info: info.header_offset):
            top, _slash, name = _slashed(info).partition("/")
            if top.casefold() == below.casefold() and name:
                yield Entry(name, info.file_size), self._guarded(partial(self._read, info))

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        with self._zip.open(info) as stream:
            return b"".join(iter(lambda: stream.read(_MIB), b""))

    def _file(self, name: str) -> zipfile.ZipInfo | None:
        found = [info for info in self._files if _slashed(info).casefold() == name.casefold()]
        if found and found[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedArchive(f"{name} in {self._what} is compressed with method {found[0].compress_type}; stored and deflate are read")
        return found[0] if found else None

    def _guarded(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except ReadTooLarge as error:
            raise ArchiveBomb(f"{self._what} asks for too much memory: {error}") from error
        except _DAMAGE as error:
            raise DamagedArchive(f"{self._what} is damaged: {str(error) or type(error).__name__}") from error


def _opened(stream: BoundedStream, what: str) -> zipfile.ZipFile:
    # The standard library asks less of a stream than the types it is declared with.
    as_file = cast(IO[bytes], stream)
    if not zipfile.is_zipfile(as_file):
        stream.seek(0)
        if stream.read(4) in _BEGINS:
            raise TruncatedArchive(f"{what} is cut: its end, with the table of contents, is missing; copy or download it again")
        raise NotAnArchive(f"{what} is no zip archive")
    return zipfile.ZipFile(as_file)


def _judge(infos: list[zipfile.ZipInfo], size: int, what: str, limits: Limits) -> None:
    entries = packed = unpacked = 0
    for info in infos:
        _judge_name(info, what, limits)
        _judge_entry(info, what, limits)
        entries, packed, unpacked = entries + 1, packed + info.compress_size, unpacked + info.file_size
    if entries > limits.entries:
        raise ArchiveBomb(f"{what} holds {entries:,} entries; no package has more than {limits.entries:,}")
    if unpacked > limits.unpacked:
        raise ArchiveBomb(f"{what} unpacks to {unpacked:,} bytes; no package to more than {limits.unpacked:,}")
    if packed > size:
        raise ArchiveBomb(f"the entries of {what} share their bytes: {packed:,} packed in a file of {size:,}")
    _judge_places(infos, what)


def _judge_places(infos: Iterable[zipfile.ZipInfo], what: str) -> None:
    """Windows knows no letter case: two entries of one place are one file there, and which of them is chance."""
    files: set[str] = set()
    folders: set[str] = set()
    for info in infos:
        place, is_folder = _slashed(info).casefold().rstrip("/"), info.filename.endswith(("/", "\\"))
        if not is_folder and place in files:
            raise DamagedArchive(f"{what} holds {_shown(info)} more than once, letter case aside: two readers would see two packages")
        (folders if is_folder else files).add(place)
        while (place := place.rpartition("/")[0]) and place not in folders:
            folders.add(place)
    if both := sorted(files & folders):
        raise DamagedArchive(f"{what} holds {both[0][:100]!r} as a file and as a folder")


def _judge_entry(info: zipfile.ZipInfo, what: str, limits: Limits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise EncryptedArchive(f"{_shown(info)} in {what} is encrypted")
    if info.file_size > limits.ratio_from and info.file_size > limits.ratio * info.compress_size:
        raise ArchiveBomb(f"{_shown(info)} in {what} unpacks to {info.file_size:,} bytes from {info.compress_size:,}")
    if (info.external_attr >> 16) & _KIND_OF_FILE == _LINK:
        raise UnsafePath(f"{_shown(info)} in {what} is a link to another place")


def _judge_name(info: zipfile.ZipInfo, what: str, limits: Limits) -> None:
    """The name as it was written. The standard library may use another: cut at a NUL, or taken from an extra field (Python 3.12)."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if info.filename != name:
        raise UnsafePath(f"{_shown(info)} in {what} has a second name, {info.filename[:100]!r}: two readers would see two packages")
    if parts[0] == "" or ":" in name:
        raise UnsafePath(f"{_shown(info)} in {what} is an absolute path")
    if ".." in (part.strip(" ") for part in parts):
        raise UnsafePath(f"{_shown(info)} in {what} leads out of its folder")
    # The name of a folder ends with a slash.
    if not all(_is_of_windows(part) for part in parts[: -1 if parts[-1] == "" else None]):
        raise UnsafePath(f"{_shown(info)} in {what} has a part that no file and no folder of Windows is called")
    if len(parts) - 1 > limits.folders:
        raise NestedTooDeep(f"{_shown(info)} in {what} lies {len(parts) - 1} folders deep; no package has more than {limits.folders}")


def _is_of_windows(part: str) -> bool:
    """Whether one part of a path is a name there: an empty one makes the rest absolute, a dot or a blank at the end is dropped."""
    return bool(part) and not part.endswith((".", " ")) and len(part) <= _LONGEST_PART and _NOT_IN_NAMES.isdisjoint(part)


def _slashed(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _shown(info: zipfile.ZipInfo) -> str:
    return repr(info.orig_filename[:100])
