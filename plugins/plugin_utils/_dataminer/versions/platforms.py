# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a version of DataMiner needs of its server: .NET, Visual C++, Windows, ports, disk space and support periods (7, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .ranges import Affected, Floor, affected, since
from .versions import Version


@dataclass(frozen=True)
class DotNetNeed:
    """.NET of some versions: the lowest release number of .NET Framework and the major versions of the ASP.NET Core hosting bundles.

    All of ``hosting`` are needed, and none replaces another (8 D: .NET 9 does not do for 8).
    """

    versions: Affected
    framework: int
    framework_title: str
    hosting: tuple[int, ...]
    source: str


# Release numbers of .NET Framework: 8 I (the vendor's documentation names versions, the registry these numbers).
_F48, _F462 = (528040, "4.8"), (394802, "4.6.2")

# 7 D: rows from the newest to the oldest; the first that holds a version counts.
DOTNET: tuple[DotNetNeed, ...] = (
    DotNetNeed(affected("10.6.1+, 10.6.0+, 10.5.0 CU10+"), *_F48, (8, 10), "7 D"),
    DotNetNeed(affected("10.4.10-10.5.12, 10.5.0 CU0-9, 10.4.0 CU7+, 10.3.0 CU19+"), *_F48, (8,), "7 D"),
    DotNetNeed(affected("10.4.3-10.4.9, 10.4.0 CU0-6, 10.3.0 CU12-18"), *_F48, (6, 8), "7 D"),
    DotNetNeed(affected("10.3.9-10.4.2"), *_F48, (6,), "7 D"),
    DotNetNeed(affected("10.3.3-10.3.8, 10.3.0 CU3-11"), *_F48, (5, 6), "7 D"),
    DotNetNeed(affected("10.1.12-10.3.2, 10.3.0 CU2"), *_F48, (5,), "7 D"),
    DotNetNeed(affected("10.1.11"), *_F48, (), "7 D"),
    DotNetNeed(affected("9.0.1-10.1.10"), *_F462, (), "7 D"),
)
# 7 D: from here the package no longer installs .NET Framework 4.8 by itself, and checks it instead.
FRAMEWORK_NOT_IN_PACKAGE = since("10.6.6/10.7.0")


def dotnet_need(version: Version) -> DotNetNeed | None:
    """What a version needs of .NET; None when the vendor's table has no row for it.

    Raises NotRead when that hangs on a cumulative update that is not known.

    >>> from .versions import parse
    >>> dotnet_need(parse("10.4.0 CU6")).hosting
    (6, 8)
    """
    return next((row for row in DOTNET if row.versions.includes(version)), None)


@dataclass(frozen=True)
class RuntimeNeed:
    """The Visual C++ redistributable of some versions, for x86 *and* x64. Where it is missing the package installs it and reboots."""

    since: Floor
    version: tuple[int, ...]
    source: str

    @property
    def title(self) -> str:
        return ".".join(str(part) for part in self.version)

    def is_met_by(self, installed: tuple[int, ...]) -> bool:
        """Whether an installed version is as new: only as many numbers count as the vendor names."""
        return installed[: len(self.version)] >= self.version


# 7 D, newest first. 14.44 comes with 10.6.2 by one page and with 10.6.3 by another: the earlier is the safe one.
RUNTIMES: tuple[RuntimeNeed, ...] = (
    RuntimeNeed(since("10.5.0 CU11/10.6.0 CU1/10.6.2"), (14, 44, 35211), "7 D"),
    RuntimeNeed(since("10.5.0/10.5.2"), (14, 40, 33816), "7 D"),
)
RUNTIME_ARCHITECTURES = ("x86", "x64")


def runtime_need(version: Version) -> RuntimeNeed | None:
    """The Visual C++ redistributable a version needs; None when the vendor names none. Raises NotRead as `dotnet_need`."""
    return next((row for row in RUNTIMES if row.since.reached_by(version)), None)


# 7 D: Windows Server 2016 and Windows 10 are the floor, enforced from these versions on. Their build number: 8 I.
LOWEST_WINDOWS_BUILD = 14393
WINDOWS_ENFORCED = since("10.5.12/10.6.0")
LONGEST_HOST_NAME = 15


@dataclass(frozen=True)
class Port:
    """One port that DataMiner uses; ``between_agents``: every node may have to reach it on every other."""

    number: int
    protocol: str
    purpose: str
    source: str
    between_agents: bool = False


# 7 D
PORTS: tuple[Port, ...] = (
    Port(443, "tcp", "HTTPS, APIGateway and gRPC between agents", "7 D", between_agents=True),
    Port(80, "tcp", "HTTP", "7 D"),
    Port(8004, "tcp", ".NET Remoting, the default before 10.5.10 / 10.6.0", "7 D", between_agents=True),
    Port(4222, "tcp", "NATS clients", "7 D", between_agents=True),
    Port(6222, "tcp", "NATS between its servers", "7 D", between_agents=True),
    Port(8222, "tcp", "NATS monitoring, on the server itself", "7 D"),
    Port(9090, "tcp", "NAS, with NATS that SLNet manages", "7 D", between_agents=True),
    Port(5100, "tcp", "CloudGateway", "7 D"),
    Port(161, "udp", "SNMP", "7 D"),
    Port(162, "udp", "SNMP traps", "7 D"),
    Port(9042, "tcp", "Cassandra clients", "7 D"),
    Port(7000, "tcp", "Cassandra between its nodes", "7 D"),
    Port(7001, "tcp", "Cassandra between its nodes, encrypted", "7 D"),
    Port(7199, "tcp", "Cassandra management", "7 D"),
    Port(9200, "tcp", "OpenSearch or Elasticsearch clients", "7 D"),
    Port(9300, "tcp", "OpenSearch or Elasticsearch between its nodes", "7 D"),
)
SNMP_PORT = 161
GRPC_IS_DEFAULT = since("10.5.10/10.6.0")


def ports_between_agents(version: Version, nodes: int, *, broker_gateway: bool) -> tuple[Port, ...]:
    """The ports that every node of a system must reach on every other.

    6222 counts only with three nodes or more: it is not checked for a single agent, a single pair or two nodes (7 D, RN 32944).
    """
    return tuple(_between(version, nodes, broker_gateway)) if nodes > 1 else ()


def _between(version: Version, nodes: int, broker_gateway: bool) -> Iterator[Port]:
    skipped = {
        443: not GRPC_IS_DEFAULT.reached_by(version),
        8004: GRPC_IS_DEFAULT.reached_by(version),
        6222: nodes < 3,
        9090: broker_gateway,
    }
    return (port for port in PORTS if port.between_agents and not skipped.get(port.number, False))


GIB = 1024**3
# 9 D: for normal operation. What an upgrade needs on top is not documented: 9 I.
FREE_FOR_OPERATION = 15 * GIB
PACKAGE_FACTOR = 3
# 2 D: MaxUploadSize of MaintenanceSettings.xml where the element is absent, in MB.
DEFAULT_UPLOAD_LIMIT_MB = 4000


def disk_space_needed(package_size: int, backup_size: int = 0) -> int:
    """Free bytes that every node must have before an upload: for operation, for the package unpacked, and for a backup beside it.

    >>> disk_space_needed(2 * GIB) // GIB
    21
    """
    return FREE_FOR_OPERATION + PACKAGE_FACTOR * package_size + backup_size


def fits_upload_limit(package_size: int, limit_mb: int | None) -> bool:
    """Whether a package may be uploaded; ``limit_mb`` None stands for the default. A MB is taken for 10**6 bytes, the smaller reading."""
    return package_size < (DEFAULT_UPLOAD_LIMIT_MB if limit_mb is None else limit_mb) * 1_000_000
