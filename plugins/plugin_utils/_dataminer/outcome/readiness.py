# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The readiness ladder: what proves that an upgraded system works, from the cheapest sign to the strongest (9 "Readiness ladder")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.signs import Sign, Signs
from ..files.api_gateway import SLNET, version_of
from ..files.history import Start, VersionHistory, started
from ..system.cluster import ApiAgent
from ..system.web_api import AgentCounts
from ..versions.ranges import since
from ..versions.versions import NotAVersion, ProgramVersion, Version, parse

# 9 D, RN 45051: before it the page may give no version of a module.
_VERSIONS_ON_PAGE = since("10.5.0 CU14/10.6.0 CU2/10.6.5")


class Rung(str, Enum):
    """The rungs from the lowest, by the names of their signs."""

    PORTS = "its ports are open"
    SERVICES = "its services run"
    MODULES = "the APIGateway names SLNet in the expected version"
    HISTORY = "it has started on the target"
    LOGIN = "the web API lets an account in"
    AGENTS = "every agent is there and Running"
    VERSION = "the web API names the target"
    COUNTS = "no fewer elements and services than before"
    ALARMS = "active alarms before and after"
    CHECKS = "the vendor's health checks"

    @property
    def decides(self) -> bool:
        """False for one that is shown and nothing more."""
        return self not in (Rung.ALARMS, Rung.CHECKS)


@dataclass(frozen=True)
class NodeAfter:
    """What was seen of one node afterwards, an offline Failover node too.

    ``ports``: whether each is open. ``services``: status by name, of those that ran ``before`` by name. ``modules``: of its own
    APIGateway. ``history_before``: read before the upgrade.
    """

    ports: Fact[Mapping[int, bool]]
    services: Fact[Mapping[str, str]]
    services_before: frozenset[str]
    modules: Fact[dict[str, str | None]]
    history_before: Fact[VersionHistory]
    history: Fact[VersionHistory]


def climb_node(seen: NodeAfter, target: Version) -> Signs:
    """Rungs 1 to 4, of one node."""
    return Signs(
        (
            _sign(Rung.PORTS, "all open", lambda: _ports(seen.ports.value)),
            _sign(Rung.SERVICES, "all running that ran before", lambda: _services(seen.services.value, seen.services_before)),
            _sign(Rung.MODULES, f"SLNet {target.major}.{target.minor}", lambda: _module(seen.modules.value, target)),
            _sign(Rung.HISTORY, f"a new last line with {target}", lambda: _history(seen, target)),
        )
    )


@dataclass(frozen=True)
class SystemAfter:
    """What the web API says afterwards. ``expected``: the DataMiner IDs there must be. Counts are by DataMiner ID.

    ``checks_failed``: names of the vendor's own health checks that found something, run at least ten minutes after the start.
    """

    logged_in: Fact[bool]
    agents: Fact[tuple[ApiAgent, ...]]
    expected: frozenset[int]
    version: Fact[Version]
    counts_before: Fact[Mapping[int, AgentCounts]]
    counts: Fact[Mapping[int, AgentCounts]]
    alarms_before: Fact[int]
    alarms: Fact[int]
    checks_failed: Fact[tuple[str, ...]]


def climb_system(seen: SystemAfter, target: Version) -> Signs:
    """Rungs 5 to 10, of the whole system."""
    return Signs(
        (
            _sign(Rung.LOGIN, "a session", lambda: (seen.logged_in.value, "a session" if seen.logged_in.value else "refused")),
            _sign(Rung.AGENTS, f"{len(seen.expected)} agents Running", lambda: _agents(seen.agents.value, seen.expected)),
            _sign(Rung.VERSION, str(target), lambda: (seen.version.value.same_numbers(target), str(seen.version.value))),
            _sign(Rung.COUNTS, "as many as before, or more", lambda: _counts(seen.counts_before.value, seen.counts.value)),
            _sign(Rung.ALARMS, "to be looked at", lambda: _alarms(seen.alarms_before.value, seen.alarms.value)),
            _sign(Rung.CHECKS, "nothing found", lambda: _checks(seen.checks_failed.value)),
        )
    )


_Reading = tuple[bool, str]


def _sign(rung: Rung, wanted: str, read: Callable[[], _Reading]) -> Sign:
    try:
        good, seen = read()
    except NotRead as error:
        good, seen = None, str(error)
    return Sign(rung.value, wanted, seen, good, "9 D", decides=rung.decides)


def _ports(ports: Mapping[int, bool]) -> _Reading:
    closed = [str(port) for port, is_open in sorted(ports.items()) if not is_open]
    shown = f"closed: {', '.join(closed)}" if closed else f"open: {', '.join(str(port) for port in sorted(ports)) or 'none was tried'}"
    return bool(ports) and not closed, shown


def _services(services: Mapping[str, str], before: Iterable[str]) -> _Reading:
    status = {name.casefold(): word for name, word in services.items()}
    down = [f"{name} {status.get(name.casefold(), 'gone')}" for name in sorted(before) if status.get(name.casefold()) != "running"]
    return not down, ", ".join(down) or "all running"


def _module(modules: dict[str, str | None], target: Version) -> _Reading:
    """Only the line of a release can be told from the version of a module (3.1 I)."""
    if SLNET.casefold() not in (name.casefold() for name in modules):
        return False, f"no {SLNET} among {', '.join(sorted(modules))}"
    version = version_of(modules, SLNET)
    if version is None:
        return not _may_lack_versions_never(target), "SLNet without a version"
    return _line_of(version) == target.line, f"SLNet {version}"


def _may_lack_versions_never(target: Version) -> bool:
    """Whether the page always gives versions; a target whose cumulative update is not known may be an earlier one."""
    try:
        return _VERSIONS_ON_PAGE.reached_by(target)
    except NotRead:
        return False


def _line_of(version: str) -> tuple[int, int] | None:
    for read in (ProgramVersion.parse, parse):
        try:
            return read(version).line
        except NotAVersion:
            continue
    return None


def _history(seen: NodeAfter, target: Version) -> _Reading:
    proof = started(seen.history_before.value, seen.history.value, target)
    last = seen.history.value.last
    return proof is Start.ON_TARGET, f"{proof.value}; last line: {last}" if last else f"{proof.value}; no line"


def _agents(agents: Iterable[ApiAgent], expected: Iterable[int]) -> _Reading:
    status = {agent.id: agent.status for agent in agents}
    wrong = [f"{number} {status.get(number, 'missing')}" for number in sorted(expected) if status.get(number, "").casefold() != "running"]
    return not wrong, ", ".join(wrong) or f"{len(status)} agents Running"


def _counts(before: Mapping[int, AgentCounts], after: Mapping[int, AgentCounts]) -> _Reading:
    changed = [
        f"{number}: {before[number]} before, {after.get(number, 'missing')} now" for number in before if after.get(number) != before[number]
    ]
    fewer = any(number not in after or after[number].has_fewer_than(before[number]) for number in before)
    return not fewer, "; ".join(changed) or "as before"


def _alarms(before: int, after: int) -> _Reading:
    return after <= before, f"{before} before, {after} now ({after - before:+d})"


def _checks(failed: tuple[str, ...]) -> _Reading:
    return not failed, ", ".join(failed) or "nothing found"
