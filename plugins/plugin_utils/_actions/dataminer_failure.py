# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An upgrade of DataMiner that failed, or that is not proved to have gone well: how it is told."""

from __future__ import annotations

from .._dataminer import proof
from .._dataminer.run import Phase
from .dataminer_follow import Ended

NEVER_BEGAN = (
    "the utility has ended and no node shows a trace of an upgrade: it refused, and tells nobody why. Mostly the account that ran it is no "
    "valid administrator of DataMiner, or another upgrade was running"
)
NEXT = "mend the cause, then run the same command again; nodes that are done are not upgraded a second time"
UNPROVED = "look at what disagrees; the same command run again proves once more and starts nothing"


def failure(name: str, proved: proof.Proof, ended: Ended | None, evidence: str) -> str:
    """The failure for somebody at 2 a.m."""
    never_began = ended is not None and ended.run.never_began
    failed = ended is not None and bool(ended.run.failed)
    lines = {
        "cause": NEVER_BEGAN if never_began else proved.first_cause,
        "done": _done(ended),
        "running": "the utility still runs" if ended and ended.status.is_running else "nothing",
        "next": NEXT if failed or never_began else UNPROVED,
        "log": "; ".join(f"{one.entry.log} on {one.name}" for one in ended.run.failed if one.entry) if ended else "",
        "proof": evidence,
    }
    text = "\n".join(f"  {word:<8} {line}" for word, line in lines.items() if line)
    return f"{name}: not upgraded, or not proved to be.\n{text}\n{proved.text()}"


def _done(ended: Ended | None) -> str:
    if ended is None:
        return ""
    done = [one.name for one in ended.run.nodes.values() if one.phase is Phase.DONE]
    return f"{', '.join(done) or 'no node'} of {len(ended.run.nodes)}"
