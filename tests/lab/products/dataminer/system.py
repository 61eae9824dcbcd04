"""A DataMiner System: its nodes and pairs, its users, and the one operation that may run on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.lab.products.dataminer import rules, state_files
from tests.lab.products.dataminer.failover import Pair
from tests.lab.products.dataminer.node import Node
from tests.lab.products.dataminer.package import Package
from tests.lab.products.dataminer.plan import DataMinerSpec, DataMinerUncertain
from tests.lab.products.dataminer.users import DataMinerUser
from tests.lab.products.dataminer.versions import Version, is_at_least, version_of

LOCAL_NAMES = ("localhost", "127.0.0.1")


@dataclass
class DataMinerSystem:
    """All agents of a world, those outside the cluster included. `users` are by lower-case account name."""

    world: Any
    spec: DataMinerSpec
    nodes: dict[str, Node] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    users: dict[str, DataMinerUser] = field(default_factory=dict)
    packages: list[Package] = field(default_factory=list)
    operation: Any = None
    operations: list[Any] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)

    @property
    def uncertain(self) -> DataMinerUncertain:
        return self.spec.uncertain

    def version_of(self, title: str | None) -> Version:
        return version_of(title or self.spec.version)

    def history_text(self, version: Version) -> str:
        """A version as VersionHistory.txt has it (3.1; the CU is not part of it, the two others are seen elsewhere)."""
        if self.uncertain.history_line == "hotfix":
            return "Hotfix"
        return f"{version.four}-{version.build}-CU{version.cu}" if self.uncertain.history_line == "cu" else version.installed

    def starts_with_broker_gateway(self, node: Node) -> bool:
        """Whether a node uses BrokerGateway when the world begins: always from 10.6.0 on (7, P7)."""
        given = node.spec.broker_gateway
        return is_at_least(node.version, "10.6.0 / 10.6.1") if given is None else given

    def resolve(self, address: str, asking: Node) -> tuple[Node, ...]:
        """The nodes behind an entry of UpgradeInfo.xml: a pair's shared address means both (1.2 I). Empty for a stranger."""
        wanted = address.lower().rstrip(".")
        if wanted in LOCAL_NAMES:
            return self._with_partner(asking)
        for node in self.nodes.values():
            if wanted in (node.address, node.name, node.short_name):
                return self._with_partner(node) if self.uncertain.pair_entry == "any_address" else (node,)
        return next((pair.nodes for pair in self.pairs if pair.address == wanted), ())

    def endpoints(self, node: Node) -> list[tuple[str, str | None]]:
        """Every node of the same DMS by its own address, with the address a pair shares."""
        return [(one.address, one.pair.address if one.pair else None) for one in node.cluster_members]

    def write_dms(self, node: Node) -> None:
        """DMS.xml of a node: one entry for each agent of its cluster, its own without id."""
        if node.spec.dms_xml == "absent" or (not node.host.is_loading and node.spec.dms_xml == "truncated"):
            return
        agents = dict.fromkeys((one.agent_address, one.id) for one in node.cluster_members)
        members = [(address, id, id == node.id) for address, id in agents]
        state = "Online" if node.is_online else "Offline"
        failover = state_files.failover_element(state) if node.pair and self.uncertain.failover_state != "none" else ""
        text = state_files.dms(node.cluster, members, node.spec.redirects, failover, namespace=self.uncertain.dms_namespace)
        cut = len(text) // 2 if node.spec.dms_xml == "truncated" else len(text)
        node.host.files.write(state_files.DMS, text[:cut])

    def has_completed(self, package: Package) -> bool:
        return package.sha256 in self.completed

    def earlier_partial(self, operation: Any) -> bool:
        """Whether an operation before this one took another part of the same cluster to the same target, by choice."""
        return any(
            one.left_at_start and one.package.installs == operation.package.installs and not set(one.nodes) & set(operation.nodes)
            for one in self.operations
            if one is not operation
        )

    def judge_versions(self, node: Node) -> None:
        rules.judge_versions(self, node)

    def snapshot(self) -> dict[str, Any]:
        """The end state, plain data."""
        return {
            "cluster": self.spec.cluster,
            "operation_running": self.operation is not None,
            "nodes": {
                node.name: {
                    "version": node.started_version.title,
                    "web_version": node.web_version.title,
                    "state": node.state.value,
                    "online": node.is_online,
                    "broken": node.broken,
                    "upgrades": node.upgrades,
                }
                for node in self.nodes.values()
            },
            "pairs": {pair.address: pair.online.name if pair.online else None for pair in self.pairs},
        }

    def _with_partner(self, node: Node) -> tuple[Node, ...]:
        return node.pair.nodes if node.pair else (node,)
