# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of the controller whose names somebody else chose: a package, a host, a log."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_NOT_IN_FILES = re.compile(r"[^\w.() -]")
_NOT_IN_FOLDERS = re.compile(r"[^\w.-]+")
_FOLDERS_MODE = 0o700
# Of 255 that file systems take, less what is put in front and behind.
_LONGEST_NAME_BYTES = 180


class LeadsOut(OSError):
    """A name that leads out of the folder it was meant for."""


def plain(text: str, *, is_file: bool = False) -> str:
    """A name that every file system takes and that leads nowhere else. A file keeps blanks, brackets, and its end where it is too long.

    >>> plain("..\\n/etc"), plain("to DataMiner 10.5.4 (build 15588)"), plain("Setup (1).log", is_file=True)
    ('_etc', 'to_DataMiner_10.5.4_build_15588_', 'Setup (1).log')
    """
    cleaned = (_NOT_IN_FILES if is_file else _NOT_IN_FOLDERS).sub("_", text)
    whole = cleaned.encode()
    cut = whole[-_LONGEST_NAME_BYTES:] if is_file else whole[:_LONGEST_NAME_BYTES]
    return cut.decode(errors="ignore").strip(". ") or "_"


def below(folder: Path, *names: str) -> Path:
    """The place of these names below a folder, with links followed. Raises LeadsOut for a place that is not below it.

    The second wall: whoever takes names from elsewhere judges them first, and this holds where that judgement had a hole.
    """
    try:
        root = folder.resolve()
        place = root.joinpath(*names).resolve()
    except (ValueError, RuntimeError) as error:
        # A null character, or links in a circle.
        raise LeadsOut(f"{'/'.join(names)[:200]!r} is no place below {str(folder)!r}: {error}") from error
    if root not in place.parents:
        raise LeadsOut(f"{'/'.join(names)[:200]!r} leads out of {root}")
    return place


def make_folder(folder: Path) -> None:
    """Makes a folder with all above it that are missing, for this account alone."""
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(mode=_FOLDERS_MODE, exist_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, for this account alone. A link in its place is replaced, never followed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
