"""What the vendor warns of, judged when it happens: violation names and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.lab.products.dataminer.upgrade_info import LEGACY

MIXED = "dataminer 6, mixed operation is unsupported D"
ROLLING = "dataminer 0.3, 6: rolling upgrades can corrupt data D"
PARTIAL = "dataminer 6, 8(a): a cluster is upgraded as a whole D"
SECOND = "dataminer 6: one orchestrator at a time D"
USED = "dataminer 2: a completed package cannot be executed again D"
KILLED = "dataminer 1.1, RN 20925: an aborted upgrade can leave an agent that no longer starts D"
SNMP = "dataminer 4: Windows SNMP competes with SLSNMPAgent D"
POLICY = "dataminer 5.3: always simultaneously for major upgrades D"
PATH = "dataminer 7, P6: the latest CU of each main release between D"
NO_FILE = "dataminer 0.1: without UpgradeInfo.xml only the local agent is upgraded D"


def judge_start(system: Any, operation: Any) -> None:
    """Called when an operation begins to install: what it will do to the clusters that it touches."""
    host = operation.orchestrator.name
    left = left_behind(operation)
    if left and operation.without_file:
        system.world.violation(host, "rolling_run", NO_FILE, left=left)
    elif left and system.earlier_partial(operation):
        system.world.violation(host, "rolling_run", ROLLING, left=left)
    elif left:
        system.world.violation(host, "partial_host_list", PARTIAL, left=left)
    if operation.package.kind != "full":
        return
    target = operation.package.installs
    sources = {node.started_version for node in operation.nodes}
    if operation.policy in LEGACY and any(one.line != target.line for one in sources) and any(node.pair for node in operation.nodes):
        system.world.violation(host, "legacy_policy_on_major_upgrade", POLICY, policy=operation.policy)
    if any(target.line[1] - one.line[1] > 1 for one in sources):
        system.world.violation(host, "main_release_skipped", PATH, **{"from": sorted(one.title for one in sources), "to": target.title})
    if all(operation.is_done_on(node) for node in operation.nodes) and system.has_completed(operation.package):
        system.world.violation(host, "package_used_twice", USED, package=operation.package.file_name)


def left_behind(operation: Any) -> list[str]:
    """Nodes of the touched clusters that neither take part nor are at the target."""
    clusters = {node.cluster for node in operation.nodes}
    others = [one for one in operation.system.nodes.values() if one.cluster in clusters and one not in operation.nodes]
    return [one.name for one in others if not operation.is_done_on(one)]


def judge_versions(system: Any, node: Any) -> None:
    """Called when a node starts on new code: another one that runs other code, and is no part of the same operation."""
    operation = system.operation
    together = operation.nodes if operation else []
    strangers = [one for one in node.cluster_members if one not in together and one.state.value != "Disconnected"]
    if mixed := {one.name: one.started_version.title for one in strangers if one.started_version != node.version}:
        system.world.violation(node.name, "mixed_versions", MIXED, version=node.version.title, others=mixed)


def judge_snmp(system: Any, node: Any) -> None:
    """Called when a node has started after an upgrade that did not stop Windows SNMP."""
    both = node.is_service_running("SLSNMPAgent") and node.is_service_running("SNMP")
    if both and node.snmp_port == node.windows_snmp_port:
        system.world.violation(node.name, "snmp_clash", SNMP, port=node.snmp_port)


def killed(system: Any, where: str, nodes: Iterable[str]) -> None:
    system.world.violation(where, "upgrade_killed", KILLED, nodes=sorted(nodes))
