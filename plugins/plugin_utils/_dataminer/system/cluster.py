# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hosts given against what the cluster says of itself: a DataMiner System is upgraded as a whole or not at all (0.3, 6)."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding, for_each
from ..._upgrade.rules import RuleBook
from ..failover.roles import Role
from ..files.dms_xml import Dms
from ..versions.versions import Version


@dataclass(frozen=True)
class Node:
    """One host that was given, and what it says of itself.

    ``addresses``: its own, on its network cards. ``names``: short and full host name. ``dma_id``: both nodes of a pair have the same.
    ``virtual_addresses``: the addresses or the shared name of its pair, empty for a node without a partner. ``role``: within its pair;
    ``role`` of a node without a partner is ONLINE. ``running``: whether DataMiner runs. ``endpoints``: the addresses in its
    ClusterEndpoints.json, of itself and of others, empty before 10.5. ``left_behind``: by an earlier upgrade, which may have left it
    stopped. ``starts_stopped``: whether the Taskbar Utility on it works while DataMiner does not run.
    """

    name: str
    addresses: frozenset[str]
    dma_id: Fact[int]
    dms: Fact[Dms]
    version: Fact[Version]
    web_version: Fact[Version | None]
    role: Fact[Role | None]
    running: Fact[bool]
    names: frozenset[str] = frozenset()
    virtual_addresses: tuple[str, ...] = ()
    endpoints: frozenset[str] = frozenset()
    left_behind: bool = False
    starts_stopped: Fact[bool] = field(default_factory=lambda: Fact.known(False))

    @property
    def known_as(self) -> frozenset[str]:
        """Everything the node is called, in lower case, its pair's addresses not included."""
        return frozenset(one.casefold() for one in (self.name, *self.addresses, *self.names))

    @property
    def reachable_as(self) -> frozenset[str]:
        """As `known_as`, with the addresses of its pair."""
        return self.known_as | {one.casefold() for one in self.virtual_addresses}


@dataclass(frozen=True)
class ApiAgent:
    """One row of the web API's list of agents; a Failover pair is one row (0.7)."""

    id: int
    name: str
    address: str
    cluster: str
    status: str
    is_failover: bool


@dataclass(frozen=True)
class Cluster:
    """What is judged: the hosts given, by name, and the web API's list of agents of the cluster they are in."""

    nodes: Mapping[str, Node]
    agents: Fact[tuple[ApiAgent, ...]]

    @property
    def name(self) -> str:
        """The cluster's name as the first node that says one has it; '' for a single agent."""
        return next((node.dms.value.cluster for node in self.nodes.values() if node.dms.is_known and node.dms.value.cluster), "")

    def of_agent(self, dma_id: int) -> tuple[Node, ...]:
        """The nodes given that have a DataMiner ID; two for a pair."""
        return tuple(node for node in self.nodes.values() if node.dma_id.is_known and node.dma_id.value == dma_id)

    def address_of(self, node: Node) -> str:
        """The one address by which the others know a node, of all that it has; its name where it said none.

        ClusterEndpoints.json tells it from 10.5 on, DMS.xml before (8 D), which names a pair by what it shares only (0.7). A virtual
        address is on the network of the card that takes it, so that a card of that network is the likelier one (I).
        """
        own = sorted(node.addresses)
        every = tuple(self.nodes.values())
        in_endpoints = {address for other in every for address in other.endpoints}
        in_dms = {address for other in every if other.dms.is_known for address in other.dms.value.addresses}
        for listed in (in_endpoints, in_dms):
            if found := [address for address in own if address in listed]:
                return found[0]
        return max(own, key=lambda address: _bits_shared(address, node.virtual_addresses), default=node.name)

    @property
    def known_as(self) -> frozenset[str]:
        return frozenset(name for node in self.nodes.values() for name in node.reachable_as)


def _bits_shared(address: str, virtual: Iterable[str]) -> int:
    """How many leading bits an address has in common with the nearest of others."""
    return max((_same_bits(address, other) for other in virtual), default=0)


def _same_bits(one: str, other: str) -> int:
    try:
        first, second = ipaddress.ip_address(one), ipaddress.ip_address(other)
    except ValueError:
        return 0
    return first.max_prefixlen - (int(first) ^ int(second)).bit_length() if first.version == second.version else 0


RULES: RuleBook[Cluster] = RuleBook()

_PARTIAL_FIX = (
    "put every node of the cluster, both nodes of each Failover pair, into dataminer_agents; DataMiner is never upgraded in parts"
)


@RULES.rule("dataminer.cluster.agents_given", Severity.BLOCKER, reference="0.3, 6 D", waivable=False)
def every_agent_of_the_cluster_is_given(seen: Cluster) -> list[Finding]:
    """Upgrading one agent while others run old code is unsupported and can corrupt data severely."""
    return [
        finding(
            subject=f"agent {agent.id} {agent.name}".rstrip(),
            seen=f"in the cluster's own list with {agent.address}, and no host given has its DataMiner ID",
            wanted="a host for every agent of the cluster",
            fix=_PARTIAL_FIX,
        )
        for agent in seen.agents.value
        if not seen.of_agent(agent.id)
    ]


@RULES.rule("dataminer.cluster.pairs_whole", Severity.BLOCKER, reference="0.5, 0.7, 6 D", waivable=False)
def both_nodes_of_every_pair_are_given(seen: Cluster) -> list[Finding]:
    """A pair is one agent for the web API and two nodes to upgrade, one of which an inventory easily forgets."""
    return [
        finding(
            subject=f"agent {agent.id} {agent.name}".rstrip(),
            seen=f"a Failover pair, of which one node is given: {seen.of_agent(agent.id)[0].name}",
            wanted="both nodes",
            fix=_PARTIAL_FIX,
        )
        for agent in seen.agents.value
        if agent.is_failover and len(seen.of_agent(agent.id)) == 1
    ]


@RULES.rule("dataminer.cluster.members_given", Severity.BLOCKER, reference="6, 9 D", waivable=False)
def every_member_in_dms_xml_is_given(seen: Cluster) -> list[Finding]:
    """Every address in any node's DMS.xml belongs to a host that was given."""

    def check(node: Node) -> Finding | None:
        missing = sorted(address for address in node.dms.value.addresses if not address_is_given(seen, address))
        if not missing:
            return None
        shown = f"{', '.join(missing)} in its DMS.xml, which no host given has"
        return finding(seen=shown, wanted="a host for every member", fix=_PARTIAL_FIX)

    return for_each(seen.nodes, check)


@RULES.rule("dataminer.cluster.strangers", Severity.BLOCKER, reference="6 D", waivable=False)
def no_host_is_of_another_cluster(seen: Cluster) -> list[Finding]:
    """All hosts given are of one cluster, and the cluster knows each of them."""
    agents = {agent.id for agent in seen.agents.value}

    def check(node: Node) -> Finding | None:
        cluster, number = node.dms.value.cluster, node.dma_id.value
        if number in agents and cluster.casefold() == seen.name.casefold():
            return None
        return finding(
            seen=f"DataMiner ID {number} in {cluster or 'no cluster'}",
            wanted=f"a member of {seen.name or 'the same system'}",
            fix="take the host out of dataminer_agents, or run for one cluster at a time",
        )

    return for_each(seen.nodes, check)


@RULES.rule("dataminer.cluster.one_id_for_each", Severity.BLOCKER, reference="5.1, 9 D", waivable=False)
def no_two_agents_share_an_id(seen: Cluster) -> list[Finding]:
    """Only the two nodes of a Failover pair have the same DataMiner ID."""
    counts = Counter(node.dma_id.value for node in seen.nodes.values())
    pairs = {agent.id for agent in seen.agents.value if agent.is_failover}
    return [
        finding(
            subject=f"DataMiner ID {number}",
            seen=f"on {', '.join(node.name for node in seen.of_agent(number))}",
            wanted="two nodes of one Failover pair" if number in pairs else "one host",
            fix="list each node once, by one name; if they are different servers, ask the vendor before any upgrade",
        )
        for number, count in counts.items()
        if count > (2 if number in pairs else 1)
    ]


@RULES.rule("dataminer.cluster.one_web_version", Severity.WARNING, reference="6 D")
def all_nodes_run_one_web_version(seen: Cluster) -> Finding | None:
    """All nodes have the same version of the web applications."""
    versions = {name: version for name, node in seen.nodes.items() if (version := node.web_version.value)}
    if all_same(versions.values()):
        return None
    return finding(
        seen=", ".join(f"{name} {version}" for name, version in versions.items()),
        wanted="the same version of the web applications everywhere",
        fix="install the same web upgrade on every node; a full upgrade replaces them all",
    )


@RULES.rule("dataminer.cluster.all_running", Severity.BLOCKER, reference="6, 9 D")
def every_agent_runs(seen: Cluster) -> list[Finding]:
    """Every agent must run before an upgrade: one that cannot be reached gets no package, and is left behind."""
    return [_not_running(agent, "start it, or wait until it has started or switched") for agent in _stopped(seen, left_behind=False)]


@RULES.rule("dataminer.cluster.left_behind_running", Severity.WARNING, reference="6, 12 D")
def every_agent_left_behind_runs(seen: Cluster) -> list[Finding]:
    """An agent that an earlier upgrade left behind, stopped, is to be upgraded at once; it gets the package where its SLNet runs."""
    return [_not_running(agent, "start it if that can be done") for agent in _stopped(seen, left_behind=True)]


def _stopped(seen: Cluster, *, left_behind: bool) -> list[ApiAgent]:
    """The agents that do not run, of which an earlier upgrade has left a node behind or none."""
    stopped = [agent for agent in seen.agents.value if agent.status.casefold() != "running"]
    return [agent for agent in stopped if any(node.left_behind for node in seen.of_agent(agent.id)) is left_behind]


def _not_running(agent: ApiAgent, fix: str) -> Finding:
    return finding(subject=f"agent {agent.id} {agent.name}".rstrip(), seen=f"status {agent.status or 'unknown'}", wanted="Running", fix=fix)


@RULES.rule("dataminer.cluster.contact", Severity.WARNING, reference="9, log-shapes 10 U")
def no_node_has_lost_another(seen: Cluster) -> list[Finding]:
    """A node that lost contact to another may fail to send it the package."""

    def check(node: Node) -> Finding | None:
        lost = [f"{member.address} at {member.lost_contact}" for member in node.dms.value.members if member.is_lost]
        if not lost:
            return None
        fix = "look at the connection between the two; the entry may be old"
        return finding(seen=f"contact lost to {', '.join(lost)}", wanted="contact to every member", fix=fix)

    return for_each(seen.nodes, check)


def all_same(versions: Iterable[Version]) -> bool:
    """Whether versions are the same as far as all of them tell: a build that only one of two knows makes no difference."""
    versions = list(versions)
    return all(a.same_numbers(b) for a in versions for b in versions)


def address_is_given(cluster: Cluster, address: str) -> bool:
    """Whether an address or name belongs to a host that was given."""
    return address.casefold() in cluster.known_as
