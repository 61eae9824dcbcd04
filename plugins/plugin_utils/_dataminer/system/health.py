# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a system works now, without an upgrade to be judged: what verification shows at any time, and what a plan rests on (9)."""

from __future__ import annotations

from ..._upgrade.signs import Sign, Signs
from .cluster import Cluster, all_same
from .observation import Observation, Wanted
from .situation import Situation


def read(seen: Observation, wanted: Wanted) -> Signs:
    """The health of a system; ``wanted`` says what its versions are compared by."""
    return Signs((*_nodes(seen), *_agents(seen), *_pairs(seen), *_versions(Situation(seen, wanted).cluster)))


def _nodes(seen: Observation) -> list[Sign]:
    signs = []
    for name, view in seen.nodes.items():
        node = view.installation
        if node is None:
            signs.append(Sign(name, "an answer", view.unreachable or "no answer", None, "9 I"))
            continue
        running = node.running
        shown = ("runs" if running.value else "does not run") if running.is_known else running.unread_reason
        signs.append(Sign(f"DataMiner on {name}", "runs", shown, running.value if running.is_known else None, "9 D"))
        modules = node.modules
        named = (", ".join(sorted(modules.value)) or "names nothing") if modules.is_known else modules.unread_reason
        names_it = "slnet" in named.casefold() if modules.is_known else None
        signs.append(Sign(f"APIGateway on {name}", "names SLNet", named, names_it, "9 D"))
    return signs


def _agents(seen: Observation) -> list[Sign]:
    if not seen.agents.is_known:
        return [Sign("web API", "lists the agents", seen.agents.unread_reason, None, "9 D")]
    return [
        Sign(f"agent {one.id} {one.name}".rstrip(), "Running", one.status or "unknown", one.status.casefold() == "running", "9 D")
        for one in seen.agents.value
    ]


def _pairs(seen: Observation) -> list[Sign]:
    wanted = "one online, one offline"
    return [
        Sign(f"Failover pair {pair.id}", wanted, pair.online or "no clear online node", pair.online is not None, "5.3 D")
        for pair in seen.pairs
    ]


def _versions(cluster: Cluster) -> list[Sign]:
    versions = {name: node.version for name, node in cluster.nodes.items()}
    shown = ", ".join(f"{name} {one.value if one.is_known else 'unknown'}" for name, one in versions.items())
    if not all(one.is_known for one in versions.values()):
        return [Sign("version", "the same on every node", shown, None, "6 D")]
    return [Sign("version", "the same on every node", shown, all_same(one.value for one in versions.values()), "6 D")]
