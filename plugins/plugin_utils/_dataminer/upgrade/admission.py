# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether this part of a system may be upgraded now: its scope, the roles of its pairs, the Failover policy, and the package (2, 5, 6)."""

from __future__ import annotations

from collections.abc import Iterable

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.rules import Finding, RuleBook, S
from ..._upgrade.steps import Refused
from ..failover import policy as failover_policy
from ..failover import roles
from ..failover.policy import Policy, PolicyFacts, PolicyUnresolved, ResolvedPolicy, resolve
from ..package.names import PackageKind
from ..system import scope, stored_packages
from ..system.cluster import Node
from ..system.completeness import NOTHING, told
from ..system.observation import Observation, Wanted
from ..system.reasons import Kind
from ..system.scope import is_on_target
from ..system.stored_packages import NodePackages, PackageUse


def refusal(seen: Observation, wanted: Wanted) -> Refused | None:
    """The first of the four that stands against it; None when nothing does."""
    return not_in_scope(seen, wanted) or unclear_roles(seen) or bad_policy(seen, wanted) or used(seen, wanted)


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


def not_in_scope(seen: Observation, wanted: Wanted) -> Refused | None:
    part = seen.scope(wanted)
    found = _found(scope.RULES, part, ("two_versions", "one_version", "external", "something"), "dataminer.scope")
    if not part.chosen and not part.outside:
        found = found or [Finding(", ".join(part.agents or ()) or "none", "agents of this system", "correct the list of agents")]
    if not found:
        return None
    first = found[0]
    return seen.refused(Kind.SCOPE, "this part of it must not be upgraded alone", told(found), first.wanted, f"{first.fix}; {NOTHING}")


def unclear_roles(seen: Observation) -> Refused | None:
    found = [one for pair in seen.pairs for rule in roles.RULES for one in rule(pair)]
    found += [
        Finding(f"one node of pair {pair.id} is known", "both nodes", "look at the pair in System Center")
        for pair in seen.pairs
        if not found and pair.online is None
    ]
    if not found:
        return None
    headline = "it is not clear which node of a Failover pair is online"
    return seen.refused(Kind.ROLE, headline, told(found), found[0].wanted, f"{found[0].fix}; {NOTHING}")


def bad_policy(seen: Observation, wanted: Wanted) -> Refused | None:
    headline = "the Failover policy must not be used"
    try:
        policy = resolved_policy(seen, wanted)
    except (PolicyUnresolved, NotRead) as error:
        seen_text, then = str(error), f"name the policy, best failover_policy: simultaneously; {NOTHING}"
        return seen.refused(Kind.POLICY, "the default Failover policy cannot be told", seen_text, "a policy that is known", then)
    facts = policy_facts(seen, wanted, policy.policy)
    found = [one for rule in failover_policy.RULES if rule.applies(facts) for one in rule(facts)]
    if not found:
        return None
    return seen.refused(Kind.POLICY, headline, told(found), found[0].wanted, f"{found[0].fix}; {NOTHING}")


def used(seen: Observation, wanted: Wanted) -> Refused | None:
    part = seen.scope(wanted)
    unread: Fact[int] = Fact.unread("this", "it does not matter here")
    nodes = {
        node.name: NodePackages(
            stored=seen.nodes[node.name].packages,
            is_behind=_is_behind(node, wanted),
            max_upload_mb=Fact.known(None),
            free_bytes=unread,
            staged_sha256=Fact.known(""),
        )
        for node in part.chosen
    }
    found = stored_packages.RULES["dataminer.package.used"](PackageUse(wanted.goal, nodes, wanted.fresh_upload))
    if not found:
        return None
    headline = "whether the package was used is not known" if found[0].unknown else "the package was used already"
    return seen.refused(Kind.USED, headline, told(found), found[0].wanted, f"{found[0].fix}; {NOTHING}")


def _found(book: RuleBook[S], part: S, names: Iterable[str], prefix: str) -> list[Finding]:
    rules = [book[f"{prefix}.{name}"] for name in names]
    return [one for rule in rules if rule.applies(part) for one in rule(part)]


def _is_behind(node: Node, wanted: Wanted) -> Fact[bool]:
    return Fact.reading(f"the version of {node.name}", lambda: not is_on_target(node, wanted.goal.target))
