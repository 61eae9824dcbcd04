# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why an upgrade is refused, and what starting or following one on a DataMiner System needs to say beside what every product says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade import steps
from ..._upgrade.steps import Done, Reason, Refused
from ..utility.upgrade_info import UpgradeInfo


class Kind(Reason):
    """Why an upgrade is refused: the rule's name, its source mark, and the reason in words."""

    UNREACHABLE = ("dataminer.cluster.reachable", "0.3, 6 D", "a node that cannot be asked may be upgrading, and is left behind")
    NOT_DATAMINER = ("dataminer.cluster.installed", "6, 9 D", "only nodes of DataMiner are upgraded, and all of a cluster together")
    UPGRADE_RUNNING = ("dataminer.one_orchestrator", "6 D", "no second operation is started before the first one is completely finished")
    LOST = ("dataminer.no_second_start", "1.1 D", "an upgrade that broke off may have left nodes half changed; starting anew is a decision")
    OTHER_TASK = ("dataminer.one_task", "6 D", "an upgrade that was started is verified before the next one starts")
    PACKAGE = ("dataminer.package.version", "3.1, 3.2 I", "no upgrade can be verified whose target is not known")
    CLUSTER_UNREAD = ("dataminer.cluster.known", "0.3, 6 D", "who belongs to a cluster is not guessed: its own list decides")
    PARTIAL = ("dataminer.cluster.whole", "0.3, 6 D", "upgrading one agent while others run old code can corrupt data severely")
    SCOPE = ("dataminer.scope", "0.3, 6 D", "all agents of a cluster run the same version")
    VERSION_UNREAD = ("dataminer.cluster.versions", "6 D", "nodes whose version is not known are not touched")
    ROLE = ("dataminer.failover.roles", "5.2, 5.7 D", "a pair is upgraded only when it is clear which node is online")
    POLICY = (
        "dataminer.failover.policy",
        "5.3 D",
        "the vendor highly recommends the policy simultaneously, and wants it for major upgrades",
    )
    USED = ("dataminer.package.used", "2 D", "a package that was executed is Completed and cannot be executed again")
    ORCHESTRATOR = ("dataminer.orchestrator", "6 D", "one agent starts the upgrade of all, and must run")
    LOCKED = ("dataminer.lock", "6 D", "one upgrade at a time in a DataMiner System")
    BLOCKED = ("dataminer.prerequisites", "8 D", "one agent that fails a prerequisite keeps the whole cluster from being upgraded")


@dataclass(frozen=True, kw_only=True)
class Attach(steps.Attach):
    """An upgrade was started before, by whom ever.

    ``host``: the node whose task it is, '' when there is none. ``follows``: whether anything may still be going on; the end of the
    utility is not that of the upgrade (1.1), so that nodes are followed by their own logs. Else only the proof is left.
    ``closes``: the operator acknowledged that it may be closed without one: it is forgotten when the proof fails.
    """

    host: str = ""
    follows: bool = True
    closes: bool = False


@dataclass(frozen=True, kw_only=True)
class Start(steps.Plan):
    """The upgrade may be started now, from ``orchestrator``, a host of the inventory.

    ``upgrade_info``: the whole of the file that is always given. ``nodes``: the hosts that will be upgraded. ``online_afterwards``: by
    DataMiner ID of each pair, the host that must be online at the end. ``acknowledged``: what the operator takes upon himself, in
    words, for the evidence. ``forgets_lost``: the lost task has to be forgotten first, as the operator decided.
    """

    orchestrator: str
    task_id: str
    upgrade_info: UpgradeInfo
    nodes: tuple[str, ...]
    policy: str
    online_afterwards: Mapping[int, str]
    acknowledged: tuple[str, ...] = ()
    forgets_lost: bool = False


Step = Done | Attach | Start | Refused


@dataclass(frozen=True, kw_only=True)
class Upload(steps.Plan):
    """Upload only: the package is laid on the nodes ``copies_to``, its checks are run on all, and nothing is installed."""

    copies_to: tuple[str, ...]
