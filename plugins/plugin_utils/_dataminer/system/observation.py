# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole DataMiner System as it was seen at one moment; what follows of it for what is wanted is in `situation`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..._upgrade.facts import Fact
from ..._upgrade.judgement import Judgement
from ..._upgrade.steps import Lock, Refused
from ..._upgrade.texts import NOTHING_STARTED
from ..failover.roles import NodeRole, Pair
from ..node.installation import Installation
from . import refusals
from .cluster import ApiAgent
from .goal import Goal
from .node_view import NodeView
from .reasons import Kind
from .stored_packages import StoredPackage, over_on_all, same_file
from .wanted import Wanted, slug

__all__ = ["NodeView", "Observation", "Wanted", "newest"]


@dataclass(frozen=True)
class Observation:
    """Everything seen. ``agents``: the web API's list. ``lock``: None when it was not inspected; taking it will tell then."""

    nodes: Mapping[str, NodeView]
    agents: Fact[tuple[ApiAgent, ...]]
    judgement: Judgement = field(default_factory=Judgement)
    lock: Lock | None = None

    @cached_property
    def reached(self) -> dict[str, Installation]:
        return {name: view.installation for name, view in self.nodes.items() if view.installation is not None}

    @cached_property
    def upgrades_running(self) -> dict[str, Fact[str]]:
        """By node, what of an upgrade runs there, in words."""
        over = over_on_all(view.packages for view in self.nodes.values())
        return {name: view.runs(over) for name, view in self.nodes.items()}

    @property
    def moving(self) -> str:
        """What of an upgrade runs anywhere, in words, as far as that could be seen."""
        return "; ".join(f"{name}: {what.value}" for name, what in self.upgrades_running.items() if what.is_known and what.value)

    @property
    def name(self) -> str:
        """The cluster's name, or that of the only host."""
        named = [one.dms.value.cluster for one in self.reached.values() if one.dms.is_known and one.dms.value.cluster]
        return named[0] if named else next(iter(self.nodes), "no host")

    @property
    def every_node(self) -> str:
        """All nodes, in words."""
        return "the only node" if len(self.nodes) == 1 else f"all {len(self.nodes)} nodes"

    @property
    def lock_host(self) -> str:
        """The node that keeps the system's lock: the same from every controller, since all nodes must be given. None given: ''."""
        return min(self.nodes, key=str.casefold, default="")

    @property
    def lock_name(self) -> str:
        return f"dataminer-{slug(self.name)}"[:60].rstrip(".")

    def row(self, node: Installation) -> ApiAgent | None:
        """The web API's row of the agent that a node is, or is one half of."""
        if not (self.agents.is_known and node.identity.is_known):
            return None
        return next((agent for agent in self.agents.value if agent.id == node.identity.value.id), None)

    def partners(self, name: str) -> tuple[str, ...]:
        """Other hosts given with the same DataMiner ID."""
        own = self.reached[name].identity
        return tuple(other for other in self._by_id.get(own.value.id, ()) if other != name) if own.is_known else ()

    @cached_property
    def _by_id(self) -> dict[int, list[str]]:
        """The nodes that were reached, by their DataMiner ID."""
        found: dict[int, list[str]] = {}
        for name, node in self.reached.items():
            if node.identity.is_known:
                found.setdefault(node.identity.value.id, []).append(name)
        return found

    def is_in_pair(self, name: str) -> bool:
        """Whether a node is in a Failover pair, by the web API, by its partner, or by what it says of itself."""
        node = self.reached[name]
        row = self.row(node)
        return bool(row and row.is_failover) or bool(self.partners(name)) or (row is None and node.says_failover)

    def shared_addresses(self, name: str) -> tuple[str, ...]:
        """The virtual addresses or the shared name of a node's pair; empty for a node without a partner."""
        if not self.is_in_pair(name):
            return ()
        node = self.reached[name]
        row = self.row(node)
        found = [row.address] if row and row.is_failover and row.address else []
        endpoints = node.endpoints.value if node.endpoints.is_known else ()
        for endpoint in endpoints:
            if endpoint.address in node.own_addresses:
                found += endpoint.additional
        return tuple(dict.fromkeys(found))

    def node_role(self, name: str) -> NodeRole:
        """The role of a node within its pair, with all signs."""
        return self.reached[name].role(self.shared_addresses(name))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The Failover pairs by DataMiner ID, as far as nodes with an ID were reached."""
        paired = {number: [name for name in names if self.is_in_pair(name)] for number, names in sorted(self._by_id.items())}
        return tuple(Pair(number, {name: Fact.known(self.node_role(name)) for name in names}) for number, names in paired.items() if names)

    @property
    def has_failover(self) -> Fact[bool]:
        """Whether there is any pair; known to be so by the first, known not to be so only when the web API says it."""
        if self.pairs:
            return Fact.known(True)
        return self.agents.then(lambda agents: any(agent.is_failover for agent in agents))

    def refused(self, kind: Kind, headline: str, saw: str, wanted: str, then: str) -> Refused:
        """A refusal about this system, with the findings of its prerequisites that it does not tell itself."""
        return Refused(kind, self.name, headline, saw, wanted, then, refusals.besides(self.judgement, kind))

    def refused_by_rule(self, kind: Kind, wanted: str = "", then: str = "") -> Refused | None:
        """The refusal for what the rules of this kind have found; None when that is nothing."""
        found = refusals.found(self.judgement, kind)
        if not found:
            return None
        saw = "; ".join(f"{one.subject}: {one.seen}" if one.subject else one.seen for one in found)
        headline = refusals.headline(self.judgement, kind)
        return self.refused(kind, headline, saw, wanted or found[0].wanted, f"{then or found[0].fix}; {NOTHING_STARTED}")

    def judged(self, judgement: Judgement) -> Observation:
        """The same with the findings of the prerequisites."""
        return replace(self, judgement=judgement)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "cluster": self.name,
            "nodes": {name: self._view_result(name) for name in self.nodes},
            "pairs": {str(pair.id): {"online": pair.online, "nodes": sorted(pair.nodes)} for pair in self.pairs},
            "agents": [vars(agent) for agent in self.agents.value] if self.agents.is_known else None,
        }

    def _view_result(self, name: str) -> dict[str, Any]:
        view = self.nodes[name]
        if view.installation is None:
            return {"unreachable": view.unreachable}
        packages = [one.as_result() for one in view.packages.value] if view.packages.is_known else None
        role = self.node_role(name) if self.is_in_pair(name) else None
        return {
            **view.installation.as_result(),
            "web_version": str(view.web.value) if view.web.is_known and view.web.value else None,
            "role": role.role.value if role and role.role else None,
            "role_signs": [str(sign) for sign in role.signs] if role else [],
            "shared_addresses": list(self.shared_addresses(name)),
            "packages": packages,
        }


def newest(packages: tuple[StoredPackage, ...], goal: Goal) -> StoredPackage | None:
    """The newest entry of a package on one node."""
    return next((one for one in packages if same_file(one.file, goal.file)), None)
