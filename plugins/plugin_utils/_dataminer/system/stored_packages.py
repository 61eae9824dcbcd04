# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages on the nodes: what lies below Upgrades\\Packages, in the vendor's words for it (2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..._upgrade.facts import Fact
from ..._upgrade.questions import Answers, Questions, directory, file_text
from ..._upgrade.windows_facts import fact, hours_between
from ..files.check_results import check_of_file
from ..files.progress_log import IN_UPLOAD, ProgressLog, ProgressVerdict
from ..files.silence import DEFAULT_SILENCE, Silence
from ..node import own_names
from ..node.detect import PACKAGES_FOLDER
from ..node.file_answers import file_end
from ..node.installation import Folder

_FOLDER = re.compile(r"(?P<file>.+)-(?P<id>[0-9a-f]{32})", re.IGNORECASE | re.ASCII)
_LOG = "progress.log"
_TAIL = 256 * 1024
# What ends the log of an upload that nothing followed (log-shapes 9.1).
_UPLOAD_ENDED = re.compile(r"Upload report|Upload has been completed successfully", re.IGNORECASE)
# The newest ones: what lies further back is history that nothing is decided on.
_LOOKED_INTO = 12


class PackageStatus(str, Enum):
    """The vendor's words (2 I, from screenshots) and three of ours.

    ``UPLOADING``: on its way, being executed, or broken off in either. ``UPLOADED``: there and not executed, for which no word is
    published. ``PRUNED``: uploaded and not executed, and its content is gone, as after a start of DataMiner (2 D, RN 37033; U).
    ``COMPLETED``: executed, and not to be executed again. ``UNKNOWN``: there is a folder and no word in it: the package was sent here and
    may have been executed, or nothing may have come of it. An upgrade that went well leaves its log (2 D, RN 37033).
    """

    UPLOADING = "Uploading"
    UPLOADED = "Uploaded"
    PRUNED = "Pruned"
    FAILED = "Failed"
    COMPLETED = "Completed"
    UNKNOWN = "Unknown"


@dataclass(frozen=True)
class StoredPackage:
    """One entry on one node. ``id`` in 32 hexadecimal digits.

    ``modified_utc``: when its log, else its folder, was last written; ``content_utc``: when the newest file beside the log was, '' when
    there is none.
    """

    file: str
    id: str
    status: PackageStatus
    modified_utc: str
    verdict: ProgressVerdict
    log_length: int | None = None
    results: tuple[str, ...] = ()
    content_utc: str = ""

    @property
    def folder(self) -> str:
        return rf"{PACKAGES_FOLDER}\{self.file}-{self.id}"

    @property
    def log(self) -> str:
        return rf"{self.folder}\{_LOG}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done with it: its log says that it failed, or its content was removed, as it is after the end.

        A line of kind error is no such word: many a harmless one is in the log of an upgrade that continues (9.1 I).
        """
        return self.verdict.failed or self.status in (PackageStatus.FAILED, PackageStatus.PRUNED, PackageStatus.COMPLETED)

    @property
    def is_refused(self) -> bool:
        """Whether a check on this node refused it, which ends the whole run on every node (0.5, 2 D)."""
        return self.status is PackageStatus.FAILED and bool(self.verdict.prerequisites)

    @property
    def is_not_uploaded(self) -> bool:
        """Whether its upload failed on any agent, so that it is executed on none (RN 30511 D).

        Its log ends in the upload, with an error, and its content was removed, as after the end (2 D). The texts of such errors are not
        published (9.1 U). A log of which only the end was read may have told of more.
        """
        return self.status is PackageStatus.FAILED and self.is_in_upload and bool(self.verdict.first_error)

    @property
    def is_in_upload(self) -> bool:
        """Whether its log, all of which was read, tells of its upload and of nothing that comes after it."""
        return self.verdict.in_upload and self.log_length is not None and self.log_length <= _TAIL

    @property
    def is_past_upload(self) -> bool:
        """Whether anything but an upload is told of it, by its log or by results of its checks."""
        return bool(self.results) or (self.verdict.records > 0 and not self.is_in_upload)

    @property
    def ends_all(self) -> bool:
        """Whether nothing will be done with it on any agent, by what this one shows."""
        return self.is_refused or self.is_not_uploaded

    def silent_seconds(self, now_utc: str) -> float:
        """For how long nothing was written, content included. All times are of the node's clock. Raises NotRead for what is no time."""
        written = [one for one in (self.modified_utc, self.content_utc) if one]
        return min(hours_between(one, now_utc) for one in written or [""]) * 3600

    def is_moving(self, now_utc: str, silence: Silence = DEFAULT_SILENCE) -> bool:
        """Whether something may be going on with it: begun, not ended, and written within the longest silence of an upgrade."""
        return self.status is PackageStatus.UPLOADING and self.silent_seconds(now_utc) < silence.stalled

    def may_begin(self, now_utc: str, silence: Silence = DEFAULT_SILENCE) -> bool:
        """Whether its folder is so new that the upload to it may be about to begin: nothing lies in it yet (2 I)."""
        return self.status is PackageStatus.UNKNOWN and self.silent_seconds(now_utc) < silence.stalled

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "name": self.file,
            "id": self.id,
            "status": self.status.value,
            "modified_utc": self.modified_utc,
            "first_error": self.verdict.first_error,
        }


def questions(folders: Fact[tuple[Folder, ...]]) -> Questions:
    """What is asked in a second round trip, once the names of the folders are known: the newest of them are looked into.

    Who the node is belongs to it: a log tells of other agents as well.
    """
    newest = _newest(folders.value if folders.is_known else ())
    asked: Questions = dict(own_names.QUESTIONS) if newest else {}
    for folder, _named in newest:
        path = rf"{PACKAGES_FOLDER}\{folder.name}"
        asked[f"dm.package.{folder.name}"] = directory(path)
        asked[f"dm.package_log.{folder.name}"] = file_text(rf"{path}\{_LOG}", max_bytes=_TAIL, tail=True)
    return asked


def read(folders: Fact[tuple[Folder, ...]], answers: Answers) -> Fact[tuple[StoredPackage, ...]]:
    """The entries on one node, the newest first; folders with another kind of name are none."""

    def stored() -> tuple[StoredPackage, ...]:
        newest = _newest(folders.value)
        own = own_names.read(answers) if newest else frozenset()
        return tuple(_stored(*one, answers, own) for one in newest)

    return fact("the packages on the node", stored)


def _newest(folders: Iterable[Folder]) -> list[tuple[Folder, re.Match[str]]]:
    named = [(folder, name) for folder in folders if (name := _FOLDER.fullmatch(folder.name))]
    return sorted(named, key=lambda one: one[0].modified_utc, reverse=True)[:_LOOKED_INTO]


def _stored(folder: Folder, name: re.Match[str], answers: Answers, own: frozenset[str]) -> StoredPackage:
    entries = answers.data(f"dm.package.{folder.name}").get("entries", ())
    log = next((one for one in entries if str(one["name"]).casefold() == _LOG), None)
    verdict = _verdict(file_end(answers, f"dm.package_log.{folder.name}") or b"", own)
    names = [str(one["name"]) for one in entries]
    return StoredPackage(
        file=name["file"],
        id=name["id"].lower(),
        status=_status(names, verdict),
        modified_utc=str((log or {}).get("modified_utc") or folder.modified_utc),
        verdict=verdict,
        log_length=int(log["size"]) if log else None,
        results=tuple(one for one in names if check_of_file(one)),
        content_utc=max((str(one.get("modified_utc") or "") for one in entries if one is not log), default=""),
    )


def _verdict(log: bytes, own: frozenset[str]) -> ProgressVerdict:
    progress = ProgressLog(own=own)
    progress.feed(log)
    progress.finish()
    return progress.verdict


def _status(names: Iterable[str], verdict: ProgressVerdict) -> PackageStatus:
    """After an upgrade only the log is kept, after a failure the results of the checks as well (2 D): no content, no open entry."""
    names = [name for name in names if name.casefold() != _LOG]
    results = [name for name in names if check_of_file(name)]
    if verdict.failed:
        return PackageStatus.FAILED
    if len(names) > len(results):
        # A line of kind error is no end by itself: while the content is there, the run may continue.
        return PackageStatus.UPLOADED if verdict.uploaded and not verdict.first_error else PackageStatus.UPLOADING
    if results or verdict.first_error:
        return PackageStatus.FAILED
    if not verdict.records:
        return PackageStatus.UNKNOWN
    if _UPLOAD_ENDED.match(verdict.last):
        return PackageStatus.PRUNED
    # A folder whose log has begun and whose content is still to come looks like one whose content was removed.
    return PackageStatus.UPLOADING if IN_UPLOAD.match(verdict.last) else PackageStatus.COMPLETED


def same_file(one: str, other: str) -> bool:
    """Whether two names are those of one package: Windows knows no letter case."""
    return one.casefold() == other.casefold()


def over_on_all(of_each: Iterable[Fact[tuple[StoredPackage, ...]]]) -> frozenset[str]:
    """The ids of packages that one node refused, or did not get: these are over on all nodes, where their ids are the same."""
    return frozenset(one.id for stored in of_each if stored.is_known for one in stored.value if one.ends_all)
