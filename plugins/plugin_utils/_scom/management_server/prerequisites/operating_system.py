# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether Windows and .NET Framework are supported before and after the hop (6.3, 6.4)."""

from __future__ import annotations

from dataclasses import dataclass

from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.questions import Answers, Questions, dotnet_framework
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import Host, fact
from ...host.installation import Installation, Role
from ...releases.platforms import Minimum, OsRole, ServerOs, minimum
from ...releases.releases import Release
from ...releases.upgrade_path import next_hop

QUESTIONS: Questions = {"pre.dotnet": dotnet_framework()}


@dataclass(frozen=True)
class Platform:
    """The operating system of a management server, the releases it has to carry, and .NET Framework's release number (None: no 4.x)."""

    host: Host
    os: ServerOs | None
    roles: tuple[Role, ...]
    source: Release | None
    target: Release
    dotnet_release: Fact[int | None]

    @property
    def needs(self) -> Minimum | None:
        return minimum(self.target)


def read(installation: Installation, answers: Answers, target: Release) -> Platform:
    server = installation.management_server
    return Platform(
        host=installation.host,
        os=installation.operating_system,
        roles=installation.roles,
        source=server.release if server else None,
        target=target,
        dotnet_release=fact("the release of .NET Framework", lambda: answers.data("pre.dotnet").get("release")),
    )


RULES: RuleBook[Platform] = RuleBook()


@RULES.rule("scom.operating_system.both_sides", Severity.BLOCKER, reference="6.4 D")
def windows_is_supported_by_both_releases(seen: Platform) -> Finding | None:
    """Windows must be supported by the release before and by the release after the upgrade."""
    admitted = _admitted(seen)
    if seen.os in admitted or not admitted:
        return None
    sides = f"{seen.source} and {seen.target}" if seen.source else str(seen.target)
    return finding(
        seen=_windows(seen),
        wanted=f"{_titles(admitted)}, which {sides} support",
        fix="replace the server by one on a supported Windows, or upgrade Windows first where the present release supports it",
    )


@RULES.rule("scom.operating_system.core", Severity.BLOCKER, reference="6.3 D")
def server_core_carries_servers_only(seen: Platform) -> Finding | None:
    """Console and web console do not run on Server Core."""
    if "core" not in seen.host.installation_type.casefold() or seen.needs is None:
        return None
    kinds = {Role.CONSOLE: OsRole.CONSOLE, Role.WEB_CONSOLE: OsRole.FRONT, Role.REPORTING: OsRole.FRONT, Role.ACS_COLLECTOR: OsRole.FRONT}
    wrong = [role.value.replace("_", " ") for role in seen.roles if role in kinds and not seen.needs.runs_on_core(kinds[role])]
    if not wrong:
        return None
    return finding(
        seen=f"{', '.join(wrong)} on Server Core",
        wanted="a management server only",
        fix=f"remove {' and '.join(wrong)} from this host before the upgrade",
    )


@RULES.rule("scom.operating_system.dotnet", Severity.BLOCKER, reference="6.3 D")
def dotnet_framework_is_new_enough(seen: Platform) -> Finding | None:
    """The target needs a certain .NET Framework."""
    if seen.needs is None or seen.needs.dotnet_release is None:
        return None
    release, wanted = seen.dotnet_release.value, seen.needs.dotnet_release
    if release is not None and release >= wanted:
        return None
    return finding(
        seen=f"release {release}" if release else "no .NET Framework 4",
        wanted=f"release {wanted} ({_DOTNET.get(wanted, 'or later')}) or later",
        fix="install .NET Framework 4.8 and restart the server",
    )


# probes 1.11-1.16 D
_DOTNET = {461808: ".NET Framework 4.7.2", 528040: ".NET Framework 4.8"}


def _admitted(seen: Platform) -> frozenset[ServerOs]:
    """What both sides support, else what the target does; empty when the references know neither."""
    hop = next_hop(seen.source, seen.target) if seen.source else None
    if hop and hop.target is seen.target and hop.server_os is not None:
        return hop.server_os
    if seen.needs is None:
        raise NotRead(f"what {seen.target} runs on", "the requirements of this release are not known here")
    return seen.needs.server_os


def _windows(seen: Platform) -> str:
    host = seen.host
    return str(seen.os) if seen.os else f"Windows build {host.os_build} ({host.installation_type or 'unknown installation type'})"


def _titles(systems: frozenset[ServerOs]) -> str:
    return " or ".join(str(os) for os in sorted(systems, key=lambda os: os.build))
