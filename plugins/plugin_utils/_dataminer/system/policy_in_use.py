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
    if now.scope.outside:
        # Their version is not that of the hosts given: an upgrade of them alone may lead to another line where that of these does not.
        outside = ", ".join(now.scope.outside)
        source = Fact.unread(f"the version of {outside}", "it is no host given, and cannot be asked from here", "choose simultaneously")
    return PolicyFacts(policy, seen.has_failover, source, target, wanted.legacy_policy_acknowledged, migrated)
