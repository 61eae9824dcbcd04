"""DataMiner Systems to be judged: agents, pairs and what they say of themselves."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.dms_xml import Dms, DmsMember
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.cluster import ApiAgent, Cluster, Node
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

SOURCE, TARGET = "10.4.0.0-14772", "10.5.4.0-15588"
CLUSTER = "labx"


def a_node(name, dma_id, address, virtual=(), role=Role.ONLINE, version=SOURCE, members=(), cluster=CLUSTER, **facts):
    """A node as it says it is; ``members`` are the addresses in its DMS.xml."""
    node = Node(
        name=name,
        addresses=frozenset({address}),
        names=frozenset({f"{name}.example.lab"}),
        dma_id=Fact.known(dma_id),
        dms=Fact.known(Dms(cluster, tuple(DmsMember(one, None) for one in members or (address,)))),
        version=Fact.known(parse(version)),
        web_version=Fact.known(parse(version)),
        role=Fact.known(role),
        running=Fact.known(True),
        virtual_addresses=tuple(virtual),
    )
    return replace(node, **facts)


def a_cluster(*nodes, agents=None):
    """A cluster of these nodes; ``agents``: what the web API says, by default just them."""
    by_id: dict[int, list[Node]] = {}
    for node in nodes:
        by_id.setdefault(node.dma_id.value, []).append(node)
    listed = [
        ApiAgent(number, of[0].name, sorted(of[0].addresses)[0], CLUSTER, "Running", len(of) > 1) for number, of in by_id.items()
    ] if agents is None else agents  # fmt: skip
    return Cluster({node.name: node for node in nodes}, Fact.known(tuple(listed)))


def four_agents(**changes):
    """dma1 to dma4; ``changes`` by name."""
    addresses = [f"10.20.0.1{number}" for number in range(1, 5)]
    nodes = [a_node(f"dma{number}", 700 + number, f"10.20.0.1{number}", members=addresses) for number in range(1, 5)]
    return a_cluster(*(replace(node, **changes.get(node.name, {})) for node in nodes))


def pairs_and_single():
    """A pair dma1a (online) and dma1b, and dma2 without a partner."""
    members = ("10.20.0.10", "10.20.0.21")
    return a_cluster(
        a_node("dma1a", 701, "10.20.0.11", virtual=("10.20.0.10",), members=members),
        a_node("dma1b", 701, "10.20.0.12", virtual=("10.20.0.10",), role=Role.OFFLINE, members=members),
        a_node("dma2", 702, "10.20.0.21", members=members),
    )
