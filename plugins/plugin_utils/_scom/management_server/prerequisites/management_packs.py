# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the management packs can be imported by the target (6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...._upgrade.facts import Fact
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.questions import Answers
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import fact
from ...releases.releases import Release

COMMANDS: Mapping[str, Mapping[str, Any]] = {"pre.aliases": {"verb": "management_pack_aliases"}}


@dataclass(frozen=True)
class DuplicateAlias:
    """References of one management pack under aliases that differ only in case."""

    management_pack: str
    version: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class ManagementPacks:
    """What the Data Access service says of the management packs."""

    duplicates: Fact[tuple[DuplicateAlias, ...]]
    target: Release


def read(sdk: Answers, target: Release) -> ManagementPacks:
    return ManagementPacks(fact("the references of the management packs", lambda: _duplicates(sdk)), target)


def _duplicates(sdk: Answers) -> tuple[DuplicateAlias, ...]:
    found = sdk.data("pre.aliases")["duplicates"]
    return tuple(DuplicateAlias(str(one["management_pack"]), str(one["version"]), tuple(map(str, one["aliases"]))) for one in found)


RULES: RuleBook[ManagementPacks] = RuleBook()


# The database a 2019 UR4 or later comes from, and every release after 2019, counts them as duplicates; setup does not test for it.
@RULES.rule("scom.management_packs.duplicate_aliases", Severity.BLOCKER, reference="6.5 D", when=lambda seen: seen.target >= Release.R2022)
def aliases_differ_in_more_than_case(seen: ManagementPacks) -> list[Finding]:
    """References whose aliases differ only in case count as duplicates and make the upgrade fail."""
    return [
        finding(
            subject=f"{one.management_pack} {one.version}",
            seen=f"aliases {', '.join(one.aliases)}",
            wanted="aliases that differ in more than case",
            fix="rename the alias in the management pack's XML and import it again; a sealed one must come from its author",
        )
        for one in seen.duplicates.value
    ]
