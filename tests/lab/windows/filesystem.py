"""The files of one simulated host: Windows paths without case, version resources, locked and denied files, disks that fill up.

UNC paths are ordinary entries, with the shares of the world among them; that a network logon may not follow them to another machine is
judged by the caller (`session.py`).
"""

from __future__ import annotations

import functools
import ntpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .paths import match_parts, matches, normal
from .registry import AccessDenied

DISK_FULL = 112  # ERROR_DISK_FULL
SHARING_VIOLATION = 32  # ERROR_SHARING_VIOLATION


class FileProblem(OSError):
    """A file operation Windows refused; `native` is the Win32 code."""

    def __init__(self, native: int, message: str) -> None:
        super().__init__(message)
        self.native = native


@dataclass(frozen=True)
class VersionInfo:
    """The version resource of a program file; `file_version` is the binary one, a.b.c.d."""

    file_version: str
    product_version: str | None = None
    product_name: str | None = None


@dataclass
class File:
    """One file. `program` names the entry of `world.programs` that runs when it is started; `size` overrides the content's length."""

    path: str
    content: bytes
    created: datetime
    modified: datetime
    version_info: VersionInfo | None = None
    program: str | None = None
    size: int | None = None
    locked: bool = False
    denied: bool = False

    @property
    def length(self) -> int:
        return len(self.content) if self.size is None else self.size


@dataclass
class Disk:
    """A fixed disk; both numbers in bytes."""

    size: int
    free: int


@dataclass(frozen=True)
class Entry:
    """One line of a folder's listing."""

    name: str
    path: str
    is_directory: bool
    length: int
    created: datetime
    modified: datetime


Names = list[str]
Files = list[File]
Entries = list[Entry]


@dataclass
class _Folder:
    path: str
    created: datetime
    denied: bool = False


@dataclass
class FileSystem:
    """Folders and files by path. `now` is the host's clock.

    >>> from .clock import Clock
    >>> files = FileSystem(Clock().now)
    >>> written = files.write(r"C:\\Temp\\a.log", b"one")
    >>> files.append(r"c:\\temp\\A.LOG", b" two"); files.read(r"C:/temp/a.log"), files.list(r"C:\\TEMP")
    (b'one two', ['a.log'])
    """

    now: Callable[[], datetime]
    shares: Callable[[], Mapping[str, Mapping[str, File]]] = dict
    disks: dict[str, Disk] = field(default_factory=dict)
    _files: dict[str, File] = field(default_factory=dict)
    _folders: dict[str, _Folder] = field(default_factory=dict)

    def write(
        self,
        path: str,
        content: bytes | str,
        *,
        version_info: VersionInfo | None = None,
        program: str | None = None,
        size: int | None = None,
    ) -> File:
        """Creates or replaces a file, with every missing folder above it. Raises FileProblem (disk full, locked)."""
        data = content.encode() if isinstance(content, str) else bytes(content)
        old = self._files.get(_key(path))
        self._refuse_locked(old)
        self._take_space(path, (len(data) if size is None else size) - (old.length if old else 0))
        now = self.now()
        path = normal(path)
        self.make_directory(ntpath.dirname(path))
        made = File(old.path if old else path, data, old.created if old else now, now, version_info, program, size)
        self._files[_key(path)] = made
        return made

    def append(self, path: str, content: bytes | str) -> None:
        """Adds to the end of a file, which is created when missing. Raises FileProblem."""
        data = content.encode() if isinstance(content, str) else bytes(content)
        file = self._files.get(_key(path))
        if file is None:
            self.write(path, data)
            return
        self._refuse_locked(file)
        self._take_space(path, len(data))
        file.content += data
        file.modified = self.now()

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError, AccessDenied, FileProblem (locked)."""
        file = self.file(path)
        self._refuse_locked(file)
        return file.content

    def file(self, path: str) -> File:
        """The file with all its facts. Raises FileNotFoundError, AccessDenied."""
        self._mount(path)
        self._refuse_denied(path)
        file = self._files.get(_key(path))
        if file is None:
            raise FileNotFoundError(f"Could not find file '{normal(path)}'.")
        return file

    def exists(self, path: str) -> bool:
        return self.is_file(path) or self.is_directory(path)

    def is_file(self, path: str) -> bool:
        self._mount(path)
        return _key(path) in self._files

    def is_directory(self, path: str) -> bool:
        self._mount(path)
        key = _key(path)
        return key in self._folders or key.rstrip("\\") in {drive.lower() for drive in self.disks}

    def make_directory(self, path: str, *, denied: bool = False) -> None:
        """Creates a folder and all above it; an existing one stays as it is."""
        current = normal(path)
        folder = self._folders.setdefault(_key(current), _Folder(current, self.now()))
        folder.denied = folder.denied or denied
        while (parent := ntpath.dirname(current)) not in (current, ""):
            current = parent
            self._folders.setdefault(_key(current), _Folder(current, self.now()))

    def delete(self, path: str) -> bool:
        """Removes a file, or a folder with all below it; whether there was one. Raises FileProblem (locked)."""
        key = _key(path)
        below = key.rstrip("\\") + "\\"
        files = [name for name in self._files if name == key or name.startswith(below)]
        folders = [name for name in self._folders if name == key or name.startswith(below)]
        for name in files:
            self._refuse_locked(self._files[name])
        for name in files:
            self._take_space(path, -self._files.pop(name).length)
        for name in folders:
            del self._folders[name]
        return bool(files or folders)

    def copy(self, source: str, target: str) -> None:
        """Copies one file with its version resource and program. Raises as `read` and `write` do."""
        self.read(source)
        file = self.file(source)
        self.write(target, file.content, version_info=file.version_info, program=file.program, size=file.size)

    def list(self, path: str) -> Names:
        """Names in a folder, sorted; empty when it is absent. Raises AccessDenied."""
        return [entry.name for entry in self.entries(path)]

    def entries(self, path: str, pattern: str = "*") -> Entries:
        """The entries of a folder whose names match a wildcard, sorted by name. Raises AccessDenied."""
        self._mount(path)
        self._refuse_denied(path)
        parent = _key(path)
        files = [
            Entry(ntpath.basename(one.path), one.path, False, one.length, one.created, one.modified)
            for key, one in self._files.items()
            if _parent(key) == parent
        ]
        folders = [
            Entry(ntpath.basename(one.path), one.path, True, 0, one.created, one.created)
            for key, one in self._folders.items()
            if key != parent and _parent(key) == parent
        ]
        matching = (one for one in files + folders if matches(one.name, pattern))
        return sorted(matching, key=lambda one: one.name.lower())

    def glob(self, pattern: str) -> Files:
        """Files whose full path matches wildcards in any part, by path; a plain path is its own match.

        A part may hold wildcards, as `C:\\Users\\*\\AppData\\Local\\SCOM\\LOGS\\Setup*.log`.
        """
        self._mount(pattern)
        wanted = normal(pattern).lower().split("\\")
        found = [file for key, file in self._files.items() if match_parts(key.split("\\"), wanted)]
        return sorted(found, key=lambda file: file.path.lower())

    def walk(self) -> Iterator[File]:
        yield from sorted(self._files.values(), key=lambda file: file.path.lower())

    def directories(self) -> Names:
        return sorted((folder.path for folder in self._folders.values()), key=str.lower)

    def _mount(self, path: str) -> None:
        """Shows the files of a share at their UNC paths, the first time somebody looks there."""
        if not path.startswith("\\\\"):
            return
        for share, files in self.shares().items():
            if not (_key(path) + "\\").startswith(_key(share) + "\\"):
                continue
            for below, file in files.items():
                full = normal(f"{share}\\{below}")
                if _key(full) not in self._files:
                    self._files[_key(full)] = replace(file, path=full)
                    self.make_directory(ntpath.dirname(full))

    def _take_space(self, path: str, count: int) -> None:
        disk = self.disks.get(ntpath.splitdrive(normal(path))[0].upper())
        if disk is None:
            return
        if count > disk.free:
            raise FileProblem(DISK_FULL, "There is not enough space on the disk.")
        disk.free -= count

    def _refuse_locked(self, file: File | None) -> None:
        if file and file.locked:
            message = f"The process cannot access the file '{file.path}' because it is being used by another process."
            raise FileProblem(SHARING_VIOLATION, message)

    def _refuse_denied(self, path: str) -> None:
        key = _key(path)
        file = self._files.get(key)
        above = (folder for name, folder in self._folders.items() if folder.denied and (key + "\\").startswith(name.rstrip("\\") + "\\"))
        if (file and file.denied) or next(above, None):
            raise AccessDenied(f"Access to the path '{normal(path)}' is denied.")


@functools.cache
def _key(path: str) -> str:
    return normal(path).lower()


@functools.cache
def _parent(key: str) -> str:
    return _key(ntpath.dirname(key))
