# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a release runs on: Windows Server, SQL Server, .NET Framework and hardware (6.3 D).

What both sides of one hop must support is derived from it in `upgrade_path.Hop`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .builds import Release
from .versions import Version


class ServerOs(Enum):
    """Releases of Windows Server with their build numbers.

    Builds of 2016 and later: powershell-probes 1.4 D; of 2012 and 2012 R2: W (Windows version table of the Win32 reference).
    """

    WS2012 = ("Windows Server 2012", 9200)
    WS2012R2 = ("Windows Server 2012 R2", 9600)
    WS2016 = ("Windows Server 2016", 14393)
    WS2019 = ("Windows Server 2019", 17763)
    WS2022 = ("Windows Server 2022", 20348)
    WS2025 = ("Windows Server 2025", 26100)

    def __init__(self, title: str, build: int) -> None:
        self.title = title
        self.build = build

    def __str__(self) -> str:
        return self.title


def server_os(build: int, installation_type: str = "Server") -> ServerOs | None:
    """The Windows Server of a build number; None for a client, which shares build numbers with servers, and for unknown builds.

    ``installation_type`` is the registry's ``Server``, ``Server Core`` or ``Client``.
    """
    if installation_type.casefold() == "client":
        return None
    return next((os for os in ServerOs if os.build == build), None)


class SqlRelease(Enum):
    """Releases of SQL Server with the first group of their version (W: SQL Server build lists, microsoft.com KB321185)."""

    SQL2012 = ("SQL Server 2012", 11)
    SQL2014 = ("SQL Server 2014", 12)
    SQL2016 = ("SQL Server 2016", 13)
    SQL2017 = ("SQL Server 2017", 14)
    SQL2019 = ("SQL Server 2019", 15)
    SQL2022 = ("SQL Server 2022", 16)
    SQL2025 = ("SQL Server 2025", 17)

    def __init__(self, title: str, major: int) -> None:
        self.title = title
        self.major = major

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True, eq=False)
class SqlVersion(Version):
    """``SERVERPROPERTY('ProductVersion')`` of an instance, such as 15.0.4073.23."""

    @property
    def release(self) -> SqlRelease | None:
        """The SQL Server release; None when its first group is unknown."""
        return next((release for release in SqlRelease if release.major == self.major), None)


@dataclass(frozen=True)
class SqlFloor:
    """One SQL Server release that is supported, from a build on (None: from its RTM on)."""

    release: SqlRelease
    update: str = ""
    lowest: SqlVersion | None = None

    def admits(self, version: SqlVersion) -> bool:
        """Whether an instance of this version is supported."""
        return version.release is self.release and (self.lowest is None or version >= self.lowest)

    def __str__(self) -> str:
        return f"{self.release} {self.update} or later" if self.update else str(self.release)


SQL2012 = SqlFloor(SqlRelease.SQL2012)
SQL2014 = SqlFloor(SqlRelease.SQL2014)
SQL2016 = SqlFloor(SqlRelease.SQL2016)
SQL2017 = SqlFloor(SqlRelease.SQL2017)
# The floors are 6.3 D; which build a cumulative update is: W (KB4577194 for 2019 CU8, KB5032679 for 2022 CU11).
SQL2019_CU8 = SqlFloor(SqlRelease.SQL2019, "CU8", SqlVersion(15, 0, 4073))
SQL2022_CU11 = SqlFloor(SqlRelease.SQL2022, "CU11", SqlVersion(16, 0, 4105))


class OsRole(Enum):
    """Roles that differ in the operating systems they run on."""

    SERVER = "management server or gateway"
    FRONT = "web console, reporting or ACS collector"
    CONSOLE = "console"
    AGENT = "agent"


@dataclass(frozen=True)
class Minimum:
    """What one release needs on its hosts. ``None`` stands for "not in the documentation": nothing is to be refused for it."""

    release: Release
    server_os: frozenset[ServerOs]
    agent_os: frozenset[ServerOs] | None
    sql: frozenset[SqlFloor]
    dotnet_release: int | None
    console_on_core: bool
    source: str

    def operating_systems(self, role: OsRole) -> frozenset[ServerOs] | None:
        """The Windows Server releases a role runs on; None when unknown."""
        return self.agent_os if role is OsRole.AGENT else self.server_os

    def runs_on_core(self, role: OsRole) -> bool:
        """Whether the role runs on Server Core (a console needs the features on demand for it)."""
        return role in (OsRole.SERVER, OsRole.AGENT) or (role is OsRole.CONSOLE and self.console_on_core)


# Hardware is the same for every release and role (6.3 D).
MINIMUM_CORES = 4
MINIMUM_MEMORY_GB = 8
MINIMUM_DISK_GB = 10

_WS = ServerOs
MINIMUMS: tuple[Minimum, ...] = (
    Minimum(Release.R2016, frozenset({_WS.WS2012R2, _WS.WS2016}), None, frozenset({SQL2012, SQL2014, SQL2016}), None, False, "6.3 D"),
    Minimum(
        Release.R2019,
        frozenset({_WS.WS2016, _WS.WS2019}),
        frozenset({_WS.WS2012, _WS.WS2012R2, _WS.WS2016, _WS.WS2019}),
        frozenset({SQL2016, SQL2017, SQL2019_CU8}),
        None,
        True,
        "6.3 D",
    ),
    Minimum(
        Release.R2022,
        frozenset({_WS.WS2016, _WS.WS2019, _WS.WS2022}),
        frozenset({_WS.WS2016, _WS.WS2019, _WS.WS2022}),
        frozenset({SQL2017, SQL2019_CU8, SQL2022_CU11}),
        None,
        False,
        "6.3 D",
    ),
    Minimum(
        Release.R2025,
        frozenset({_WS.WS2019, _WS.WS2022, _WS.WS2025}),
        frozenset({_WS.WS2016, _WS.WS2019, _WS.WS2022, _WS.WS2025}),
        frozenset({SQL2017, SQL2019_CU8, SQL2022_CU11}),
        461808,  # .NET Framework 4.7.2, the lowest value of ...\NDP\v4\Full!Release
        False,
        "6.3 D",
    ),
)


def minimum(release: Release) -> Minimum | None:
    """What the release needs; None for 2012 R2, 1801 and 1807, whose requirements the references do not hold."""
    return next((row for row in MINIMUMS if row.release is release), None)
