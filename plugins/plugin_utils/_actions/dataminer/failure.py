# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An upgrade of DataMiner that failed, or that is not proved to have gone well: how it is reported."""

from __future__ import annotations

from enum import Enum

from ..._dataminer.outcome.phases import Phase, Run
from ..._dataminer.system.stored_packages import PackageStatus
from ..._upgrade.proof import Proof
from ..failure_text import unproved
from .follow import Ended

NEVER_BEGAN = (
    "the utility has ended and no node shows a trace of an upgrade: it refused, and gives no reason. Mostly the account that ran it is no "
    "valid administrator of DataMiner, or another upgrade was running"
)


class Afterwards(str, Enum):
    """What the same command, run again, does after a failure."""

    BEGINS_ANEW = "fix the cause, then run the same command again; nodes that are done are not upgraded a second time"
    LOOKS_AGAIN = (
        "look at the consoles of these nodes; the same command run again looks once more and starts nothing. When nothing of the upgrade "
        "runs there any more, run it once with restart_lost: true; the run after that begins anew"
    )
    UTILITY_WAITS = (
        "the utility that started it still runs, and waits for somebody to close its window: end its process SLTaskbarUtility on that "
        "node, fix the cause, then run the same command again"
    )
    UTILITY_HANGS = (
        "the utility that started it still runs: it waits for a node, or for somebody to close its window. Look at the consoles of these "
        "nodes; when nothing of the upload runs there any more, end its process SLTaskbarUtility on the node that started it, fix the "
        "cause, and run the same command once with restart_lost: true; the run after that begins anew"
    )
    PROVES_AGAIN = (
        "check the failed items below; running the same command again repeats the verification and starts nothing. If they can never "
        "match, run it with acknowledge: [unproved_upgrade] as well: that closes this upgrade, and it no longer blocks the next one"
    )


def afterwards(run: Run, nothing_runs: bool, restart_lost: bool) -> Afterwards:
    """What the same command does after a run that failed, its utility ended: it begins anew only where nothing runs for certain.

    A log that says so is certain, silence is not: of a node that was given up somebody has to say so with ``restart_lost``.
    ``nothing_runs``: no node shows anything of an upgrade, and all were asked.
    """
    if any(one.is_given_up for one in run.failed):
        return Afterwards.BEGINS_ANEW if nothing_runs and restart_lost else Afterwards.LOOKS_AGAIN
    if run.never_began:
        return Afterwards.BEGINS_ANEW if nothing_runs else Afterwards.LOOKS_AGAIN
    return Afterwards.BEGINS_ANEW if run.failed else Afterwards.PROVES_AGAIN


def while_the_utility_runs(run: Run) -> Afterwards:
    """What is to be done after a run that failed while its utility still runs: it may be at work where only silence tells of a failure."""
    return Afterwards.UTILITY_HANGS if any(one.is_given_up for one in run.failed) else Afterwards.UTILITY_WAITS


def failure(name: str, proved: Proof, ended: Ended | None, evidence: str, then: Afterwards, start_first: tuple[str, ...] = ()) -> str:
    """The failure for somebody at 2 a.m. ``start_first``: nodes on which DataMiner must run before the same command can continue."""
    first = _to_check(ended) + (f"start DataMiner on {', '.join(start_first)}, where it does not run; " if start_first else "")
    lines = {
        "cause": NEVER_BEGAN if ended is not None and ended.run.never_began else proved.first_cause,
        "done": _done(ended),
        "package": _package(ended),
        "running": _running(ended, then),
        "next": f"{first}{then.value}{_afresh(ended, then)}",
        "log": "; ".join(f"{one.entry.log} on {one.name}" for one in ended.run.failed if one.entry and one.entry.log_length is not None)
        if ended
        else "",
        "proof": evidence,
    }
    return unproved(name, lines, proved)


def _afresh(ended: Ended | None, then: Afterwards) -> str:
    """The word that the run which begins anew needs beside, where an empty folder leaves open whether the package was used (2 I)."""
    if ended is None or then not in (Afterwards.LOOKS_AGAIN, Afterwards.UTILITY_HANGS):
        return ""
    empty = [one.name for one in ended.run.failed if one.entry is not None and one.entry.status is PackageStatus.UNKNOWN]
    return f", with fresh_upload: true, since the package folder on {', '.join(empty)} is empty" if empty else ""


def _running(ended: Ended | None, then: Afterwards) -> str:
    utility = "the utility still runs" if ended is not None and ended.status.is_running else ""
    if ended is None or then not in (Afterwards.LOOKS_AGAIN, Afterwards.UTILITY_HANGS):
        return utility or "nothing"
    given_up = [one for one in ended.run.failed if one.is_given_up]
    silent = ", ".join(one.name for one in given_up if one.entry is not None and one.entry.verdict.first_error)
    wordless = ", ".join(one.name for one in given_up if one.name not in silent.split(", "))
    told = [f"there is an error in the log of {silent}, then nothing, and no end"] if silent else []
    told += [f"nothing on {wordless} says what became of it"] if wordless else []
    return "; ".join(filter(None, [utility, f"not known: {'; '.join(told)}" if told else "not known"]))


def _package(ended: Ended | None) -> str:
    """Which nodes have the package, where that is not all of them: nothing is executed before all have it (RN 30511 D)."""
    if ended is None or not ended.run.not_arrived:
        return ""
    return f"arrived on {', '.join(ended.run.arrived)}; not on {', '.join(ended.run.not_arrived)}"


def _to_check(ended: Ended | None) -> str:
    if ended is None or not ended.run.not_arrived:
        return ""
    return (
        f"check on {', '.join(ended.run.not_arrived)} that SLNet runs and the other nodes reach it, that the disk of DataMiner has room, "
        "and that MaxUploadSize in MaintenanceSettings.xml is above the size of the package; "
    )


def _done(ended: Ended | None) -> str:
    if ended is None:
        return ""
    done = [one.name for one in ended.run.nodes.values() if one.phase is Phase.DONE]
    return f"{', '.join(done) or 'no node'} of {len(ended.run.nodes)}"
