# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which agents one run upgrades: the whole cluster, or some of it where that leaves no cluster on two versions (1.2, 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..failover.roles import Role
from ..versions.ranges import since
from ..versions.versions import Order, Version
from .cluster import Cluster, Node, address_is_given, all_same

# 1.1 D: RN 42135.
NO_MESSAGE_BOX = since("10.4.0 CU13/10.5.0 CU1/10.5.4")
OLD_UTILITY = f"; before {NO_MESSAGE_BOX} the utility would wait there for ever"


class PairEntry(str, Enum):
    """How a Failover pair is named to the Taskbar Utility, which nothing published says (1.2 U).

    ``PAIR``: its virtual address or shared name, as System Center does: the default. ``ONLINE_NODE``: the node that is online.
    ``BOTH_NODES``: each by its own address.
    """

    PAIR = "pair"
    ONLINE_NODE = "online_node"
    BOTH_NODES = "both_nodes"


@dataclass(frozen=True)
class Scope:
    """What is to be upgraded.

    ``agents``: names or addresses asked for, None for the whole cluster. ``acknowledged``: the operator said by name that a cluster on
    two versions is meant; it goes into the evidence.
    """

    cluster: Cluster
    agents: tuple[str, ...] | None
    target: Version
    acknowledged: bool = False

    @property
    def is_whole(self) -> bool:
        return self.agents is None

    @property
    def chosen(self) -> tuple[Node, ...]:
        """The nodes asked for; a pair by any of its names or nodes is both nodes, for a pair has one version (5.1)."""
        nodes = tuple(self.cluster.nodes.values())
        if self.agents is None:
            return nodes
        asked = {one.casefold() for one in self.agents}
        named = [node for node in nodes if node.reachable_as & asked]
        ids = {node.dma_id.value for node in named if node.dma_id.is_known}
        return tuple(node for node in nodes if node in named or (node.dma_id.is_known and node.dma_id.value in ids))

    @property
    def to_upgrade(self) -> tuple[Node, ...]:
        """The chosen nodes that are not on the target yet: all of them, or those that a broken run left behind. Raises NotRead."""
        return tuple(node for node in self.chosen if not is_on_target(node, self.target))

    @property
    def outside(self) -> tuple[str, ...]:
        """Agents asked for that are no host given: "external IP" in System Center's words."""
        return tuple(one for one in self.agents or () if not address_is_given(self.cluster, one))

    @property
    def left_behind(self) -> tuple[Node, ...]:
        """Nodes that would not be on the target afterwards. Raises NotRead."""
        return tuple(node for node in self.cluster.nodes.values() if node not in self.chosen and not is_on_target(node, self.target))


def is_on_target(node: Node, target: Version) -> bool:
    """Whether a node runs the target already. Raises NotRead when its version does not tell."""
    version = node.version.value
    order = version.compare(target)
    if order is Order.UNDECIDED:
        why = f"{version} and the target have the same numbers, and neither build nor CU says which is newer"
        raise NotRead(f"whether {node.name} is on {target}", why)
    return order is Order.SAME


RULES: RuleBook[Scope] = RuleBook()


def _chosen_by_hand(seen: Scope) -> bool:
    return not seen.is_whole


@RULES.rule("dataminer.scope.two_versions", Severity.BLOCKER, reference="0.3, 6 D", when=_chosen_by_hand, waivable=False)
def run_leaves_no_cluster_on_two_versions(seen: Scope) -> Finding | None:
    """Some agents may be upgraded alone only where no other is left on an older version: it can corrupt data severely."""
    if seen.acknowledged or not seen.left_behind:
        return None
    return finding(
        seen=f"left on another version: {', '.join(f'{node.name} {node.version.value}' for node in seen.left_behind)}",
        wanted=f"every node of the cluster on {seen.target} afterwards",
        fix="upgrade the whole cluster (scope: cluster), or acknowledge by name that it is to run two versions, which is unsupported",
    )


@RULES.rule("dataminer.scope.one_version", Severity.BLOCKER, reference="6 D", waivable=False)
def nodes_to_upgrade_run_one_version(seen: Scope) -> Finding | None:
    """All nodes of a cluster run the same version; where a run that broke off is finished, the rest does."""
    behind = seen.to_upgrade
    if all_same(node.version.value for node in behind):
        return None
    return finding(
        seen=", ".join(f"{node.name} {node.version.value}" for node in behind),
        wanted=f"one version, or {seen.target}, on every node",
        fix="bring the nodes that are behind to the version of the others first, with the package of that version",
    )


@RULES.rule("dataminer.scope.finishes_a_run", Severity.WARNING, reference="6, 12 D")
def no_earlier_run_is_left_unfinished(seen: Scope) -> Finding | None:
    """Where some nodes are on the target already, an upgrade broke off: the rest is to be upgraded at once."""
    behind = {node.name for node in seen.to_upgrade}
    done = [node.name for node in seen.cluster.nodes.values() if node.name not in behind and is_on_target(node, seen.target)]
    if not done or not behind:
        return None
    return finding(
        seen=f"on {seen.target} already: {', '.join(done)}; not yet: {', '.join(sorted(behind))}",
        wanted="all nodes on one version",
        fix="continue: only the nodes that are behind will be upgraded; find out why they were left",
    )


@RULES.rule("dataminer.scope.external", Severity.BLOCKER, reference="1, 6 D", when=_chosen_by_hand, waivable=False)
def no_agent_is_upgraded_unseen(seen: Scope) -> Finding | None:
    """What cannot be seen may be part of a cluster that the run would leave on two versions."""
    if seen.acknowledged or not seen.outside:
        return None
    return finding(
        seen=f"no host given: {', '.join(seen.outside)}",
        wanted="hosts that this run can look at",
        fix="put the whole system that it belongs to into dataminer_agents, or acknowledge by name that it is upgraded unseen",
    )


@RULES.rule("dataminer.scope.something", Severity.BLOCKER, reference="6 D", when=_chosen_by_hand, waivable=False)
def some_agent_is_chosen(seen: Scope) -> Finding | None:
    """An empty list of agents would upgrade the local agent only."""
    if seen.agents:
        return None
    return finding(seen="scope: agents with an empty list", wanted="at least one agent", fix="name the agents, or use scope: cluster")


def addresses(scope: Scope, pair_entry: PairEntry = PairEntry.PAIR) -> tuple[str, ...]:
    """What goes into UpgradeInfo.xml: one address for each agent, for a pair as ``pair_entry`` says; agents from outside as asked for.

    The address of a node is the one its own cluster knows it by (DMS.xml), else the first of its own. Raises NotRead when the role of a
    node is needed and not known.
    """
    found: dict[str, None] = {}
    for node in scope.to_upgrade:
        for address in _entries(node, scope, pair_entry):
            found[address] = None
    return (*found, *scope.outside)


def _entries(node: Node, scope: Scope, pair_entry: PairEntry) -> tuple[str, ...]:
    """A pair of which one node was left behind by a broken run is no pair here: that node is named by itself."""
    partners = [other for other in scope.to_upgrade if other.dma_id.value == node.dma_id.value]
    if len(partners) < 2 or pair_entry is PairEntry.BOTH_NODES:
        return (scope.cluster.address_of(node),)
    if pair_entry is PairEntry.PAIR and node.virtual_addresses:
        return node.virtual_addresses[:1]
    return (scope.cluster.address_of(node),) if node.role.value is Role.ONLINE else ()


@dataclass(frozen=True)
class Orchestrator:
    """The node from which the upgrade is started, and why this one."""

    node: Node
    why: str


class NoOrchestrator(ValueError):
    """No node can start the upgrade; the message says what keeps each of them from it."""


def choose_orchestrator(scope: Scope, asked: str = "") -> Orchestrator:
    """The one agent that starts the upgrade of all (6).

    It is the one asked for; else a node without a partner, whose role cannot change meanwhile, before the online node of a pair, and the
    lowest DataMiner ID among those. The web API of the orchestrator answers last. Raises NoOrchestrator.
    """
    nodes = scope.cluster.nodes
    if asked:
        return _asked(scope, asked)
    obstacles = {name: _obstacle(node) for name, node in nodes.items()}
    able = [node for node in nodes.values() if not obstacles[node.name]]
    if not able:
        raise NoOrchestrator(f"no agent can start the upgrade: {'; '.join(f'{name}: {why}' for name, why in obstacles.items())}")
    best = min(able, key=lambda node: (node not in scope.chosen, _has_partner(node, scope), node.dma_id.value, node.name))
    kind = "the online node of a pair" if _has_partner(best, scope) else "an agent without a partner"
    return Orchestrator(best, f"{kind}, with the lowest DataMiner ID of those")


def _asked(scope: Scope, asked: str) -> Orchestrator:
    named = next((node for node in scope.cluster.nodes.values() if asked.casefold() in node.known_as), None)
    obstacle = _obstacle(named, stopped_too=True) if named else "it is no host given"
    if named is None or obstacle:
        raise NoOrchestrator(f"{asked} cannot start the upgrade: {obstacle}")
    return Orchestrator(named, "asked for")


def _has_partner(node: Node, scope: Scope) -> bool:
    return len(scope.cluster.of_agent(node.dma_id.value)) > 1


def _obstacle(node: Node, *, stopped_too: bool = False) -> str:
    """What keeps a node from starting the upgrade; '' when nothing does.

    One that runs is chosen. On a stopped one old versions of the utility wait behind a message box for ever; later ones may be asked for
    by name (1.1 D).
    """
    runs = node.running if not stopped_too or (node.running.is_known and node.running.value) else node.starts_stopped
    facts: tuple[tuple[Fact[bool], str], ...] = (
        (node.dma_id.then(lambda _: True), ""),
        (runs, f"DataMiner does not run on it: start it first{OLD_UTILITY if stopped_too else ''}"),
        (node.role.then(lambda role: role is Role.ONLINE), "it is not the online node"),
    )
    for fact, why in facts:
        if not fact.is_known:
            return f"{fact.unread_what} could not be read"
        if not fact.value:
            return why
    return ""
