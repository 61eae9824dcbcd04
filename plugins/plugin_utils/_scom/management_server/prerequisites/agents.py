# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the agents' operating systems are still supported after the upgrade (6.3, 6.4)."""

from __future__ import annotations

from dataclasses import dataclass

from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.rules import RuleBook
from ...group.databases import AgentCount
from ...releases.platforms import minimum
from ...releases.releases import Release


@dataclass(frozen=True)
class AgentSystems:
    """How many agents run on which Windows, as the operational database knows it."""

    counts: Fact[tuple[AgentCount, ...]]
    target: Release


RULES: RuleBook[AgentSystems] = RuleBook()


@RULES.rule("scom.agents.operating_system", Severity.BLOCKER, reference="6.4 W")
def agents_run_on_supported_windows(seen: AgentSystems) -> Finding | None:
    """Agents on a Windows Server older than any that the target supports block the upgrade of the group; newer ones do not."""
    needs = minimum(seen.target)
    if needs is None or needs.agent_os is None:
        return None
    floor = min(needs.agent_os, key=lambda os: os.build)
    wrong = [count for count in seen.counts.value if _is_server(count) and _build(count) < floor.build]
    if not wrong:
        return None
    return finding(
        seen=", ".join(f"{count.agents} on {count.os_name} ({count.os_version})" for count in wrong),
        wanted=f"Windows Server agents on {floor} or later",
        fix="upgrade Windows on these hosts, or remove their agents from the group",
    )


def _is_server(count: AgentCount) -> bool:
    # The names of Windows Server are the same in every language; clients share their build numbers.
    return "server" in count.os_name.casefold()


def _build(count: AgentCount) -> int:
    numbers = count.os_version.split(".")
    if len(numbers) < 3 or not numbers[2].isdecimal():
        raise NotRead(f"the version of {count.os_name}", f"{count.os_version!r} is no version of Windows")
    return int(numbers[2])
