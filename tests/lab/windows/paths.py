"""Paths and wildcards as Windows reads them."""

from __future__ import annotations

import fnmatch
import ntpath
from collections.abc import Mapping


def normal(path: str) -> str:
    """A path with backslashes and without `.`, `..` and a trailing backslash; a drive's root keeps its own.

    >>> normal("C:/Temp/./x/"), normal("C:")
    ('C:\\\\Temp\\\\x', 'C:\\\\')
    """
    path = ntpath.normpath(path.removeprefix("\\\\?\\"))
    return path + "\\" if len(path) == 2 and path[1] == ":" else path


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Replaces %NAME% as ExpandEnvironmentVariables does: unknown names stay as they are."""
    parts = text.split("%")
    known = {name.lower(): value for name, value in environment.items()}
    out = [parts[0]]
    index = 1
    while index < len(parts):
        value = known.get(parts[index].lower()) if index + 1 < len(parts) else None
        if value is None:
            out.append("%" + parts[index])
            index += 1
        else:
            out.append(value + parts[index + 1])
            index += 2
    return "".join(out)


def matches(name: str, pattern: str) -> bool:
    """Windows' wildcards `*` and `?`, without case; brackets are ordinary characters."""
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def match_parts(parts: list[str], wanted: list[str]) -> bool:
    return len(parts) == len(wanted) and all(matches(part, pattern) for part, pattern in zip(parts, wanted, strict=True))
