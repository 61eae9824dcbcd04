# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A package on the nodes: brought there once, verified by its hash, with its checks beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..._dataminer.package.archive import Archive, PackageRefused
from ..._dataminer.package.package import EXECUTOR, INNER, PREREQUISITES
from ..._dataminer.system.goal import Goal
from ..._upgrade.accounts import Account
from ..._upgrade.questions import Answers, file
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from ..._windows.controller_files import below
from ..._windows.group_lock import GroupLock
from ..._windows.host import HandFailed, Host
from ..._windows.upgrade_action import Stop
from .media import OpenPackage, Place, Source, bring, by_name, in_cache, no_package, on_controller, read_file

EXECUTOR_FILE = "standalonebpaexecutor.exe"
# The executor and the checks of a package have a few megabytes.
LARGEST_CHECKS = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Paths:
    """What lies on a node for one package: its own folder, by the first digits of its hash."""

    folder: str
    package: str

    @property
    def checks(self) -> str:
        return rf"{self.folder}\Prerequisites"

    @property
    def results(self) -> str:
        return rf"{self.folder}\results.json"

    @property
    def upgrade_info(self) -> str:
        return rf"{self.folder}\UpgradeInfo.xml"

    @property
    def baseline(self) -> str:
        return rf"{self.folder}\before.json"


class Staging:
    """The package of one run, on the nodes and on the controller."""

    def __init__(self, source: Source, options: Mapping[str, Any], hosts: Mapping[str, Host], runs_as: Account | None) -> None:
        self._source = source
        self._hosts = hosts
        self._runs_as = runs_as
        self._cached = in_cache(source, options["package_cache"])
        folder = rf"{options['staging_directory'].rstrip(chr(92))}\{source.sha256[:16]}"
        own = source.text if source.place is Place.NODE else rf"{folder}\{source.file}"
        self.paths = Paths(folder, own)
        self._cu = options["package"].get("cumulative_update")
        self._open: OpenPackage | None = None

    def at_hand(self) -> OpenPackage | None:
        """The package, read on the controller, from a node that has it already if need be; None before any node has it."""
        if self._open is None and self._source.place is Place.CONTROLLER:
            self._open = read_file(on_controller(self._source), self._source)
        if self._open is None and self._cached.is_file():
            self._open = read_file(self._cached, self._source)
        if self._open is None:
            owner = next((host for host in self._hosts.values() if self._is_on(host)), None)
            self._open = read_file(bring(owner, self.paths.package, self._cached), self._source) if owner else None
        return self._open

    def goal(self) -> Goal:
        """What the package is for; by its name alone while its content was not read."""
        opened = self.at_hand()
        if opened is not None:
            return Goal.of(opened.package, opened.sha256, self._cu)
        return self.goal_by_name()

    def goal_by_name(self) -> Goal:
        """What the name of the package says that it is for; nothing is read."""
        return by_name(self._source.file, self._source.sha256, self._cu)

    def has_copy(self, answers: Mapping[str, Answers]) -> tuple[str, ...]:
        """The nodes that have the very package, by their answers to the rules' question for it."""
        return tuple(name for name, of in answers.items() if _digest(of) == self._source.sha256)

    def owners(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these nodes that have the very package, asked now."""
        return tuple(name for name in names if self._is_on(self._hosts[name]))

    def copy_to(self, name: str) -> None:
        """Lays the package on a node and verifies it there. Raises Stop when what arrived is another file."""
        host = self._hosts[name]
        if self._source.place is Place.NODE:
            raise Stop(
                f"{name}: the package is not on this node; {NOTHING_STARTED}.\n"
                f"  seen     no {self.paths.package} with SHA-256 {self._source.sha256}\n"
                f"  next     lay it there, or correct {self._source.options.source}, then {RUN_AGAIN}"
            )
        with self.folder_of(name):
            self._bring_there(host)
        if not self._is_on(host):
            host.run("ansible.windows.win_file", {"path": self.paths.package, "state": "absent"})
            raise Stop(
                f"{name}: what arrived is not the package that was meant, and was removed again: its SHA-256 differs; {NOTHING_STARTED}"
            )

    def folder_of(self, name: str) -> GroupLock:
        """The package's folder on a node, while something is laid there.

        The lock's own file makes the folder above it for administrators only: what lies there is run with their rights.
        """
        return GroupLock(self._hosts[name], f"dataminer-staging-{self._source.sha256[:16]}", f"staging@{name}", "laying out a package")

    def remove_from(self, name: str) -> bool:
        """Removes the package and what belongs to it from a node; a file that somebody else has laid there stays."""
        result = self._hosts[name].run("ansible.windows.win_file", {"path": self.paths.folder, "state": "absent"})
        return bool(result.get("changed"))

    def lay_out_checks(self, names: Iterable[str]) -> str:
        """Lays the package's checks with their executor on nodes; returns the path of the executor there."""
        opened = self.at_hand()
        if opened is None:
            raise Stop(f"{self._source.file}: the package is neither on the controller nor on any node; {NOTHING_STARTED}")
        with tempfile.TemporaryDirectory() as folder:
            executor = unpack_checks(opened.path, Path(folder))
            for name in names:
                with self.folder_of(name):
                    self._make_folder(self._hosts[name])
                    self._hosts[name].act("ansible.windows.win_copy", {"src": f"{folder}/Prerequisites/", "dest": f"{self.paths.checks}\\"})
        return rf"{self.paths.checks}\{executor}"

    def write(self, name: str, path: str, content: bytes) -> None:
        """Writes a small text file of the run on a node."""
        with self.folder_of(name):
            self._make_folder(self._hosts[name])
            self._hosts[name].act("ansible.windows.win_copy", {"content": content.decode("utf-8"), "dest": path})

    def _bring_there(self, host: Host) -> None:
        self._make_folder(host)
        there = {"dest": self.paths.package}
        if self._source.place is Place.CONTROLLER:
            host.act("ansible.windows.win_copy", {"src": str(on_controller(self._source).resolve()), **there})
        elif self._source.place is Place.SHARE:
            with host.acting_as(self._runs_as):
                host.act("ansible.windows.win_copy", {"src": self._source.text, "remote_src": True, **there})
        else:
            wanted = {"checksum": self._source.sha256, "checksum_algorithm": "sha256"}
            host.run("ansible.windows.win_get_url", {"url": self._source.text, **wanted, **there})

    def _make_folder(self, host: Host) -> None:
        host.run("ansible.windows.win_file", {"path": self.paths.folder, "state": "directory"})

    def _is_on(self, host: Host) -> bool:
        try:
            return _digest(host.probe({"dm.staged": file(self.paths.package, sha256=True)})) == self._source.sha256
        except HandFailed:
            return False


def why_not_run(staging: Staging, *, wanted: bool = True, check_mode: bool = False) -> str:
    """Why the checks of a package cannot be run, or are not to be, in a sentence that nobody reads as "passed".

    '' where they can be run, and for a package that holds none.
    """
    opened = staging.at_hand()
    if opened is None:
        return (
            "The package's own checks were not run, and its size was not compared with the upload limit and the free space: it is neither "
            "on the controller nor on any node yet. Upload it (systemcenter.upgrade.dataminer_upload), which does all of that"
        )
    if not opened.package.prerequisites:
        return ""
    if not wanted:
        return "The package's own checks were not run: run_checks is false"
    if check_mode:
        return "The package's own checks were not run: check mode starts nothing on the nodes"
    if not opened.package.has_prerequisite_executor:
        return "The package's own checks were not run: it holds no program that runs them. The upgrade itself runs them on every node"
    return ""


def unpack_checks(package: Path, folder: Path) -> str:
    """Unpacks what is below Prerequisites in a package that was read before; returns the executor's path below it.

    It is judged again, as it is now: a file may have been replaced since it was read. Raises Stop when it is no package, has checks and
    nothing that runs them, far more than checks have, or cannot be unpacked here.
    """
    try:
        with package.open("rb") as stream:
            inner = Archive(stream, package.name).archive(INNER)
            names = _lay_out(inner, package.name, folder / "Prerequisites") if inner else []
    except PackageRefused as refused:
        raise no_package(package.name, refused) from refused
    except (OSError, ValueError) as error:
        raise Stop(
            f"{package.name}: its checks cannot be unpacked on the controller; {NOTHING_STARTED}.\n"
            f"  seen     {error}\n"
            f"  wanted   a package that can be read, and room for its checks in {tempfile.gettempdir()}\n"
            "  next     check both, then run the same command again"
        ) from error
    return _executor_of(names, package.name)


def _lay_out(archive: Archive, file: str, folder: Path) -> list[str]:
    size = sum(one.size for one in archive.entries if one.name.casefold().startswith(PREREQUISITES))
    if size > LARGEST_CHECKS:
        raise Stop(f"{file}: its checks have {size:,} bytes, and no package has more than {LARGEST_CHECKS:,}; {NOTHING_STARTED}")
    names = []
    for entry, content in archive.contents(PREREQUISITES.rstrip("/")):
        target = below(folder, entry.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        names.append(entry.name)
    return names


def _executor_of(names: list[str], file: str) -> str:
    folder = EXECUTOR[len(PREREQUISITES) :]
    found = [name for name in names if name.casefold().startswith(folder) and name.casefold().endswith(".exe")]
    if not found:
        raise Stop(f"{file}: it has checks and no program that runs them; {NOTHING_STARTED}")
    return next((one for one in found if one.casefold().endswith(EXECUTOR_FILE)), found[0]).replace("/", "\\")


def _digest(answers: Answers) -> str:
    answer = answers.get("dm.staged")
    return str(answer.data.get("sha256") or "").lower() if answer and answer.is_present else ""
