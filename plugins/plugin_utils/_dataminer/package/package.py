# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An upgrade package: a zip archive with another one inside, read from a stream that somebody opened (3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..versions.ranges import since
from ..versions.versions import Version
from .actions import PackageAction, read_actions, restarts_dataminer
from .archive import DEFAULT_LIMITS, Archive, DamagedArchive, Limits, NestedTooDeep, PackageRefused
from .inner_stream import Seekable
from .names import PackageKind, PackageName, read_name

INNER = "Update.zip"
ACTIONS = "UpdateContent.txt"
DESCRIPTION = "Description.txt"
PREREQUISITES = "prerequisites/"
EXECUTOR = "prerequisites/executor/"
_DESCRIPTION_SHOWN = 2000

# Before it, packages without an executor were nothing out of the ordinary; since it, only the Update Center's are (1, K10 D).
_EXECUTOR_EXPECTED = since("10.4.0/10.4.1")


class NotAPackage(PackageRefused):
    """A readable archive that has not the layout of an upgrade package."""


@dataclass(frozen=True)
class Package:
    """What a package is and will do.

    ``kind`` is what its name says, corrected by its content: one that calls itself full, restarts DataMiner and brings no executor for
    its prerequisites is the Update Center's delta (K10). ``version`` is in the file name only and is None for helpers.
    ``prerequisites``: the names of the checks inside. ``size`` in bytes, packed; ``unpacked`` of the inner archive.
    """

    name: PackageName
    kind: PackageKind
    size: int
    unpacked: int
    files: int
    description: str
    actions: tuple[PackageAction, ...]
    prerequisites: tuple[str, ...]
    has_prerequisite_executor: bool

    @property
    def version(self) -> Version | None:
        return self.name.version

    @property
    def restarts_dataminer(self) -> bool:
        return restarts_dataminer(self.actions)

    @property
    def lacks_executor(self) -> bool:
        """Whether the package is refused for its missing executor (K10): only one that installs the software needs it."""
        return self.kind in (PackageKind.FULL, PackageKind.DELTA) and not self.has_prerequisite_executor and _expects_executor(self.version)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "name": self.name.file,
            "kind": self.kind.value,
            "version": str(self.version) if self.version else None,
            "channel": self.name.channel or "release",
            "size": self.size,
            "unpacked_size": self.unpacked,
            "files": self.files,
            "description": self.description,
            "actions": [action.text for action in self.actions],
            "restarts_dataminer": self.restarts_dataminer,
            "prerequisites": list(self.prerequisites),
            "has_prerequisite_executor": self.has_prerequisite_executor,
        }


def read_package(stream: Seekable, file_name: str, limits: Limits = DEFAULT_LIMITS) -> Package:
    """What the package in a seekable binary stream is.

    ``file_name``: its name, or a path or URL ending in it. Nothing is unpacked to anywhere, and the stream is left open. Raises
    PackageRefused, one kind for each reason (see `archive`), and NotAPackage when the layout is not a package's.
    """
    name = read_name(file_name)
    outer = Archive(stream, name.file or "the package", limits)
    inner = outer.archive(INNER)
    if inner is None:
        raise NotAPackage(f"{name.file} has no {INNER} inside: it is an archive, and no upgrade package")
    content = _actions_of(inner, name.file)
    paths = [entry.name.casefold() for entry in inner.entries]
    actions = read_actions(content)
    has_executor = any(path.startswith(EXECUTOR) for path in paths)
    return Package(
        name=name,
        kind=_kind(name, restarts_dataminer(actions), has_executor),
        size=stream.seek(0, 2),
        unpacked=sum(entry.size for entry in inner.entries),
        files=len(paths),
        description=(outer.text(DESCRIPTION) or "").strip()[:_DESCRIPTION_SHOWN],
        actions=actions,
        prerequisites=_checks(inner),
        has_prerequisite_executor=has_executor,
    )


def _actions_of(inner: Archive, file: str) -> str:
    content = inner.text(ACTIONS)
    if content is not None:
        return content
    if any(entry.name.rsplit("/", 1)[-1].casefold() == INNER.casefold() for entry in inner.entries):
        raise NestedTooDeep(f"{INNER} in {file} holds another {INNER} instead of {ACTIONS}; a package has one within the other, no more")
    raise NotAPackage(f"{INNER} in {file} has no {ACTIONS}, which says what an upgrade does")


def _checks(inner: Archive) -> tuple[str, ...]:
    """The checks lie directly in their folder; what lies deeper belongs to the executor."""
    names = (entry.name for entry in inner.entries)
    found = (name[len(PREREQUISITES) :] for name in names if name.casefold().startswith(PREREQUISITES))
    return tuple(sorted((name for name in found if "/" not in name and name.casefold().endswith(".dll")), key=str.casefold))


def _kind(name: PackageName, restarts: bool, has_executor: bool) -> PackageKind:
    if name.kind is PackageKind.FULL and restarts and not has_executor and _expects_executor(name.version):
        return PackageKind.DELTA
    return name.kind


def _expects_executor(version: Version | None) -> bool:
    return version is None or _EXECUTOR_EXPECTED.reached_by(version)


__all__ = ["DamagedArchive", "NotAPackage", "Package", "PackageKind", "PackageRefused", "read_package"]
