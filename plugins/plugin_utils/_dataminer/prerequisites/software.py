# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether Windows, .NET and the Visual C++ runtimes of a node carry the target (7, 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, directory, dotnet_framework, vc_runtimes
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import Host, fact
from ..node.installation import Installation
from ..versions.platforms import (
    FRAMEWORK_NOT_IN_PACKAGE,
    LONGEST_HOST_NAME,
    LOWEST_WINDOWS_BUILD,
    RUNTIME_ARCHITECTURES,
    WINDOWS_ENFORCED,
    dotnet_need,
    runtime_need,
)
from ..versions.versions import Version

# What C(dotnet --list-runtimes) lists as Microsoft.AspNetCore.App (8 D).
_RELEASE = re.compile(r"(\d+)\.\d+\.\d+")
_NUMBERS = re.compile(r"\d+")
_ASP_NET = r"C:\Program Files\dotnet\shared\Microsoft.AspNetCore.App"
QUESTIONS: Questions = {
    "dm.asp_net": directory(_ASP_NET),
    "dm.dotnet": dotnet_framework(),
    "dm.vc": vc_runtimes(),
}


@dataclass(frozen=True)
class Software:
    """What is installed. ``hosting``: major versions of ASP.NET Core. ``framework``: release number, None without .NET Framework 4.

    ``target``: the version of DataMiner to be installed.
    """

    target: Version
    host: Host
    framework: Fact[int | None]
    hosting: Fact[frozenset[int]]
    runtimes: Fact[Mapping[str, tuple[int, ...]]]


def read(node: Installation, answers: Answers, target: Version) -> Software:
    return Software(
        target=target,
        host=node.host,
        framework=fact("the release of .NET Framework", lambda: answers.data("dm.dotnet").get("release")),
        hosting=fact("the versions of ASP.NET Core", lambda: _majors(answers)),
        runtimes=fact("the Visual C++ runtimes", lambda: _runtimes(answers)),
    )


def _majors(answers: Answers) -> frozenset[int]:
    names = [str(one["name"]) for one in answers.data("dm.asp_net").get("entries", ())]
    return frozenset(int(found[1]) for name in names if (found := _RELEASE.match(name)))


def _runtimes(answers: Answers) -> dict[str, tuple[int, ...]]:
    found = answers.data("dm.vc")["runtimes"]
    return {name.casefold(): tuple(int(part) for part in _NUMBERS.findall(str(version))) for name, version in found.items()}


RULES: RuleBook[Software] = RuleBook()


@RULES.rule("dataminer.software.windows", Severity.BLOCKER, reference="7, 8 D")
def windows_is_new_enough(seen: Software) -> Finding | None:
    """DataMiner needs Windows Server 2016 or Windows 10, and checks it from 10.5.12 and 10.6.0 on."""
    if not seen.host.os_build:
        raise NotRead("the build of Windows", "the host did not say")
    if seen.host.os_build >= LOWEST_WINDOWS_BUILD or not WINDOWS_ENFORCED.reached_by(seen.target):
        return None
    return finding(
        seen=f"build {seen.host.os_build}",
        wanted=f"build {LOWEST_WINDOWS_BUILD}, Windows Server 2016, or later",
        fix="upgrade Windows, then enable IIS again and run Tools\\ConfigureIIS.bat; or replace the server",
    )


@RULES.rule("dataminer.software.hosting_bundles", Severity.BLOCKER, reference="7, 8 D")
def hosting_bundles_are_there(seen: Software) -> Finding | None:
    """Every major version of ASP.NET Core that the target names must be there; none replaces another."""
    need = dotnet_need(seen.target)
    missing = [str(major) for major in need.hosting if major not in seen.hosting.value] if need else []
    if not missing:
        return None
    return finding(
        seen=f"ASP.NET Core {', '.join(str(one) for one in sorted(seen.hosting.value)) or 'none'}",
        wanted=f"the hosting bundle of ASP.NET Core {' and '.join(missing)} too",
        fix=f"install the hosting bundle {' and '.join(missing)}; a restart may be needed before the check passes",
    )


@RULES.rule("dataminer.software.framework", Severity.BLOCKER, reference="7, 8 D")
def framework_is_new_enough(seen: Software) -> Finding | None:
    """From 10.6.6 and 10.7.0 on the package no longer installs .NET Framework, and refuses a server without it."""
    need = dotnet_need(seen.target)
    if need is None or not FRAMEWORK_NOT_IN_PACKAGE.reached_by(seen.target):
        return None
    return _framework(seen, need.framework, need.framework_title)


@RULES.rule("dataminer.software.framework_restart", Severity.WARNING, reference="4, 7 D")
def framework_comes_without_a_restart(seen: Software) -> Finding | None:
    """A package that installs .NET Framework itself restarts the server, whatever the option says."""
    need = dotnet_need(seen.target)
    if need is None or FRAMEWORK_NOT_IN_PACKAGE.reached_by(seen.target):
        return None
    return _framework(seen, need.framework, need.framework_title)


def _framework(seen: Software, release: int, title: str) -> Finding | None:
    present = seen.framework.value
    if present is not None and present >= release:
        return None
    return finding(
        seen=f"release {present}" if present else "no .NET Framework 4",
        wanted=f"release {release} (.NET Framework {title}) or later",
        fix=f"install .NET Framework {title} and restart the server before the window",
    )


@RULES.rule("dataminer.software.vc_runtimes", Severity.WARNING, reference="4, 7 D")
def runtimes_come_without_a_restart(seen: Software) -> Finding | None:
    """A package that must install the Visual C++ runtimes restarts the server, whatever the option says."""
    need = runtime_need(seen.target)
    if need is None:
        return None
    missing = [one for one in RUNTIME_ARCHITECTURES if not need.is_met_by(seen.runtimes.value.get(one, ()))]
    if not missing:
        return None
    return finding(
        seen="; ".join(f"{one}: {'.'.join(str(part) for part in seen.runtimes.value.get(one, ())) or 'none'}" for one in missing),
        wanted=f"Visual C++ {need.title} or later for x86 and x64",
        fix="install the redistributables for both architectures before the window; else expect a restart in it",
    )


@RULES.rule("dataminer.software.host_name", Severity.WARNING, reference="7 D")
def host_name_is_short_enough(seen: Software) -> Finding | None:
    """DataMiner wants host names of at most 15 characters."""
    name = seen.host.computer_name or seen.host.fqdn.partition(".")[0]
    if len(name) <= LONGEST_HOST_NAME:
        return None
    return finding(seen=name, wanted=f"at most {LONGEST_HOST_NAME} characters", fix="nothing needs to be done for this upgrade")
