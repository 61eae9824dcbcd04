# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Known issues of upgrades, K1 to K10 of section 7: which pairs of versions fail on which systems, and the way round each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding, for_each
from ..._upgrade.rules import RuleBook
from ..versions.ranges import Affected, affected, since
from ..versions.versions import Version


@dataclass(frozen=True)
class NodeFacts:
    """What the issues need to know of one node.

    ``expired_users``: users marked ``expired="true"`` in its Security.xml. ``default_upgrade_options``: whether its
    MaintenanceSettings.xml holds the element of that name. ``antivirus``: third-party antivirus programs on it, ``antivirus_excludes``:
    whether they leave ``C:\\Skyline DataMiner`` alone. ``snmpv3_elements``: how many elements use SNMPv3.
    ``directory_answers_empty``: whether its ActiveDirectory log shows the query for NetBIOS names with "Total rows: 0".
    """

    expired_users: Fact[tuple[str, ...]]
    default_upgrade_options: Fact[bool]
    antivirus: Fact[tuple[str, ...]]
    antivirus_excludes: Fact[bool]
    snmpv3_elements: Fact[int]
    directory_answers_empty: Fact[bool]


@dataclass(frozen=True)
class IssueFacts:
    """What the issues look at: versions of server and web applications, Failover, every node by name, and the package.

    ``several_failover_addresses``: whether a pair with a virtual IP has more than two of them or several network cards.
    """

    source: Fact[Version]
    source_web: Fact[Version]
    target: Version
    has_failover: Fact[bool]
    several_failover_addresses: Fact[bool]
    nodes: Mapping[str, NodeFacts]
    package_lacks_executor: bool


RULES: RuleBook[IssueFacts] = RuleBook()


# Every check asks the system first and the exact version last: where the system is not concerned, a cumulative update need not be known.
def _target_in(versions: Affected) -> Callable[[IssueFacts], bool]:
    """Whether an issue concerns the target; a target whose cumulative update is not known may be concerned."""
    return lambda seen: versions.may_include(seen.target)


_K1_SOURCE, _K1 = affected("10.4.0, 10.4.1-10.4.4"), affected("10.5.0 CU3, 10.5.6-10.5.7")


@RULES.rule("dataminer.known.prerequisites_cannot_load", Severity.BLOCKER, reference="7 K1 D", when=_target_in(_K1))
def prerequisites_load_on_the_source(seen: IssueFacts) -> Finding | None:
    """On 10.4.0 to 10.4.4 the prerequisites of 10.5.0 CU3, 10.5.6 and 10.5.7 fail to load a library."""
    if not _K1_SOURCE.includes(seen.source.value) or not _K1.includes(seen.target):
        return None
    fix = "go to 10.5.0 CU0, CU1 or CU2 first, or straight to 10.5.0 CU5 / 10.5.8 or later"
    return finding(seen=f"{seen.source.value} to {seen.target}", wanted="a pair of versions without this issue", fix=fix)


_K2 = affected("10.5.1-10.5.2")


@RULES.rule("dataminer.known.expired_users", Severity.BLOCKER, reference="7 K2 D", when=_target_in(_K2))
def no_user_is_expired(seen: IssueFacts) -> list[Finding]:
    """An upgrade to 10.5.1 or 10.5.2 hangs on users marked as expired."""

    def check(node: NodeFacts) -> Finding | None:
        if not node.expired_users.value:
            return None
        users = ", ".join(node.expired_users.value)
        fix = 'let their passwords never expire and set expired="false" in Security.xml, or choose a target after 10.5.2'
        return finding(seen=f"expired: {users}", wanted='no user with expired="true" in Security.xml', fix=fix)

    return for_each(seen.nodes, check)


_K3_SOURCE, _K3 = affected("10.4.0 CU6+"), affected("10.4.9-10.4.12")


@RULES.rule("dataminer.known.snmpv3", Severity.BLOCKER, reference="7 K3 D", when=_target_in(_K3))
def snmpv3_passwords_are_migrated(seen: IssueFacts) -> list[Finding]:
    """From 10.4.0 CU6 or later to 10.4.9 .. 10.4.12 the migration of SNMPv3 passwords is left out, and such elements do not load."""

    def check(node: NodeFacts) -> Finding | None:
        if not node.snmpv3_elements.value or not _K3_SOURCE.includes(seen.source.value):
            return None
        fix = "choose a target after 10.4.12, or run MigrateSNMPv3PasswordsToElementConfig by hand afterwards and waive this"
        return finding(seen=f"{node.snmpv3_elements.value} SNMPv3 elements", wanted="none, or another target", fix=fix)

    return for_each(seen.nodes, check)


_K4 = affected("10.4.0 CU14, 10.5.0 CU2, 10.5.5")


@RULES.rule("dataminer.known.antivirus", Severity.BLOCKER, reference="7 K4 D", when=_target_in(_K4))
def antivirus_leaves_dataminer_alone(seen: IssueFacts) -> list[Finding]:
    """Third-party antivirus removes a tool of 10.4.0 CU14, 10.5.0 CU2 and 10.5.5, and the upgrade fails in the middle."""

    def check(node: NodeFacts) -> Finding | None:
        if not node.antivirus.value or node.antivirus_excludes.value or not _K4.includes(seen.target):
            return None
        found = ", ".join(node.antivirus.value)
        return finding(seen=found, wanted="C:\\Skyline DataMiner excluded", fix="exclude C:\\Skyline DataMiner in it, on every node")

    return for_each(seen.nodes, check)


_K5 = affected("10.4.0 CU0-15, 10.5.0 CU0-3, 10.4.1-10.5.6")


@RULES.rule("dataminer.known.default_upgrade_options", Severity.BLOCKER, reference="7 K5, 4 D")
def no_default_upgrade_options_where_slnet_fails_on_them(seen: IssueFacts) -> list[Finding]:
    """Where defaults for upgrades were ever changed, SLNet does not start on 10.4.1 .. 10.5.6 and 10.5.0 CU0 .. CU3."""

    def check(node: NodeFacts) -> Finding | None:
        if not node.default_upgrade_options.value:
            return None
        # The vendor's words are "target (or source)": a source that does not come up again cannot be upgraded either.
        concerned = next((one.value for one in (Fact.known(seen.target), seen.source) if _K5.includes(one.value)), None)
        if concerned is None:
            return None
        or_target = ", or choose 10.4.0 CU16 / 10.5.0 CU4 / 10.5.7 or later" if concerned is seen.target else ""
        fix = f"remove the element on every agent and restart DataMiner{or_target}"
        return finding(seen="<DefaultUpgradeOptions> in MaintenanceSettings.xml", wanted=f"none with {concerned}", fix=fix)

    return for_each(seen.nodes, check)


_K6 = affected("10.3.0 CU9-10, 10.3.12, 10.4.1")


@RULES.rule("dataminer.known.failover_stays_offline", Severity.BLOCKER, reference="7 K6 D", when=_target_in(_K6))
def failover_pairs_come_online(seen: IssueFacts) -> Finding | None:
    """On 10.3.0 CU9 and CU10, 10.3.12 and 10.4.1 both nodes of a Failover pair can stay offline."""
    return _failover_target(seen, _K6, seen.has_failover)


_K7 = affected("10.3.0 CU20, 10.4.0 CU8-11, 10.4.11-10.5.2")


@RULES.rule("dataminer.known.virtual_address_not_taken", Severity.BLOCKER, reference="7 K7 D", when=_target_in(_K7))
def failover_takes_its_virtual_address(seen: IssueFacts) -> Finding | None:
    """On some versions a pair with several virtual addresses or network cards cannot take its virtual IP."""
    return _failover_target(seen, _K7, seen.several_failover_addresses)


def _failover_target(seen: IssueFacts, versions: Affected, concerned: Fact[bool]) -> Finding | None:
    if not concerned.value or not versions.includes(seen.target):
        return None
    return finding(seen=f"target {seen.target} with such a pair", wanted=f"a target other than {versions}", fix="choose a later target")


_K8 = affected("10.4.0 CU4-11, 10.4.7-10.5.1")


@RULES.rule("dataminer.known.domain_users_locked_out", Severity.BLOCKER, reference="7 K8 D", when=_target_in(_K8))
def domain_users_can_log_on_afterwards(seen: IssueFacts) -> list[Finding]:
    """Where the directory's global catalogue gives no NetBIOS name, domain users cannot log on to some versions."""

    def check(node: NodeFacts) -> Finding | None:
        if not node.directory_answers_empty.value or not _K8.includes(seen.target):
            return None
        fix = "choose a target after 10.4.0 CU11 / 10.5.1, and keep a local administrator of DataMiner"
        return finding(seen="the query for nETBIOSName has 0 rows", wanted=f"a NetBIOS name, or a target other than {_K8}", fix=fix)

    return for_each(seen.nodes, check)


_K9_SOURCE, _K9_FIXED = affected("10.5.0 CU0, 10.5.2-10.5.3"), since("10.5.0 CU15/10.6.0 CU3/10.6.6")
# Sources that can come from the main release or from 10.5.2 on: nothing older is concerned, whatever its CU.
_K9_LINE = (10, 5)


@RULES.rule("dataminer.known.gqi_library", Severity.WARNING, reference="7 K9 D", when=lambda seen: seen.target.line >= _K9_LINE)
def gqi_keeps_its_library(seen: IssueFacts) -> Finding | None:
    """From web applications 10.5.0 CU0, 10.5.2 or 10.5.3 the GQI module loses a library on the way to most later versions."""
    web = seen.source_web.value
    if web.line != _K9_LINE or not _K9_SOURCE.includes(web) or _K9_FIXED.reached_by(seen.target):
        return None
    fix = "afterwards repair the installation of DataMiner GQI on every node"
    return finding(seen=f"web applications {web}, target {seen.target}", wanted=f"a target of {_K9_FIXED} or later", fix=fix)


@RULES.rule("dataminer.known.package_without_executor", Severity.BLOCKER, reference="7 K10 D")
def package_brings_its_executor(seen: IssueFacts) -> Finding | None:
    """A package of the Update Center brings no executor for its prerequisites, and is refused by every agent."""
    if not seen.package_lacks_executor:
        return None
    return finding(
        seen="no Prerequisites/executor in Update.zip",
        wanted="a full package with its executor",
        fix="download the full upgrade package from the vendor's community site",
    )
