# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Failover policy that an upgrade of a system would use, and what the rules on policies look at (5.3)."""

from __future__ import annotations

from ..._upgrade.facts import Fact, NotRead
from ..failover.policy import Policy, PolicyFacts, ResolvedPolicy, resolve
from ..package.names import PackageKind
from .observation import Observation
from .wanted import Wanted


def resolved_policy(seen: Observation, wanted: Wanted) -> ResolvedPolicy:
    """The policy that is written and used. Raises PolicyUnresolved, and NotRead when the system's own setting is needed and not read."""
    return resolve(wanted.policy, _system_default(seen))


def policy_facts(seen: Observation, wanted: Wanted, policy: Policy) -> PolicyFacts:
    """What the rules on policies look at. Pairs are taken for automatic ones: no file says which they are."""
    source = seen.source(wanted)
    installs = wanted.goal.kind in (PackageKind.FULL, PackageKind.DELTA) and wanted.goal.version
    target = wanted.goal.version if installs and wanted.goal.version else source.value if source.is_known else wanted.goal.target
    nodes = seen.reached.values()
    migrated = Fact.reading("whether the nodes are on BrokerGateway", lambda: any(one.maintenance.value.broker_gateway for one in nodes))
    return PolicyFacts(policy, seen.has_failover, source, target, wanted.legacy_policy_acknowledged, migrated)


def _system_default(seen: Observation) -> Fact[str | None]:
    def read() -> str | None:
        found = {one.maintenance.value.default_upgrade_options for one in seen.reached.values()}
        if len(found) > 1:
            raise NotRead("the system's default policy", "DefaultUpgradeOptions in MaintenanceSettings.xml differs between the nodes")
        return next(iter(found), None)

    return Fact.reading("the system's default policy", read)
