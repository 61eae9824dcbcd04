# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A system as it was seen, compared with what is wanted of it: versions, cluster, scope and Failover policy, each reckoned once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..._upgrade.facts import Fact, NotRead
from ..failover.policy import ResolvedPolicy, resolve
from ..failover.roles import Role
from ..files.dms_xml import Dms
from ..node.installation import Installation
from ..package.names import PackageKind
from ..versions.versions import Order, Version
from .cluster import Cluster, Node
from .goal import NOT_RUN, Goal, with_operator_version
from .node_view import NodeView
from .observation import Observation, newest
from .scope import NO_MESSAGE_BOX, Scope
from .stored_packages import PackageStatus
from .wanted import Wanted


@dataclass(frozen=True)
class Situation:
    """What was seen, and what is wanted. Whatever needs both is asked of it."""

    seen: Observation
    wanted: Wanted

    @cached_property
    def policy(self) -> ResolvedPolicy:
        """The policy that is written and used. Raises PolicyUnresolved, and NotRead when the system's own setting is needed and unread."""
        return resolve(self.wanted.policy, _system_default(self.seen))

    def version_of(self, name: str) -> Fact[Version]:
        """What a node has of the goal."""
        view, goal = self.seen.nodes[name], self.wanted.goal
        if view.installation is None:
            return Fact.unread(f"the version of {name}", view.unreachable or "it could not be asked")
        if (refused := _word_for_the_target(view.installation, self.wanted)) is not None:
            return refused
        version = goal.on(view.installation, view.web, self.wanted.known_source)
        return _web_by_its_package(version, view, goal) if goal.kind is PackageKind.WEB else version

    @cached_property
    def source(self) -> Fact[Version]:
        """The version of DataMiner that the upgrade starts from: the oldest of those nodes that do not have the goal yet."""
        return Fact.reading("the version that runs", self._source)

    def _source(self) -> Version:
        goal, known, nodes = self.wanted.goal, self.wanted.known_source, self.seen.reached
        from_each = {name: goal.on(node, self.seen.nodes[name].web, known).value for name, node in nodes.items()}
        if not from_each:
            raise NotRead("the version that runs", "no node could be asked")
        behind = [name for name, version in from_each.items() if not version.same_numbers(goal.target)] or list(from_each)
        versions = [_told(nodes[name], self.wanted) for name in behind]
        return min(versions, key=lambda version: (version.numbers, version.build or 0))

    @cached_property
    def cluster(self) -> Cluster:
        """The system in the terms of the rules of `cluster` and `scope`; ``version`` of a node is what it has of the goal."""
        nodes = {name: replace(self._node(name), left_behind=name in self.left_behind) for name in self.seen.nodes}
        return Cluster(nodes, self.seen.agents)

    @cached_property
    def left_behind(self) -> frozenset[str]:
        """Nodes without the goal that an earlier upgrade left so: another node has it, or the package has failed on them (6, 12)."""
        goal = self.wanted.goal
        versions = {name: self.version_of(name) for name in self.seen.nodes}
        orders = {name: one.value.compare(goal.target) for name, one in versions.items() if one.is_known}
        behind = [name for name, order in orders.items() if order in (Order.OLDER, Order.NEWER)]
        others_have_it = Order.SAME in orders.values() and goal.leaves_a_trace
        return frozenset(name for name in behind if others_have_it or self._failed_on(name))

    def _failed_on(self, name: str) -> bool:
        stored = self.seen.nodes[name].packages
        entry = newest(stored.value, self.wanted.goal) if stored.is_known else None
        return entry is not None and entry.status is PackageStatus.FAILED

    @cached_property
    def scope(self) -> Scope:
        """The part of the system that is to be upgraded."""
        return Scope(self.cluster, self.wanted.agents, self.wanted.goal.target, self.wanted.two_versions_acknowledged)

    def _node(self, name: str) -> Node:
        view = self.seen.nodes[name]
        node = view.installation
        if node is None:
            return _unread_node(name, view.unreachable)
        shared = self.seen.shared_addresses(name)
        in_pair = self.seen.is_in_pair(name)
        return Node(
            name=name,
            addresses=frozenset(one for one in node.own_addresses if one not in shared),
            dma_id=node.identity.then(lambda one: one.id),
            dms=node.dms,
            version=self.version_of(name),
            web_version=view.web,
            role=Fact.known(self.seen.node_role(name).role if in_pair else Role.ONLINE),
            running=node.running,
            names=frozenset(filter(None, (node.host.computer_name, node.host.fqdn))),
            virtual_addresses=shared,
            endpoints=frozenset(one.address for one in node.endpoints.value) if node.endpoints.is_known else frozenset(),
            starts_stopped=Fact.reading(f"the version of {name}", lambda: NO_MESSAGE_BOX.reached_by(_told(node, self.wanted))),
        )


def _web_by_its_package(version: Fact[Version], view: NodeView, goal: Goal) -> Fact[Version]:
    """The web API gives no build, so that cumulative updates look alike: then a package that was Completed on the node tells (U)."""
    if not version.is_known or not view.packages.is_known or version.value.compare(goal.target) is not Order.UNDECIDED:
        return version
    entry = newest(view.packages.value, goal)
    return Fact.known(goal.target if entry is not None and entry.status is PackageStatus.COMPLETED else NOT_RUN)


def _told(node: Installation, wanted: Wanted) -> Version:
    return with_operator_version(node.version, wanted.known_source).value


def _word_for_the_target(node: Installation, wanted: Wanted) -> Fact[Version] | None:
    """Unread where only the operator's word would say that a node has the target already: that verifies no upgrade, and would end it."""
    known, version = wanted.known_source, node.version
    installs = wanted.goal.version if wanted.goal.kind in (PackageKind.FULL, PackageKind.DELTA) else None
    if installs is None or known is None or version.is_known or known.compare(installs) is not Order.SAME:
        return None
    why = f"{version.unread_reason}; known_source equals the target version, so it cannot be used to verify the upgrade"
    return Fact.unread(version.unread_what, why)


def _unread_node(name: str, reason: str) -> Node:
    why = reason or "it could not be asked"

    def unread(what: str) -> Fact[Any]:
        return Fact.unread(f"{what} of {name}", why)

    dms: Fact[Dms] = unread("DMS.xml")
    return Node(
        name,
        frozenset(),
        unread("the DataMiner ID"),
        dms,
        unread("the version"),
        unread("the web version"),
        unread("the role"),
        unread("the state"),
    )


def _system_default(seen: Observation) -> Fact[str | None]:
    def read() -> str | None:
        found = {one.maintenance.value.default_upgrade_options for one in seen.reached.values()}
        if len(found) > 1:
            raise NotRead("the system's default policy", "DefaultUpgradeOptions in MaintenanceSettings.xml differs between the nodes")
        return next(iter(found), None)

    return Fact.reading("the system's default policy", read)
