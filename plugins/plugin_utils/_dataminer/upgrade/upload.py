# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left to do for an upload only: the package on every node, its checks run, and nothing installed (2); and to take it away."""

from __future__ import annotations

from collections.abc import Iterable

from ..._upgrade.findings import Finding
from ..._upgrade.judgement import Judgement
from ..._upgrade.steps import Done, Refused
from ..system import completeness
from ..system.observation import Observation, Wanted
from ..system.reasons import Attach, Kind, Upload
from ..system.situation import Situation
from . import started_before

# What makes the package itself unfit, on whichever node it is found; other blockers can be fixed after the upload.
OF_THE_PACKAGE = ("dataminer.package.", "dataminer.known.package_without_executor")
OF_ITS_CHECKS = "dataminer.checks."


def refusing(judgement: Judgement) -> tuple[Finding, ...]:
    """The blockers for which a package is not accepted: its own, and those of its checks (2, 7 K10 D)."""
    return tuple(one for one in judgement.blockers if one.rule.startswith((*OF_THE_PACKAGE, OF_ITS_CHECKS)))


def next_upload(seen: Observation, wanted: Wanted, has_copy: Iterable[str]) -> Done | Upload | Refused:
    """What is left to do for an upload only: copies to the nodes that lack one, and the checks on every node.

    ``has_copy``: nodes that have the very package already. Blockers of the package itself refuse; those of the nodes are what its checks
    are run for.
    """
    refused = (
        completeness.unreachable(seen)
        or _running(seen, wanted)
        or completeness.package_unnamed(seen)
        or completeness.incomplete(seen)
        or seen.refused_by_rule(Kind.USED)
        or _unfit(seen)
    )
    if refused is not None:
        return refused
    copies = tuple(name for name in seen.nodes if name not in set(has_copy))
    checks = tuple(seen.nodes) if wanted.goal.prerequisites and wanted.goal.has_executor else ()
    if not copies and not checks:
        return Done(seen.name, f"every node has {wanted.goal.file}, and it brings no checks")
    return Upload(
        subject=seen.name,
        title=f"upload {wanted.goal.file}, and install nothing",
        copies_to=copies,
        steps=(
            f"copy the package to {', '.join(copies) or 'no node: all have it'}, verified by its hash",
            f"run its checks on {', '.join(checks) or 'no node: it holds none'}",
            "keep it ready; nothing is installed and nothing restarts",
        ),
        findings=seen.judgement.findings,
    )


def removal(seen: Observation, wanted: Wanted) -> Refused | None:
    """The refusal to take the package away while anything of an upgrade runs, or is still to be verified by what lies beside it."""
    return completeness.unreachable(seen) or _running(seen, wanted)


def _running(seen: Observation, wanted: Wanted) -> Refused | None:
    started = started_before.step(Situation(seen, wanted))
    if not isinstance(started, Attach):
        return started if isinstance(started, Refused) else None
    return seen.refused(
        Kind.UPGRADE_RUNNING,
        "an upgrade with this package was started on it",
        started.reason,
        "no upgrade running",
        "run the upgrade again: it attaches, verifies and tidies up; nothing was changed",
    )


def _unfit(seen: Observation) -> Refused | None:
    blockers = [one for one in seen.judgement.blockers if one.rule.startswith(OF_THE_PACKAGE)]
    if not blockers:
        return None
    return seen.refused(
        Kind.BLOCKED,
        "the package cannot be uploaded",
        ", ".join(dict.fromkeys(one.rule for one in blockers)),
        "no finding about the package",
        "fix what is listed below, then run again",
    )
