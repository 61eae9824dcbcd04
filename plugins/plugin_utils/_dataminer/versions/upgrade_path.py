# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which way leads from one version to another: what kind of hop it is, and the stops and tasks on a longer way (7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ..._upgrade.facts import NotRead
from .ranges import HOW_TO_SAY_A_CU, since
from .versions import Line, Order, Version


class HopKind(Enum):
    """How a target stands to a source, with the number of the rule that says what follows, and that rule's source."""

    SAME = ("the same version", "", "3.1 D")
    LATER_CU = ("a later cumulative update of the same main release", "P1", "7 P1 D")
    LATER_FEATURE = ("a later feature release of the same line", "P2", "7 P2 D")
    OLDER_MAIN = ("the main release of the same line, which is older code than its feature releases", "P3", "7 P3 D")
    FEATURE_OF_MAIN = ("a feature release of the main release's own line", "P4", "7 P4 I")
    NEXT_LINE = ("the next line", "P5", "7 P5 D")
    SKIPPING = ("a line beyond the next one", "P6", "7 P6 D")
    BACK = ("an older version", "P14", "7 P14 D")

    def __init__(self, words: str, rule: str, reference: str) -> None:
        self.words = words
        self.rule = rule
        self.reference = reference


# The lines in their order, as far back as the rules of section 7 speak; later ones follow by counting (7 "next line").
LINES: tuple[Line, ...] = ((9, 6), (10, 0), (10, 1), (10, 2), (10, 3), (10, 4), (10, 5), (10, 6), (10, 7))

# 7 P7 D: before these targets the cluster must have been migrated.
BROKER_GATEWAY_NEEDED = since("10.6.0/10.6.1")
# 7 P7 D: from here the vendor does not advise against migrating.
MIGRATION_ADVISED = since("10.5.0 CU11/10.5.12 CU2")
# 7 P9 D
LATEST_10_0 = since("10.0.0 CU19")


class StepKind(str, Enum):
    """What is done at one point of the way."""

    INSTALL = "install"
    RUN = "run"
    MIGRATE = "migrate to"


@dataclass(frozen=True)
class RouteStep:
    """One thing to do; ``what`` is a version, a package or a migration, ``why`` the reason in a line."""

    kind: StepKind
    what: str
    why: str
    reference: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.what}"


def hop_kind(source: Version, target: Version) -> HopKind:
    """What kind of hop leads from source to target. Raises NotRead when the two cannot be told apart without a cumulative update.

    >>> from .versions import parse
    >>> hop_kind(parse("10.4.12"), parse("10.4.0 CU14")).name
    'OLDER_MAIN'
    """
    order = source.compare(target)
    if order is Order.UNDECIDED:
        raise NotRead(
            f"which of {source} and {target} is newer",
            "they share their numbers, and a build or CU of one of them is not known",
            f"say it: {HOW_TO_SAY_A_CU}",
        )
    if order is Order.SAME:
        return HopKind.SAME
    if source.line == target.line and not source.is_main and target.is_main:
        return HopKind.OLDER_MAIN
    if order is Order.NEWER:
        return HopKind.BACK
    if source.line != target.line:
        return HopKind.SKIPPING if lines_between(source.line, target.line) else HopKind.NEXT_LINE
    if target.is_main:
        return HopKind.LATER_CU
    return HopKind.FEATURE_OF_MAIN if source.is_main else HopKind.LATER_FEATURE


def lines_between(source: Line, target: Line) -> tuple[Line, ...]:
    """The lines that lie between two others, oldest first.

    From before 10.1 to 10.2 or later, 10.1 is no stop (P8 D; an older vendor's text still lists it as one).
    """
    line = source
    between: list[Line] = []
    while (line := _next(line)) < target and len(between) < len(LINES):
        between.append(line)
    if source < (10, 1) and target >= (10, 2):
        between = [one for one in between if one != (10, 1)]
    return tuple(between)


def route(source: Version, target: Version, *, migrated: bool | None = None) -> tuple[RouteStep, ...]:
    """What to do, in order, to come from source to target; ends with installing the target. Empty when there is no way forward.

    ``migrated``: whether the whole cluster is on BrokerGateway already, None when not known, which counts as no.

    >>> from .versions import parse
    >>> in_words(route(parse("10.4.0.0-14772"), parse("10.6.2.0-16700")))
    'install 10.5.0 CU11 or a later CU first, then migrate to BrokerGateway, then install 10.6.2 (build 16700)'
    """
    kind = hop_kind(source, target)
    if kind in (HopKind.SAME, HopKind.BACK):
        return ()
    if kind is HopKind.OLDER_MAIN:
        ahead = Version(*_next(source.line), 0, cu=0)
        last = _install(_main_name(ahead.line), "the first main release that is newer than these feature releases", kind.reference)
        return (*_before(source, ahead, migrated), last)
    return (*_before(source, target, migrated), _install(str(target), "the target", kind.reference))


def in_words(steps: tuple[RouteStep, ...]) -> str:
    """The steps as one sentence without its end: ``install A first, then run B, then install C``."""
    if len(steps) < 2:
        return str(steps[0]) if steps else ""
    first, *rest = (str(step) for step in steps)
    return ", then ".join([f"{first} first", *rest])


def _before(source: Version, target: Version, migrated: bool | None) -> Iterator[RouteStep]:
    """All that is done before the target itself is installed."""
    lines = lines_between(source.line, target.line)
    if source.line == (9, 6) or _before_latest_10_0(source):
        if not (target.line == (10, 0) and target.is_main):
            yield _install("10.0.0 CU19", "9.6 and 10.0.0 continue from there only", "7 P9 D")
        lines = tuple(line for line in lines if line > (10, 0))
    # The check is asked of 10.0 before 10.2 (P10); a way from 9.6 comes by 10.0 as well.
    if source.line <= (10, 0) and target.line >= (10, 2):
        yield RouteStep(StepKind.RUN, "VerifyClusterPorts.dmupgrade", "10.2 does not install on 10.0 without it", "7 P10 D")
    migrates = not migrated and BROKER_GATEWAY_NEEDED.reached_by(target) and not BROKER_GATEWAY_NEEDED.reached_by(source)
    if migrates and source.line == (10, 5):
        yield from _migration_on(source)
    for line in lines:
        if migrates and line == (10, 5):
            yield _install("10.5.0 CU11 or a later CU", "no line is skipped, and migrating is advised from there on", "7 P6, P7 D")
            yield _MIGRATION
        else:
            yield _install(_main_name(line), "no line is skipped", "7 P6 D")


def _before_latest_10_0(source: Version) -> bool:
    """A cumulative update that is not known is taken for an old one: the stop does no harm."""
    if source.line != (10, 0) or not source.is_main:
        return False
    return source.cu is None or not LATEST_10_0.reached_by(source)


_MIGRATION = RouteStep(StepKind.MIGRATE, "BrokerGateway", "10.6 runs on BrokerGateway only, and there is no way back from it", "7 P7 D")


def _migration_on(source: Version) -> Iterator[RouteStep]:
    if not _advised(source):
        where = "10.5.0 CU11 or a later CU" if source.is_main else "10.5.12 CU2 or a later CU"
        yield _install(where, "the vendor advises against migrating on earlier versions", "7 P7 D")
    yield _MIGRATION


def _advised(source: Version) -> bool:
    try:
        return MIGRATION_ADVISED.reached_by(source)
    except NotRead:
        return False


def _install(what: str, why: str, reference: str) -> RouteStep:
    return RouteStep(StepKind.INSTALL, what, why, reference)


def _main_name(line: Line) -> str:
    return f"the latest CU of {line[0]}.{line[1]}.0"


def _next(line: Line) -> Line:
    return next((one for one in LINES if one > line), (line[0], line[1] + 1))
