"""Build numbers of Operations Manager, as the vendor and the field publish them (reference scom 2.2).

The lab's own copy: the double shares no table with what it tests. Two columns, because agents are numbered apart from servers.
"""

from __future__ import annotations

from dataclasses import dataclass

DISPLAY_NAME_WITHOUT_YEAR = ("2019", "2022", "2025")  # log-shapes 6


@dataclass(frozen=True)
class Build:
    """One published build: `release` and `rollup` as in "2022 UR3" (rollup RTM for "2022")."""

    release: str
    rollup: str
    server: str
    agent: str

    @property
    def title(self) -> str:
        return f"{self.release} {self.rollup}"


_ROWS = (
    ("2012 R2", "RTM", "7.1.10226.0", "7.1.10184.0"),
    ("2012 R2", "UR12", "7.1.10226.1304", "7.1.10292.0"),
    ("2016", "RTM", "7.2.11719.0", "8.0.10918.0"),
    ("2016", "UR3", "7.2.11878.0", "8.0.10970.0"),
    ("2016", "UR7", "7.2.12150.0", "8.0.11025.0"),
    ("2016", "UR9", "7.2.12265.0", "8.0.11049.0"),
    ("2016", "UR10", "7.2.12324.0", "8.0.11057.0"),
    ("1801", "RTM", "7.3.13142.0", "8.0.13053.0"),
    ("1807", "RTM", "7.3.13261.0", "8.0.13067.0"),
    ("2019", "RTM", "10.19.10050.0", "10.19.10014.0"),
    ("2019", "UR1", "10.19.10311.0", "10.19.10140.0"),
    ("2019", "UR2", "10.19.10407.0", "10.19.10153.0"),
    ("2019", "UR3", "10.19.10505.0", "10.19.10177.0"),
    ("2019", "UR4", "10.19.10569.0", "10.19.10200.0"),
    ("2019", "UR5", "10.19.10606.0", "10.19.10211.0"),
    ("2019", "UR6", "10.19.10649.0", "10.19.10253.0"),
    ("2022", "RTM", "10.22.10118.0", "10.22.10056.0"),
    ("2022", "UR1", "10.22.10337.0", "10.22.10110.0"),
    ("2022", "UR2", "10.22.10610.0", "10.22.10208.0"),
    ("2022", "UR3", "10.22.11642.0", "10.22.10870.0"),
    ("2025", "RTM", "10.25.10132.0", "10.25.10079.0"),
    ("2025", "UR1", "10.25.10324.0", "10.25.10994.0"),
)
BUILDS = tuple(Build(*row) for row in _ROWS)


def build_of(title: str) -> Build:
    """The build of a release as people write it. Raises LookupError.

    >>> build_of("2022 UR3").server, build_of("2025").server
    ('10.22.11642.0', '10.25.10132.0')
    """
    wanted = " ".join(title.split()).upper()
    for build in BUILDS:
        if wanted in (build.title.upper(), build.release.upper() if build.rollup == "RTM" else ""):
            return build
    raise LookupError(f"no published build {title!r}; known: {', '.join(build.title for build in BUILDS)}")


def rtm_of(build: Build) -> Build:
    """The first build of the same release: what its media install."""
    return next(one for one in BUILDS if one.release == build.release and one.rollup == "RTM")


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers that compare.

    >>> numbers("10.25.10132.0") > numbers("10.22.11642.0")
    True
    """
    return tuple(int(part) for part in version.split("."))
