# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which release can be upgraded in place to which, and what both sides of the hop must support."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .builds import Release
from .platforms import ServerOs, SqlFloor, minimum


@dataclass(frozen=True)
class Hop:
    """One in-place upgrade the vendor supports.

    ``needs_rollup``: the source must be at this rollup at least. ``advises_rollup``: the vendor strongly advises it.
    ``by_media``: False for 1801 -> 1807, a patch with an order of its own.
    """

    source: Release
    target: Release
    reference: str
    needs_rollup: str = ""
    advises_rollup: str = ""
    by_media: bool = True

    @property
    def server_os(self) -> frozenset[ServerOs] | None:
        """What a management server may run on: what both sides support (6.4 D); None when the references do not know one of them."""
        source, target = minimum(self.source), minimum(self.target)
        return source.server_os & target.server_os if source and target else None

    @property
    def sql(self) -> frozenset[SqlFloor] | None:
        """What every database may run on: what both sides support (6.4 D); None when the references do not know one of them."""
        source, target = minimum(self.source), minimum(self.target)
        return source.sql & target.sql if source and target else None


# 2016 -> 2022 is no row: only a copy of the requirements from before the release lists it (2.1 U), so it is unsupported.
HOPS: tuple[Hop, ...] = (
    Hop(Release.R2012R2, Release.R2016, "2.1 D", needs_rollup="UR12"),
    Hop(Release.R2012R2, Release.R1801, "2.1 D", needs_rollup="UR12"),
    Hop(Release.R2016, Release.R1801, "2.1 D"),
    Hop(Release.R1801, Release.R1807, "2.1 D", by_media=False),
    Hop(Release.R2016, Release.R2019, "2.1 D"),
    Hop(Release.R1801, Release.R2019, "2.1 D"),
    Hop(Release.R1807, Release.R2019, "2.1 D"),
    Hop(Release.R2019, Release.R2022, "2.1 D", advises_rollup="UR3"),
    Hop(Release.R2022, Release.R2025, "2.1 D"),
)


@dataclass(frozen=True)
class Advice:
    """Why a path cannot be taken in one step, in the three pieces of a finding, with its source."""

    seen: str
    wanted: str
    fix: str
    reference: str


def hops_between(source: Release, target: Release) -> tuple[Hop, ...]:
    """The hops that lead from source to target, oldest first, as few as possible; empty when there is no way or nothing to do.

    >>> [hop.target.name for hop in hops_between(Release.R2019, Release.R2025)]
    ['R2022', 'R2025']
    """
    ways: deque[tuple[Hop, ...]] = deque([()])
    while ways:
        way = ways.popleft()
        at = way[-1].target if way else source
        if at is target:
            return way
        ways.extend((*way, hop) for hop in HOPS if hop.source is at)
    return ()


def next_hop(source: Release, target: Release) -> Hop | None:
    """The first hop on the way from source to target; None when there is no way or nothing to do."""
    return next(iter(hops_between(source, target)), None)


def path_advice(source: Release, target: Release) -> Advice | None:
    """What to do instead when target is not one upgrade by media away; None when it is, or when source is target already.

    >>> path_advice(Release.R2019, Release.R2025).fix
    'upgrade to 2022 first, then to 2025'
    """
    if source is target:
        return None
    if source > target:
        return _no_way_back(source, target)
    hops = hops_between(source, target)
    if not hops:
        return Advice(f"release {source}", f"a release that can be upgraded to {target}", f"no in-place path leads to {target}", "2.1 D")
    if len(hops) > 1:
        return _detour(source, hops)
    if not hops[0].by_media:
        fix = f"{target} is a patch of {source} with an order of its own; continue with a release that has media"
        return Advice(f"release {source}", f"a target that is installed from media, not {target}", fix, hops[0].reference)
    return None


def _no_way_back(source: Release, target: Release) -> Advice:
    fix = "choose a newer target; a way back leads only through restoring both databases"
    return Advice(f"release {source}", f"a release older than {target}", fix, "1 D")


def _detour(source: Release, hops: tuple[Hop, ...]) -> Advice:
    *_unused, last = hops
    first, *rest = (str(hop.target) for hop in hops)
    fix = f"upgrade to {first} first, then to {', then to '.join(rest)}"
    sources = [str(hop.source) for hop in HOPS if hop.target is last.target]
    return Advice(f"release {source}", f"{' or '.join(sources)}, the only releases with a supported path to {last.target}", fix, "2.1 D")
