# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a package shall bring about, and whether a node has it already: a version, the web applications, or what a helper does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..._upgrade.facts import Fact
from ..._upgrade.windows_facts import hours_between
from ..node import broker_gateway
from ..node.installation import Installation
from ..package.names import PackageKind
from ..package.package import Package
from ..versions.versions import Version

# A helper installs no version (1 D): these two stand for "has not run" and "has run", so that one reckoning serves all packages.
NOT_RUN, HAS_RUN = Version(0, 0, 0, build=0), Version(0, 0, 1, build=0)
# 8 D: the result of VerifyClusterPorts counts for ten days.
PORT_CHECK_HOURS = 240


@dataclass(frozen=True)
class Goal:
    """What is wanted of a system. ``sha256``: of the package, in lower case; ``size`` in bytes.

    ``version`` is None for helpers and for packages whose name says none. ``prerequisites``: the checks inside the package.
    """

    file: str
    kind: PackageKind
    version: Version | None
    size: int
    sha256: str
    lacks_executor: bool = False
    has_executor: bool = True
    restarts_dataminer: bool = True
    prerequisites: tuple[str, ...] = ()
    helper: str = ""

    @classmethod
    def of(cls, package: Package, sha256: str, cu: int | None = None) -> Goal:
        """The goal of a package. ``cu``: its cumulative update as the operator knows it, for names that do not say it."""
        return cls(
            file=package.name.file,
            kind=package.kind,
            version=package.version.with_cu(cu) if package.version else None,
            size=package.size,
            sha256=sha256.strip().lower(),
            lacks_executor=package.lacks_executor,
            has_executor=package.has_prerequisite_executor,
            restarts_dataminer=package.restarts_dataminer,
            prerequisites=package.prerequisites,
            helper=package.name.helper.name if package.name.helper else "",
        )

    @property
    def is_helper(self) -> bool:
        return self.kind is PackageKind.HELPER

    @property
    def target(self) -> Version:
        """The version to be reached; HAS_RUN for a helper, and for a package without a version, which is refused anyway."""
        return self.version or HAS_RUN

    @property
    def title(self) -> str:
        """For example ``DataMiner 10.5.0 CU11 (build 16600)``, ``web applications 10.5.4`` or ``NATSMigration``."""
        if self.is_helper:
            return self.helper
        name = "web applications" if self.kind is PackageKind.WEB else "DataMiner"
        return f"{name} {self.version}" if self.version else self.file

    def on(self, node: Installation, web: Fact[Version | None], known_source: Version | None = None) -> Fact[Version]:
        """What a node has of it. ``web``: the version of its web applications; ``known_source``: what the operator says that it runs."""
        if self.is_helper:
            return Fact.reading(f"whether {self.helper} has run", lambda: HAS_RUN if self._has_run(node) else NOT_RUN)
        if self.kind is PackageKind.WEB:
            return web.then(lambda version: version or NOT_RUN)
        return with_operator_version(node.version, known_source)

    def _has_run(self, node: Installation) -> bool:
        """Only some helpers leave a trace that says so; the others can always be run again."""
        if self.helper == broker_gateway.MIGRATION:
            return not broker_gateway.missing(node)
        if self.helper == "EnableDotNetRemoting":
            return node.maintenance.value.dotnet_remoting
        if self.helper == "VerifyClusterPorts":
            check = node.port_check.value
            return bool(check and check.passed and hours_between(check.ran_utc, node.host.utc_now) < PORT_CHECK_HOURS)
        return False

    @property
    def leaves_a_trace(self) -> bool:
        """Whether one can see on a node that it was done."""
        return not self.is_helper or self.helper in (broker_gateway.MIGRATION, "EnableDotNetRemoting", "VerifyClusterPorts")


def with_operator_version(seen: Fact[Version], known: Version | None) -> Fact[Version]:
    """A version with what an operator knows of it: the whole of it where it could not be read, else its cumulative update.

    Words that contradict what was read are not taken.
    """
    if known is None:
        return seen
    if not seen.is_known:
        return Fact.known(known)
    version = seen.value
    if version.numbers != known.numbers or (version.build and known.build and version.build != known.build):
        return seen
    return Fact.known(replace(version, cu=version.cu if version.cu is not None else known.cu))
