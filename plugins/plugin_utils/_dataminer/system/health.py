# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a system works now, without an upgrade to be judged: what verification shows at any time, and what a plan rests on (9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .cluster import Cluster, all_same
from .observation import Observation, Wanted


@dataclass(frozen=True)
class Sign:
    """One sign of health. ``good`` is None when it could not be read, which is not good."""

    name: str
    wanted: str
    seen: str
    good: bool | None

    def __str__(self) -> str:
        return f"{self.name}: {self.seen} (wanted {self.wanted})"


@dataclass(frozen=True)
class Health:
    """The verdict over all signs of a system."""

    signs: tuple[Sign, ...]

    @property
    def is_healthy(self) -> bool:
        return bool(self.signs) and all(sign.good is True for sign in self.signs)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What keeps the system from being healthy, in words."""
        return tuple(str(sign) for sign in self.signs if sign.good is not True)

    def text(self) -> str:
        """``healthy``, or why not, in one line."""
        return "healthy" if self.is_healthy else f"not healthy: {'; '.join(self.reasons) or 'nothing was asked'}"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        signs = [dict(vars(sign)) for sign in self.signs]
        return {"healthy": self.is_healthy, "reasons": list(self.reasons), "signs": signs}


def read(seen: Observation, wanted: Wanted) -> Health:
    """The health of a system; ``wanted`` says what its versions are compared by."""
    return Health((*_nodes(seen), *_agents(seen), *_pairs(seen), *_versions(seen.cluster(wanted))))


def _nodes(seen: Observation) -> list[Sign]:
    signs = []
    for name, view in seen.nodes.items():
        node = view.installation
        if node is None:
            signs.append(Sign(name, "an answer", view.unreachable or "no answer", None))
            continue
        running = node.running
        shown = ("runs" if running.value else "does not run") if running.is_known else running.unread_reason
        signs.append(Sign(f"DataMiner on {name}", "runs", shown, running.value if running.is_known else None))
        modules = node.modules
        named = (", ".join(sorted(modules.value)) or "names nothing") if modules.is_known else modules.unread_reason
        signs.append(Sign(f"APIGateway on {name}", "names SLNet", named, "slnet" in named.casefold() if modules.is_known else None))
    return signs


def _agents(seen: Observation) -> list[Sign]:
    if not seen.agents.is_known:
        return [Sign("web API", "lists the agents", seen.agents.unread_reason, None)]
    return [
        Sign(f"agent {one.id} {one.name}".rstrip(), "Running", one.status or "unknown", one.status.casefold() == "running")
        for one in seen.agents.value
    ]


def _pairs(seen: Observation) -> list[Sign]:
    wanted = "one online, one offline"
    return [Sign(f"Failover pair {pair.id}", wanted, pair.online or "no clear online node", pair.online is not None) for pair in seen.pairs]


def _versions(cluster: Cluster) -> list[Sign]:
    versions = {name: node.version for name, node in cluster.nodes.items()}
    shown = ", ".join(f"{name} {one.value if one.is_known else 'unknown'}" for name, one in versions.items())
    if not all(one.is_known for one in versions.values()):
        return [Sign("version", "the same on every node", shown, None)]
    return [Sign("version", "the same on every node", shown, all_same(one.value for one in versions.values()))]
