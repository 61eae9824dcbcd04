# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""In which order the two nodes of a Failover pair are upgraded: the four policies, and what the default one stands for (5.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..versions.ranges import affected
from ..versions.versions import Version


class Policy(str, Enum):
    """The four policies by the names of this collection."""

    SIMULTANEOUSLY = "simultaneously"
    BACKUP_FIRST = "backup_first"
    BACKUP_FIRST_WITH_SWITCHBACK = "backup_first_with_switchback"
    DEFAULT = "default"

    @property
    def row(self) -> PolicyRow:
        return next(row for row in POLICIES if row.policy is self)


@dataclass(frozen=True)
class PolicyRow:
    """One policy: System Center's words for it, its word in UpgradeInfo.xml, and what it does.

    ``legacy``: the vendor advises against it, because the system runs two versions meanwhile. ``swaps_roles``: it ends with the roles
    of the two nodes exchanged.
    """

    policy: Policy
    title: str
    word: str
    order: str
    legacy: bool
    swaps_roles: bool
    source: str


POLICIES: tuple[PolicyRow, ...] = (
    PolicyRow(
        Policy.SIMULTANEOUSLY,
        "Upgrade main and backup Agent simultaneously",
        "Simultaneously",
        "both nodes at once; the pair is away during the upgrade",
        legacy=False,
        swaps_roles=False,
        source="5.3 D",
    ),
    PolicyRow(
        Policy.BACKUP_FIRST,
        "Upgrade backup first, switch over and upgrade main",
        "BackupFirst",
        "the offline node, a switch, then the node that was online; the roles end exchanged",
        legacy=True,
        swaps_roles=True,
        source="5.3 D",
    ),
    PolicyRow(
        Policy.BACKUP_FIRST_WITH_SWITCHBACK,
        "Upgrade backup first, switch over and upgrade main, then switch back again",
        "BackupFirstWithSwitchback",
        "as backup_first, and a second switch; the roles end as they were",
        legacy=True,
        swaps_roles=False,
        source="5.3 D",
    ),
    PolicyRow(
        Policy.DEFAULT,
        "Default policy",
        "UseDefault",
        "what System Center > System settings > Upgrade holds; not necessarily simultaneously",
        legacy=False,
        swaps_roles=False,
        source="5.3 D",
    ),
)
_WORD = re.compile(r"[A-Za-z]+")
_BY_WORD = {row.word.casefold(): row.policy for row in POLICIES}


class PolicyUnresolved(ValueError):
    """The system's own default policy cannot be told; the message says why and what to do."""


@dataclass(frozen=True)
class ResolvedPolicy:
    """The policy that is written and used, never DEFAULT, and where it comes from, in words."""

    policy: Policy
    origin: str

    def __str__(self) -> str:
        return f"{self.policy.value} ({self.origin})"


def resolve(policy: Policy, system_default: Fact[str | None]) -> ResolvedPolicy:
    """What to use for the policy asked for.

    ``system_default``: the content of <DefaultUpgradeOptions> in MaintenanceSettings.xml, None where the element is absent. Its inner
    form is not published (4 U), so exactly one of the policies' words must be in it. The element appears only when a default was
    changed (4 D). What the default is without it is not published, and not necessarily simultaneously (5.3 D): then the vendor's advice
    is taken, said, and written out, so that nothing hangs on it.
    Raises PolicyUnresolved, and NotRead when the setting was needed and could not be read.

    >>> str(resolve(Policy.DEFAULT, Fact.known("<FailoverPolicy>BackupFirst</FailoverPolicy>")))
    'backup_first (the default set in this system)'
    """
    if policy is not Policy.DEFAULT:
        return ResolvedPolicy(policy, "by the option")
    content = system_default.value
    if content is None:
        return ResolvedPolicy(Policy.SIMULTANEOUSLY, "no default was ever set in this system; the vendor's advice is taken")
    found = {_BY_WORD[word.casefold()] for word in _WORD.findall(content) if word.casefold() in _BY_WORD}
    if len(found) != 1 or found == {Policy.DEFAULT}:
        words = ", ".join(sorted(one.value for one in found)) or "none of the four policies"
        raise PolicyUnresolved(f"the system's own default policy is not clear: its setting names {words}; name the policy yourself")
    return ResolvedPolicy(found.pop(), "the default set in this system")


@dataclass(frozen=True)
class PolicyFacts:
    """What the rules look at. ``acknowledged``: the operator said by name that the legacy policy is meant."""

    policy: Policy
    has_failover: Fact[bool]
    source: Fact[Version]
    target: Version
    acknowledged: bool
    automatic_pairs_on_broker_gateway: Fact[bool]

    @property
    def is_legacy(self) -> bool:
        return self.policy.row.legacy


RULES: RuleBook[PolicyFacts] = RuleBook()


def _legacy(seen: PolicyFacts) -> bool:
    """A policy concerns pairs only; where it is not known whether there are any, it is judged."""
    return seen.is_legacy and not (seen.has_failover.is_known and not seen.has_failover.value)


def _allowed(seen: PolicyFacts) -> bool:
    """Whether a legacy policy may be used at all: where another rule forbids it, or cannot tell, there is nothing to acknowledge."""
    return _legacy(seen) and not (major_upgrade_takes_both_nodes_at_once(seen) or pairs_on_broker_gateway_go_simultaneously(seen))


@RULES.rule("dataminer.failover.legacy_policy", Severity.BLOCKER, reference="5.3 D", when=_allowed, waivable=False)
def legacy_policy_is_acknowledged(seen: PolicyFacts) -> Finding | None:
    """The two policies that upgrade the backup first leave two versions in one cluster for a while; the vendor advises against them."""
    if seen.acknowledged:
        return None
    return finding(
        seen=f"failover_policy: {seen.policy.value}",
        wanted="simultaneously, which the vendor highly recommends",
        fix="choose simultaneously, or acknowledge the legacy policy by its name",
    )


@RULES.rule("dataminer.failover.legacy_policy_major", Severity.BLOCKER, reference="5.3 D", when=_legacy, waivable=False)
def major_upgrade_takes_both_nodes_at_once(seen: PolicyFacts) -> Finding | None:
    """A major upgrade always takes both nodes of a pair simultaneously."""
    source = seen.source.value
    if source.line == seen.target.line:
        return None
    return finding(
        seen=f"failover_policy: {seen.policy.value}, from {source} to {seen.target}",
        wanted="simultaneously: the upgrade leads to another line",
        fix="choose simultaneously",
    )


# 5.3 D: where a pair's configuration cannot be changed with BrokerGateway.
_BROKER_GATEWAY = affected("10.5.0 CU4+, 10.6.0 CU0-4, 10.5.7-10.6.7")


@RULES.rule("dataminer.failover.broker_gateway_policy", Severity.BLOCKER, reference="5.3 D", when=_legacy, waivable=False)
def pairs_on_broker_gateway_go_simultaneously(seen: PolicyFacts) -> Finding | None:
    """Automatic pairs on BrokerGateway must be upgraded simultaneously on 10.5.0 CU4 / 10.5.7 up to 10.6.0 CU4 / 10.6.7."""
    source = seen.source.value
    # The exact version comes last: a cluster that was never migrated is not concerned, and its cumulative update need not be known.
    if not _BROKER_GATEWAY.may_include(source) or not seen.automatic_pairs_on_broker_gateway.value or not _BROKER_GATEWAY.includes(source):
        return None
    return finding(
        seen=f"failover_policy: {seen.policy.value} on {source}, with automatic pairs on BrokerGateway",
        wanted="simultaneously",
        fix="choose simultaneously",
    )
