# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a package's entries tell of a failure, by a word or by a silence longer than any step takes (2, 9)."""

from __future__ import annotations

from collections.abc import Sequence

from ..files.silence import Silence
from ..node.installation import Installation
from ..system.stored_packages import PackageStatus, StoredPackage

_NO_WORD = "its package folder is empty: whether anything was installed is not known"


def stands_in_upload(entries: Sequence[tuple[StoredPackage, str]], silence: Silence) -> bool:
    """Whether an upload is all that the entries of one run tell of, and nothing was written on any node for longer than any step takes.

    ``entries``: each with the time on its node. What a broken-off upload leaves is not published (2 U, log-shapes 9.1 U): an error or
    none, a part of the content or none, and a utility that may wait at its window for ever.
    """
    if not any(one.is_in_upload for one, _now in entries) or any(one.is_past_upload for one, _now in entries):
        return False
    return all(one.silent_seconds(now) > silence.stalled for one, now in entries)


def has_failed(entry: StoredPackage, node: Installation, utility_runs: bool, silence: Silence) -> bool:
    """Its log says so, or the results of its checks were kept, as after failures only (2 D).

    Else a line of kind error counts for nothing by itself, for the utility's end is expected and steps of half an hour say nothing (9 D):
    it counts after a silence longer than any step; after a shorter one where the content was removed while DataMiner runs, so that
    nothing is executed and no first start is to come. Where the upload failed nothing is to come at once. An empty folder counts like an
    error: no sign is none of success either.
    """
    if entry.verdict.failed or (entry.status is PackageStatus.FAILED and entry.results):
        return True
    if entry.is_not_uploaded:
        return not utility_runs or entry.silent_seconds(node.host.utc_now) > silence.quiet
    if entry.status is PackageStatus.UNKNOWN:
        return not utility_runs and entry.silent_seconds(node.host.utc_now) > silence.stalled
    if utility_runs or not entry.verdict.first_error or entry.status not in (PackageStatus.UPLOADING, PackageStatus.FAILED):
        return False
    is_idle = entry.status is PackageStatus.FAILED and node.running.is_known and node.running.value
    return entry.silent_seconds(node.host.utc_now) > (silence.quiet if is_idle else silence.stalled)


def cause_of(entry: StoredPackage) -> str:
    """Why it failed, in words."""
    if entry.status is PackageStatus.UNKNOWN:
        return _NO_WORD
    verdict = entry.verdict
    checks = [f"prerequisite {one.check} failed: {one.reason}" for one in verdict.prerequisites]
    return "; ".join(checks) or " <- ".join(filter(None, (verdict.first_error, verdict.cause))) or "its log was not kept"
