# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the rules on Failover policies look at (5.3)."""

from __future__ import annotations

from ..._upgrade.facts import Fact
from ..failover.policy import Policy, PolicyFacts
from ..package.names import PackageKind
from .situation import Situation


def policy_facts(now: Situation, policy: Policy) -> PolicyFacts:
    """What the rules on policies look at. Pairs are taken for automatic ones: no file says which they are."""
    seen, wanted, source = now.seen, now.wanted, now.source
    installs = wanted.goal.kind in (PackageKind.FULL, PackageKind.DELTA) and wanted.goal.version
    target = wanted.goal.version if installs and wanted.goal.version else source.value if source.is_known else wanted.goal.target
    nodes = seen.reached.values()
    migrated = Fact.reading("whether the nodes are on BrokerGateway", lambda: any(one.maintenance.value.broker_gateway for one in nodes))
    return PolicyFacts(policy, seen.has_failover, source, target, wanted.legacy_policy_acknowledged, migrated)
