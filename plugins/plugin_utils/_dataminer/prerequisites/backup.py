# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether there is a way back: snapshots that somebody stands for, or a backup of DataMiner that is young enough (11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, directory
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import fact, hours_between
from .options import Attestation

# 9 D: its own folder, and the default one of the Taskbar Utility.
FOLDERS = (r"C:\Skyline DataMiner\Backup", r"C:\Skyline DataMiner Backups")
QUESTIONS: Questions = {f"dm.backup.{number}": directory(folder, "*.dmbackup") for number, folder in enumerate(FOLDERS)}


@dataclass(frozen=True)
class Backups:
    """What the way back is. ``latest_utc``: when the youngest .dmbackup of each node was written, '' without any. ``now_utc`` by node."""

    attestation: Attestation | None
    maximum_hours: float
    latest_utc: Mapping[str, Fact[str]]
    now_utc: Mapping[str, str]
    offline: frozenset[str] = frozenset()


def latest(answers: Answers) -> Fact[str]:
    """When the youngest backup on a node was written."""
    return fact(
        "the backups on the node", lambda: max((time for number in range(len(FOLDERS)) for time in _times(answers, number)), default="")
    )


def size(answers: Answers) -> int:
    """Size of the largest backup in bytes, for the room an upgrade needs; 0 where it cannot be told."""
    found = [answers[f"dm.backup.{number}"] for number in range(len(FOLDERS)) if f"dm.backup.{number}" in answers]
    return max((int(one.get("size") or 0) for answer in found if answer.is_present for one in answer.data["entries"]), default=0)


def _times(answers: Answers, number: int) -> list[str]:
    return [str(one["modified_utc"]) for one in answers.data(f"dm.backup.{number}").get("entries", ()) if not one.get("is_directory")]


RULES: RuleBook[Backups] = RuleBook()


@RULES.rule("dataminer.backup.attested", Severity.BLOCKER, reference="11 D", when=lambda seen: seen.attestation is not None)
def snapshots_are_young_enough(seen: Backups) -> Finding | None:
    """Snapshots of all servers, taken shortly before, are the way back the vendor prefers."""
    said = seen.attestation
    if said is None:
        return None
    now = max(seen.now_utc.values(), default="")
    age = hours_between(said.at_utc, now)
    if said.who.strip() and -1 <= age <= seen.maximum_hours:
        return None
    return finding(
        seen=f"{said.what}, said by {said.who or 'no one named'} to be of {said.at_utc} ({age:.0f} hours ago)",
        wanted=f"not older than {seen.maximum_hours:.0f} hours" + ("" if said.who.strip() else ", and somebody who says so"),
        fix="take snapshots of every agent and of the database servers, and say who did it and when",
    )


@RULES.rule("dataminer.backup.age", Severity.BLOCKER, reference="11 D", when=lambda seen: seen.attestation is None)
def backups_are_young_enough(seen: Backups) -> list[Finding]:
    """Without snapshots that somebody stands for, every node must have a backup of DataMiner; it restores the same version only."""
    found = []
    for name, latest_utc in seen.latest_utc.items():
        # Backups to a local folder are made on the online node of a pair only (11 D).
        if name in seen.offline:
            continue
        at = latest_utc.value
        if at and hours_between(at, seen.now_utc[name]) <= seen.maximum_hours:
            continue
        found.append(
            finding(
                subject=name,
                seen=f"last .dmbackup at {at}" if at else f"no .dmbackup in {' or '.join(FOLDERS)}",
                wanted=f"a backup not older than {seen.maximum_hours:.0f} hours, or snapshots that somebody stands for",
                fix="take snapshots of all servers and attest them with backup: {who, at}, or make a backup of DataMiner",
            )
        )
    return found


@RULES.rule("dataminer.backup.relied_on", Severity.INFO, reference="11 D")
def way_back_is_known(seen: Backups) -> Finding | None:
    """What one relies on when an upgrade goes wrong is said beforehand."""
    said = seen.attestation
    relied = (
        f"{said.what} of {said.at_utc}, attested by {said.who}" if said else "the .dmbackup files on the nodes, which are no way back alone"
    )
    fix = (
        "to go back: restore the snapshots" if said else "to go back: install the full package of the old version, then restore the backup"
    )
    return finding(seen=relied, wanted="a way back that was tried", fix=fix)
