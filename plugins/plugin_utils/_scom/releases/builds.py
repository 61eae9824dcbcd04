# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The releases of Operations Manager and every published build of each.

Server and agent numbers are in two tables and have two types (2.2 D). Source marks of the rows: D documented build table,
W the vendor's own data collector; the section is 2.2 throughout. A new rollup is a new row, a new release a new name and its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from .versions import AgentVersion, ServerVersion

V = TypeVar("V", ServerVersion, AgentVersion)


class UnknownRelease(ValueError):
    """A text that names no release of the product."""


class Release(str, Enum):
    """Releases of Operations Manager, ordered by age: ``Release.R1807 < Release.R2019``, and 1801 is younger than 2016."""

    R2012R2 = "2012 R2"
    R2016 = "2016"
    R1801 = "1801"
    R1807 = "1807"
    R2019 = "2019"
    R2022 = "2022"
    R2025 = "2025"

    @classmethod
    def from_text(cls, text: str | int) -> Release:
        """The release an operator wrote: ``2025``, ``"2012 R2"``, ``SCOM 2022``; raises UnknownRelease listing what is known.

        >>> Release.from_text("2012r2")
        <Release.R2012R2: '2012 R2'>
        """
        wanted = _squeezed(str(text)).removeprefix("scom")
        for release in cls:
            if _squeezed(release.value) == wanted:
                return release
        raise UnknownRelease(f"unknown release {str(text)!r}; known releases: {', '.join(release.value for release in cls)}")

    @property
    def age(self) -> int:
        """Place in the order of publication, oldest first."""
        return list(Release).index(self)

    def __str__(self) -> str:
        return str(self.value)

    def __lt__(self, other: str) -> bool:
        return self.age < _release(other).age

    def __le__(self, other: str) -> bool:
        return self.age <= _release(other).age

    def __gt__(self, other: str) -> bool:
        return self.age > _release(other).age

    def __ge__(self, other: str) -> bool:
        return self.age >= _release(other).age


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def _release(other: str) -> Release:
    # As text "1801" is lower than "2012 R2": the order of plain strings must never be taken for the order of releases.
    if not isinstance(other, Release):
        raise TypeError(f"a Release cannot be ordered against {other!r}")
    return other


@dataclass(frozen=True)
class Build(Generic[V]):
    """One published build: its release, the rollup (``RTM``, ``UR3``), the hotfix on top ('' when none), KB, month, source mark."""

    release: Release
    rollup: str
    version: V
    hotfix: str = ""
    kb: str = ""
    published: str = ""
    source: str = "2.2 W"

    @property
    def title(self) -> str:
        """``RTM``, ``UR2`` or ``UR2 + hotfix``."""
        return f"{self.rollup} + hotfix" if self.hotfix else self.rollup


def _server(release: Release, rollup: str, version: str, *, hotfix: str = "", kb: str = "", published: str = "") -> Build[ServerVersion]:
    return Build(release, rollup, ServerVersion.parse(version), hotfix, kb, published, _source(release))


def _agent(release: Release, rollup: str, version: str, *, hotfix: str = "", kb: str = "", published: str = "") -> Build[AgentVersion]:
    return Build(release, rollup, AgentVersion.parse(version), hotfix, kb, published, _source(release))


def _source(release: Release) -> str:
    return "2.2 D" if release >= Release.R2019 else "2.2 W"


SERVER_BUILDS: tuple[Build[ServerVersion], ...] = (
    _server(Release.R2012R2, "RTM", "7.1.10226.0"),
    _server(Release.R2012R2, "UR12", "7.1.10226.1304"),
    _server(Release.R2012R2, "UR13", "7.1.10226.1360"),
    _server(Release.R2012R2, "UR14", "7.1.10226.1387"),
    _server(Release.R2016, "RTM", "7.2.11719.0", published="2016-09"),
    _server(Release.R2016, "UR1", "7.2.11759.0"),
    _server(Release.R2016, "UR2", "7.2.11822.0"),
    _server(Release.R2016, "UR3", "7.2.11878.0"),
    _server(Release.R2016, "UR4", "7.2.11938.0"),
    _server(Release.R2016, "UR5", "7.2.12016.0"),
    _server(Release.R2016, "UR6", "7.2.12066.0"),
    _server(Release.R2016, "UR7", "7.2.12150.0", published="2019-04"),
    _server(Release.R2016, "UR8", "7.2.12213.0"),
    _server(Release.R2016, "UR9", "7.2.12265.0"),
    _server(Release.R2016, "UR10", "7.2.12324.0", published="2020-11"),
    _server(Release.R2016, "UR10", "7.2.12335.0", hotfix="web console"),
    _server(Release.R2016, "UR10", "7.2.12345.0", hotfix="UNIX/Linux agents"),
    _server(Release.R1801, "RTM", "7.3.13142.0", published="2018-02"),
    _server(Release.R1807, "RTM", "7.3.13261.0", published="2018-07"),
    _server(Release.R2019, "RTM", "10.19.10050.0", published="2019-03"),
    _server(Release.R2019, "UR1", "10.19.10311.0", kb="KB4533415"),
    _server(Release.R2019, "UR1", "10.19.10349.0", hotfix="hotfix", kb="KB4551468"),
    _server(Release.R2019, "UR2", "10.19.10407.0", kb="KB4558752"),
    _server(Release.R2019, "UR2", "10.19.10475.0", hotfix="hotfix", kb="KB4601269"),
    _server(Release.R2019, "UR3", "10.19.10505.0", kb="KB4594078"),
    _server(Release.R2019, "UR3", "10.19.10550.0", hotfix="web console", kb="KB5006871"),
    _server(Release.R2019, "UR3", "10.19.10552.0", hotfix="October 2021", kb="KB5005527"),
    _server(Release.R2019, "UR4", "10.19.10569.0", kb="KB5013427"),
    _server(Release.R2019, "UR4", "10.19.10576.0", hotfix="hotfix", kb="KB5016576"),
    _server(Release.R2019, "UR5", "10.19.10606.0", kb="KB5025123"),
    _server(Release.R2019, "UR5", "10.19.10615.0", hotfix="hotfix"),
    _server(Release.R2019, "UR5", "10.19.10616.0", hotfix="hotfix"),
    _server(Release.R2019, "UR5", "10.19.10618.0", hotfix="hotfix"),
    _server(Release.R2019, "UR6", "10.19.10649.0", kb="KB5035285"),
    _server(Release.R2019, "UR6", "10.19.10652.0", hotfix="hotfix", kb="KB5037360"),
    _server(Release.R2022, "RTM", "10.22.10118.0", published="2022-03"),
    _server(Release.R2022, "UR1", "10.22.10337.0", kb="KB5020318"),
    _server(Release.R2022, "UR1", "10.22.10448.0", hotfix="hotfix"),
    _server(Release.R2022, "UR1", "10.22.10560.0", hotfix="hotfix"),
    _server(Release.R2022, "UR1", "10.22.10565.0", hotfix="hotfix"),
    _server(Release.R2022, "UR1", "10.22.10575.0", hotfix="hotfix"),
    _server(Release.R2022, "UR2", "10.22.10610.0", kb="KB5031649"),
    _server(Release.R2022, "UR2", "10.22.10618.0", hotfix="hotfix"),
    _server(Release.R2022, "UR2", "10.22.10684.0", hotfix="hotfix"),
    _server(Release.R2022, "UR3", "10.22.11642.0", kb="KB5059070", published="2025-08"),
    _server(Release.R2025, "RTM", "10.25.10132.0", published="2024-11"),
    _server(Release.R2025, "UR1", "10.25.10324.0", kb="KB5068304", published="2025-11"),
)

# 2016 UR1 brought no agent build.
AGENT_BUILDS: tuple[Build[AgentVersion], ...] = (
    _agent(Release.R2012R2, "RTM", "7.1.10184.0"),
    _agent(Release.R2012R2, "UR12", "7.1.10292.0"),
    _agent(Release.R2012R2, "UR13", "7.1.10302.0"),
    _agent(Release.R2012R2, "UR14", "7.1.10305.0"),
    _agent(Release.R2016, "RTM", "8.0.10918.0", published="2016-09"),
    _agent(Release.R2016, "UR2", "8.0.10949.0"),
    _agent(Release.R2016, "UR3", "8.0.10970.0"),
    _agent(Release.R2016, "UR4", "8.0.10977.0"),
    _agent(Release.R2016, "UR5", "8.0.10990.0"),
    _agent(Release.R2016, "UR6", "8.0.11004.0"),
    _agent(Release.R2016, "UR7", "8.0.11025.0", published="2019-04"),
    _agent(Release.R2016, "UR8", "8.0.11037.0"),
    _agent(Release.R2016, "UR9", "8.0.11049.0"),
    _agent(Release.R2016, "UR10", "8.0.11057.0", published="2020-11"),
    _agent(Release.R1801, "RTM", "8.0.13053.0", published="2018-02"),
    _agent(Release.R1807, "RTM", "8.0.13067.0", published="2018-07"),
    _agent(Release.R2019, "RTM", "10.19.10014.0", published="2019-03"),
    _agent(Release.R2019, "UR1", "10.19.10140.0", kb="KB4533415"),
    _agent(Release.R2019, "UR2", "10.19.10153.0", kb="KB4558752"),
    _agent(Release.R2019, "UR3", "10.19.10177.0", kb="KB4594078"),
    _agent(Release.R2019, "UR3", "10.19.10185.0", hotfix="hotfix"),
    _agent(Release.R2019, "UR4", "10.19.10200.0", kb="KB5013427"),
    _agent(Release.R2019, "UR5", "10.19.10211.0", kb="KB5025123"),
    _agent(Release.R2019, "UR6", "10.19.10253.0", kb="KB5035285"),
    _agent(Release.R2022, "RTM", "10.22.10056.0", published="2022-03"),
    _agent(Release.R2022, "UR1", "10.22.10110.0", kb="KB5020318"),
    _agent(Release.R2022, "UR2", "10.22.10208.0", kb="KB5031649"),
    _agent(Release.R2022, "UR2", "10.22.10215.0", hotfix="hotfix"),
    _agent(Release.R2022, "UR3", "10.22.10870.0", kb="KB5059070", published="2025-08"),
    _agent(Release.R2025, "RTM", "10.25.10079.0", published="2024-11"),
    _agent(Release.R2025, "UR1", "10.25.10994.0", kb="KB5068304", published="2025-11"),
)
