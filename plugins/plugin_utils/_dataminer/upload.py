# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left to do for an upload only: the package on every node, its checks run, and nothing installed (2)."""

from __future__ import annotations

from collections.abc import Iterable

from . import admission, begun, whole
from .observation import Observation, Wanted
from .step import Attach, Done, Kind, Refused, Upload


def next_upload(seen: Observation, wanted: Wanted, has_copy: Iterable[str]) -> Done | Upload | Refused:
    """What is left to do for an upload only: copies to the nodes that lack one, and the checks on every node.

    ``has_copy``: nodes that have the very package already. Blockers of the package itself refuse; those of the nodes are what its checks
    are run for.
    """
    attached = begun.step(seen, wanted) if seen.nodes else None
    if isinstance(attached, Attach):
        attached = seen.refused(
            Kind.UPGRADE_RUNNING,
            "an upgrade with this package was started on it",
            attached.reason,
            "no upgrade running",
            "run the upgrade again: it attaches, proves and tidies up",
        )
    refused = (
        whole.unseen(seen) or attached or whole.nameless(seen, wanted) or whole.not_whole(seen, wanted) or admission.used(seen, wanted)
    )
    blockers = [one for one in seen.judgement.blockers if one.rule.startswith("dataminer.package.")]
    if refused is None and blockers:
        refused = seen.refused(
            Kind.BLOCKED,
            "the package cannot be uploaded",
            ", ".join(dict.fromkeys(one.rule for one in blockers)),
            "no finding about the package",
            "mend what is listed below, then run again",
        )
    if isinstance(refused, Refused):
        return refused
    copies = tuple(name for name in seen.nodes if name not in set(has_copy))
    checks = tuple(seen.nodes) if wanted.goal.prerequisites and wanted.goal.has_executor else ()
    if not copies and not checks:
        return Done(seen.name, f"every node has {wanted.goal.file}, and it brings no checks")
    return Upload(seen.name, f"upload {wanted.goal.file}, and install nothing", copies, checks, seen.judgement.findings)
