# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade leads from here to the target (2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...._upgrade.facts import NotRead
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.rules import RuleBook
from ...host.installation import InstalledPart
from ...releases.releases import Release
from ...releases.upgrade_path import Hop, next_hop, path_advice

_ROLLUP = re.compile(r"UR(\d+)")


@dataclass(frozen=True)
class Path:
    """The server as it is, and where it shall go."""

    server: InstalledPart | None
    target: Release

    @property
    def source(self) -> Release:
        if self.server is None or self.server.release is None:
            raise NotRead("the server's release", "neither registry nor files name a published version")
        return self.server.release

    @property
    def hop(self) -> Hop | None:
        """The one hop to the target; None when there is none, or more are needed."""
        hop = next_hop(self.source, self.target)
        return hop if hop and hop.target is self.target else None


RULES: RuleBook[Path] = RuleBook()


@RULES.rule("scom.path.hop", Severity.BLOCKER, reference="2.1 D", waivable=False)
def leads_to_the_target(seen: Path) -> Finding | None:
    """An in-place upgrade leads from one release to the next only."""
    advice = path_advice(seen.source, seen.target)
    return finding(seen=advice.seen, wanted=advice.wanted, fix=advice.fix) if advice else None


@RULES.rule("scom.path.needed_rollup", Severity.BLOCKER, reference="2.1 D")
def has_the_rollup_the_hop_needs(seen: Path) -> Finding | None:
    """Some hops are supported from a certain update rollup on only."""
    hop = seen.hop
    return _below(seen, hop.needs_rollup) if hop and hop.needs_rollup else None


@RULES.rule("scom.path.advised_rollup", Severity.WARNING, reference="2.1 D")
def has_the_rollup_the_vendor_advises(seen: Path) -> Finding | None:
    """The vendor strongly advises a certain update rollup before some hops."""
    hop = seen.hop
    return _below(seen, hop.advises_rollup) if hop and hop.advises_rollup else None


def _below(seen: Path, rollup: str) -> Finding | None:
    present = seen.server.update_rollup if seen.server else ""
    if _number(present) >= _number(rollup):
        return None
    return finding(
        seen=f"{seen.source} {present}",
        wanted=f"{seen.source} {rollup} or later",
        fix=f"install {rollup} or a later rollup of {seen.source}",
    )


def _number(rollup: str) -> int:
    """The number of a rollup in words such as ``UR3 + hotfix``; RTM is 0."""
    match = _ROLLUP.match(rollup)
    if match:
        return int(match[1])
    if rollup.startswith("RTM"):
        return 0
    raise NotRead("the update rollup", rollup or "no version is known")
