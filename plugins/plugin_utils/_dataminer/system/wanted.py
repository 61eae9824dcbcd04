# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator wants of a DataMiner System, and the name of the one task that does it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from ..failover.policy import Policy
from ..node.detect import TASK_PREFIX
from ..package.names import PackageKind
from ..utility.upgrade_info import UpgradeOptions
from ..versions.versions import Version
from .goal import Goal
from .scope import PairEntry

_OTHER_SIGNS = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True)
class Wanted:
    """What the operator wants.

    ``agents``: names or addresses, None for the whole cluster. ``orchestrator``: the node to start from, '' to have one chosen.
    ``two_versions_acknowledged``, ``legacy_policy_acknowledged``: said by name, and written into the evidence. ``restart_lost``: start
    anew what was lost, when nothing of it runs. ``unproved_acknowledged``: close what has ended and cannot be proved.
    ``fresh_upload``: a used package is uploaded afresh. ``known_source``: the version that runs, where files do not tell it or its
    cumulative update.
    """

    goal: Goal
    agents: tuple[str, ...] | None = None
    policy: Policy = Policy.SIMULTANEOUSLY
    options: UpgradeOptions = field(default_factory=UpgradeOptions)
    orchestrator: str = ""
    pair_entry: PairEntry = PairEntry.PAIR
    two_versions_acknowledged: bool = False
    legacy_policy_acknowledged: bool = False
    unproved_acknowledged: bool = False
    restart_lost: bool = False
    fresh_upload: bool = False
    known_source: Version | None = None

    @property
    def task_id(self) -> str:
        """The id of the one task that brings this goal to these agents: the same from every controller.

        It is told by the package's name, so that nobody has to have its content to attach. At most 60 characters of a-z, 0-9, dot, dash,
        and no dot at the end, which Windows would drop.
        """
        goal = self.goal
        # Only the content tells some packages of changed files from full ones.
        kind = PackageKind.FULL if goal.kind is PackageKind.DELTA else goal.kind
        version = f"{goal.version.dotted}-{goal.version.build or 'x'}" if goal.version else goal.helper or goal.sha256[:12]
        whole = f"{TASK_PREFIX}{kind.value}-{slug(version)}"
        if self.agents is None:
            return whole[:60].rstrip(".")
        named = "\n".join(sorted(one.casefold() for one in self.agents))
        return f"{whole[:51]}-{hashlib.sha256(named.encode()).hexdigest()[:8]}"


def slug(text: str) -> str:
    """A text as a part of a name: a-z, 0-9, dots and dashes."""
    return _OTHER_SIGNS.sub("-", text.casefold()).strip("-.") or "system"
