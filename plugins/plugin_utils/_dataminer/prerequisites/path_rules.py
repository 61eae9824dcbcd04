# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rules of the upgrade path, P1 to P14 of section 7: which hops are refused, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..package.names import PackageKind
from ..versions.ranges import since
from ..versions.upgrade_path import BROKER_GATEWAY_NEEDED, LINES, HopKind, hop_kind, in_words, route
from ..versions.versions import Version
from .downgrade import cautions


@dataclass(frozen=True)
class PathFacts:
    """What the rules look at.

    ``source``: what the cluster runs. ``kind``: of the package. ``cluster_ports_verified``: whether VerifyClusterPorts was run with
    success and its result still counts. ``migrated``: whether every node is on BrokerGateway.
    """

    source: Fact[Version]
    target: Version
    kind: PackageKind
    cluster_ports_verified: Fact[bool]
    migrated: Fact[bool]

    @property
    def way(self) -> str:
        """The advice of every refusal here, in one sentence."""
        steps = route(self.source.value, self.target, migrated=self.migrated.value if self.migrated.is_known else None)
        return in_words(steps) or f"choose a target newer than {self.source.value}"


RULES: RuleBook[PathFacts] = RuleBook()


def _installs(seen: PathFacts) -> bool:
    return seen.kind in (PackageKind.FULL, PackageKind.DELTA)


def _hop(seen: PathFacts) -> HopKind | None:
    """The kind of hop; None between equal numbers, where only the rule on downgrades must know which is newer."""
    source = seen.source.value
    return None if source.numbers == seen.target.numbers else hop_kind(source, seen.target)


@RULES.rule("dataminer.path.older_main", Severity.BLOCKER, reference="7 P3 D", when=_installs)
def feature_release_does_not_go_to_the_main_release_of_its_line(seen: PathFacts) -> Finding | None:
    """A main release is older code than the feature releases of its line."""
    if _hop(seen) is not HopKind.OLDER_MAIN:
        return None
    return finding(
        seen=f"{seen.source.value}, a feature release", wanted=f"a target newer than it; {seen.target} is older code", fix=seen.way
    )


@RULES.rule("dataminer.path.main_to_feature", Severity.INFO, reference="7 P4 I", when=_installs)
def main_release_may_go_to_a_feature_release_of_its_line(seen: PathFacts) -> Finding | None:
    """Going from a main release to a feature release of the same line is nowhere forbidden, and nowhere described."""
    if _hop(seen) is not HopKind.FEATURE_OF_MAIN:
        return None
    return finding(
        seen=f"{seen.source.value} to {seen.target}, a change of track",
        wanted="a decision: from there only feature releases, or the main release of the next line, can follow",
        fix="choose the next main release instead if you mean to stay on the main track",
    )


@RULES.rule("dataminer.path.skipped_lines", Severity.BLOCKER, reference="7 P6 D", when=_installs)
def no_line_is_skipped(seen: PathFacts) -> Finding | None:
    """The latest cumulative update of every main release between must be installed on the way."""
    if _hop(seen) is not HopKind.SKIPPING:
        return None
    return finding(seen=f"{seen.source.value} to {seen.target}", wanted="a target on the same line or the next one", fix=seen.way)


@RULES.rule("dataminer.path.broker_gateway", Severity.BLOCKER, reference="7 P7 D", when=_installs)
def cluster_is_migrated_to_broker_gateway(seen: PathFacts) -> Finding | None:
    """10.6 needs a cluster that was migrated to BrokerGateway on 10.5 before."""
    source = seen.source.value
    if not BROKER_GATEWAY_NEEDED.reached_by(seen.target) or BROKER_GATEWAY_NEEDED.reached_by(source):
        return None
    # The exact version comes last: without the migration the way is barred whatever the cumulative update is.
    if source.line == (10, 5) and seen.migrated.value and _MIGRATABLE.reached_by(source):
        return None
    return finding(
        seen=f"{source}" + (", not on BrokerGateway" if source.line == (10, 5) else ", which cannot be on BrokerGateway"),
        wanted=f"at least {_MIGRATABLE}, with every node migrated to BrokerGateway",
        fix=seen.way,
    )


_MIGRATABLE = since("10.5.0 CU2/10.5.5")


@RULES.rule("dataminer.path.before_10_1", Severity.BLOCKER, reference="7 P9 D", when=_installs)
def old_versions_go_through_the_last_10_0(seen: PathFacts) -> Finding | None:
    """9.6 and 10.0.0 must be at 10.0.0 CU19 before they go further."""
    source = seen.source.value
    if source.line < LINES[0]:
        return finding(
            seen=str(source), wanted="9.6 or later, the oldest version these rules know", fix="ask the vendor for the way from there"
        )
    if source.line > (10, 0) or (source.line == (10, 0) and (not source.is_main or _FROM_10_0.reached_by(source))):
        return None
    if seen.target.line == (10, 0) and seen.target.is_main:
        return None
    return finding(seen=str(source), wanted="10.0.0 CU19", fix=seen.way)


_FROM_10_0 = since("10.0.0 CU19")


@RULES.rule("dataminer.path.cluster_ports", Severity.BLOCKER, reference="7 P10 D", when=_installs)
def cluster_ports_are_verified_before_10_2(seen: PathFacts) -> Finding | None:
    """From 10.0 to 10.2 the upgrade fails unless VerifyClusterPorts was run before."""
    if seen.source.value.line != (10, 0) or seen.target.line != (10, 2) or seen.cluster_ports_verified.value:
        return None
    return finding(
        seen="no successful result of VerifyClusterPorts that still counts",
        wanted="one that is not older than 10 days",
        fix="run VerifyClusterPorts.dmupgrade on the whole cluster; it does not restart DataMiner",
    )


@RULES.rule("dataminer.path.feature_10_2_7", Severity.BLOCKER, reference="7 P11 D", when=_installs)
def early_versions_do_not_go_to_10_2_7(seen: PathFacts) -> Finding | None:
    """10.2.7 cannot be installed on versions before 10.1.0 CU12 and 10.2.3."""
    if seen.target.numbers[:3] != (10, 2, 7) or _READY_FOR_10_2_7.reached_by(seen.source.value):
        return None
    return finding(seen=f"{seen.source.value} to {seen.target}", wanted="10.2.8 or later, or a main release", fix="choose another target")


_READY_FOR_10_2_7 = since("10.1.0 CU12/10.2.3")


@RULES.rule("dataminer.path.web_10_5", Severity.BLOCKER, reference="7 P12 D", when=lambda seen: seen.kind is PackageKind.WEB)
def web_10_5_needs_server_10_4(seen: PathFacts) -> Finding | None:
    """Web applications 10.5 need DataMiner 10.4.0 or later."""
    return _server_too_old(seen, (10, 4)) if seen.target.line == (10, 5) else None


@RULES.rule("dataminer.path.web_10_6", Severity.BLOCKER, reference="7 P13 D", when=lambda seen: seen.kind is PackageKind.WEB)
def web_10_6_needs_server_10_5(seen: PathFacts) -> Finding | None:
    """Web applications 10.6 and later need DataMiner 10.5.0 or later."""
    return _server_too_old(seen, (10, 5)) if seen.target.line >= (10, 6) else None


def _server_too_old(seen: PathFacts, line: tuple[int, int]) -> Finding | None:
    if seen.source.value.line >= line:
        return None
    wanted = f"{line[0]}.{line[1]}.0 or later"
    return finding(
        seen=f"DataMiner {seen.source.value}", wanted=wanted, fix=f"upgrade DataMiner to {wanted} first, or take an older web package"
    )


@RULES.rule("dataminer.path.downgrade", Severity.BLOCKER, reference="7 P14, 6 D", when=_installs)
def target_is_newer_than_what_runs(seen: PathFacts) -> Finding | None:
    """A downgrade has a procedure of its own: one package for each line, with things to be done by hand."""
    source, target = seen.source.value, seen.target
    if hop_kind(source, target) is not HopKind.BACK:
        return None
    fix = "; ".join(["restore the snapshots of all servers, which the vendor prefers", *(one.text for one in cautions(source, target))])
    return finding(seen=f"{source} to {target}, a downgrade", wanted=f"a target newer than {source}", fix=fix)


@dataclass(frozen=True)
class PathRule:
    """One row of section 7: its number, when it applies, the verdict, its source, and the rule that enforces it ('' where all is well)."""

    number: str
    condition: str
    verdict: str
    reference: str
    rule: str = ""


PATH_RULES: tuple[PathRule, ...] = (
    PathRule("P1", "same main release, later CU", "direct; no CU between is needed", "7 P1 D"),
    PathRule("P2", "feature release to a later one of its line", "direct", "7 P2 D"),
    PathRule("P3", "feature release to the main release of its line", "refused: older code", "7 P3 D", "dataminer.path.older_main"),
    PathRule("P4", "main release to a feature release of its line", "allowed by silence", "7 P4 I", "dataminer.path.main_to_feature"),
    PathRule("P5", "to the next line", "direct", "7 P5 D"),
    PathRule("P6", "over one line or more", "through the latest CU of each", "7 P6 D", "dataminer.path.skipped_lines"),
    PathRule("P7", "to 10.6.0, 10.6.1 or later", "on BrokerGateway before", "7 P7 D", "dataminer.path.broker_gateway"),
    PathRule("P8", "from before 10.1 to 10.2 or later", "10.1 is no stop", "7 P8 D"),
    PathRule("P9", "from 9.6 or 10.0.0 before CU19", "10.0.0 CU19 first", "7 P9 D", "dataminer.path.before_10_1"),
    PathRule("P10", "from 10.0 to 10.2", "VerifyClusterPorts first", "7 P10 D", "dataminer.path.cluster_ports"),
    PathRule("P11", "from before 10.1.0 CU12 / 10.2.3 to 10.2.7", "refused", "7 P11 D", "dataminer.path.feature_10_2_7"),
    PathRule("P12", "web package 10.5", "server 10.4.0 or later", "7 P12 D", "dataminer.path.web_10_5"),
    PathRule("P13", "web package 10.6 or later", "server 10.5.0 or later", "7 P13 D", "dataminer.path.web_10_6"),
    PathRule("P14", "to an older version", "the downgrade procedure", "7 P14 D", "dataminer.path.downgrade"),
)
