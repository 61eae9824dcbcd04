# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A package where it is: read on the controller, never unpacked, and never taken for more than its hash says."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PureWindowsPath
from typing import IO, NamedTuple
from urllib.parse import unquote, urlsplit

from ansible.errors import AnsibleError

from ..._dataminer.package.names import read_name
from ..._dataminer.package.package import Package, PackageRefused, read_package
from ..._dataminer.system.goal import Goal
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from ..._windows.host import Host
from ..._windows.upgrade_action import Stop
from .variables import PRODUCT

_CHUNK = 1024 * 1024
_URL = re.compile(r"https?://", re.IGNORECASE)
_ON_A_DISK = re.compile(r"[A-Za-z]:[\\/]")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class Place(Enum):
    """Where a package is."""

    CONTROLLER = "on the controller"
    URL = "at a URL"
    SHARE = "on a share"
    NODE = "on the nodes"


class Options(NamedTuple):
    """What the place of a package and its SHA-256 are given in, as an operator knows it."""

    source: str
    sha256: str


OF_A_PACKAGE = Options(PRODUCT.named("package.source"), PRODUCT.named("package.sha256"))


@dataclass(frozen=True)
class Source:
    """What an operator wrote of a package: where it is, and its SHA-256 in lower case, '' where none was given; and in which options."""

    text: str
    place: Place
    file: str
    sha256: str = ""
    options: Options = OF_A_PACKAGE

    @classmethod
    def of(cls, text: str, sha256: str = "", options: Options = OF_A_PACKAGE) -> Source:
        """Ends the action for a place nothing is fetched from, and for a hash that is none.

        >>> Source.of("https://media.contoso.lab/d/DataMiner%2010.5.4.0-15588%20Full%20Upgrade.dmupgrade").file
        'DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade'
        """
        if sha256 and not _SHA256.fullmatch(sha256.strip()):
            raise Stop(f"{options.sha256} is {sha256!r}, which is no SHA-256: 64 hexadecimal digits; {NOTHING_STARTED}")
        digits = sha256.strip().lower()
        if _URL.match(text):
            return cls(text, Place.URL, PureWindowsPath(unquote(urlsplit(text).path)).name, digits, options)
        if _ON_A_DISK.match(text):
            return cls(text, Place.NODE, PureWindowsPath(text).name, digits, options)
        if text.startswith("\\\\"):
            return cls(text, Place.SHARE, PureWindowsPath(text).name, digits, options)
        return cls(text, Place.CONTROLLER, Path(text).name, digits, options)


@dataclass(frozen=True)
class OpenPackage:
    """A package that was read: its file on the controller, what it is, and its SHA-256."""

    path: Path
    package: Package
    sha256: str


def read_file(path: Path, source: Source) -> OpenPackage:
    """Reads the package in a file of the controller. Ends the action when it is none, or not the one whose hash was given."""
    try:
        with path.open("rb") as stream:
            digest = _sha256(stream)
            if source.sha256 and digest != source.sha256:
                raise Stop(
                    f"{source.file}: this is not the package that was meant; {NOTHING_STARTED}.\n"
                    f"  seen     SHA-256 {digest} of {path}\n"
                    f"  wanted   SHA-256 {source.sha256}\n"
                    f"  next     fetch the package again, or correct {source.options.sha256}, then {RUN_AGAIN}\n"
                    "  why      a package that was cut or changed would be installed on every node (dataminer.package.staged, inferred)"
                )
            stream.seek(0)
            return OpenPackage(path, read_package(stream, source.file), digest)
    except PackageRefused as refused:
        raise no_package(source.file, refused) from refused
    except OSError as error:
        raise Stop(f"{source.options.source}: {path} cannot be read: {error.strerror or error}; {NOTHING_STARTED}") from error


def no_package(file: str, refused: PackageRefused) -> Stop:
    """The end of an action for a file that cannot be taken for a package."""
    return Stop(
        f"{file}: this cannot be taken for an upgrade package; {NOTHING_STARTED}.\n"
        f"  seen     {refused}\n"
        "  wanted   an upgrade package (.dmupgrade) as the vendor made it\n"
        "  next     fetch the package again, then run the same command again",
        refusal=type(refused).__name__,
    )


def by_name(file: str, sha256: str = "", cu: int | None = None) -> Goal:
    """What the name of a package says that it is for; its content is not known.

    >>> by_name("DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade").title
    'DataMiner 10.5.4 (build 15588)'
    """
    name = read_name(file)
    version = name.version.with_cu(cu) if name.version else None
    return Goal(name.file, name.kind, version, size=0, sha256=sha256, helper=name.helper.name if name.helper else "")


def on_controller(source: Source) -> Path:
    """The file of a source on the controller."""
    return Path(source.text).expanduser()


def in_cache(source: Source, folder: str) -> Path:
    """Where the controller keeps its copy of a package that is elsewhere: by its hash, so that no other is ever taken for it."""
    return Path(folder).expanduser() / (source.sha256 or "unverified") / (source.file or "package")


def bring(host: Host, path: str, to: Path) -> Path:
    """Copies a file of a host to the controller, whole or not at all."""
    to.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=to.parent, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        host.fetch(path, str(part))
        part.replace(to)
    except AnsibleError as error:
        raise Stop(f"{host.name}: {path} could not be read: {error}; {NOTHING_STARTED}") from error
    finally:
        part.unlink(missing_ok=True)
    return to


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(stream):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
