# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The refusals that rules stand for: what a rule that cannot be waived has found is told as a refusal (2, 3, 5, 6)."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade.findings import Finding
from ..._upgrade.judgement import Judgement
from .reasons import Kind


@dataclass(frozen=True)
class Ruled:
    """One kind of refusal: its headline, and the rules whose findings it tells. ``unread``: the headline where these were not checked."""

    headline: str
    rules: tuple[str, ...]
    unread: str = ""


RULED = {
    Kind.PACKAGE: Ruled("the package's name does not say what it installs", ("dataminer.package.version",)),
    Kind.PARTIAL: Ruled(
        "the hosts given and the cluster do not agree",
        (
            "dataminer.cluster.agents_given",
            "dataminer.cluster.pairs_whole",
            "dataminer.cluster.members_given",
            "dataminer.cluster.strangers",
            "dataminer.cluster.one_id_for_each",
        ),
    ),
    Kind.SCOPE: Ruled(
        "these agents must not be upgraded on their own",
        ("dataminer.scope.two_versions", "dataminer.scope.one_version", "dataminer.scope.external", "dataminer.scope.something"),
    ),
    Kind.ROLE: Ruled(
        "it is not clear which node of a Failover pair is online",
        ("dataminer.failover.roles_are_clear", "dataminer.failover.one_is_online"),
    ),
    Kind.POLICY: Ruled(
        "the Failover policy must not be used",
        (
            "dataminer.failover.legacy_policy",
            "dataminer.failover.legacy_policy_major",
            "dataminer.failover.broker_gateway_policy",
        ),
    ),
    Kind.USED: Ruled("the package was used already", ("dataminer.package.used",), "whether the package was used is not known"),
}


def found(judgement: Judgement, kind: Kind) -> tuple[Finding, ...]:
    """What a refusal of this kind tells. That hosts and cluster do not agree is said only where both are known."""
    ruled = RULED.get(kind)
    if ruled is None:
        return ()
    return tuple(one for one in judgement.findings if one.rule in ruled.rules and not (one.unknown and kind is Kind.PARTIAL))


def besides(judgement: Judgement, kind: Kind) -> tuple[Finding, ...]:
    """All other findings that count: what a refusal says itself is not said again below it."""
    itself = found(judgement, kind)
    return tuple(one for one in judgement.findings if one not in itself)


def headline(judgement: Judgement, kind: Kind) -> str:
    """What a refusal of this kind says first."""
    ruled = RULED[kind]
    return ruled.unread if ruled.unread and found(judgement, kind)[0].unknown else ruled.headline
