# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose turn it is: the first management server alone, the others when it is finished and healthy (1 D)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..._upgrade.facts import Fact
from ..._upgrade.steps import Refused
from ..._upgrade.texts import NOTHING_STARTED
from ..group.group import Group, task_id
from ..group.health import Monitored
from ..group.server import Member, Peer
from ..host.host_names import same_host
from ..releases.releases import Release, is_at, rtm_server_version
from .reasons import Kind

FIRST_UNFINISHED = (Kind.FIRST_UNFINISHED, "the first management server is not finished")


def first_management_server(servers: Iterable[str], named: str | None = None) -> str | None:
    """The inventory's name of the server that is upgraded first: the named one, else the one whose name sorts first, None without any.

    The order of a list says nothing: AWX hands out the hosts of a group in none, another one in each job.

    >>> first_management_server(["MS4", "ms3", "MS1"]), first_management_server(["ms1", "ms2"], "ms2")
    ('MS1', 'ms2')
    """
    return named or min(servers, key=lambda name: (name.casefold(), name), default=None)


def finished(peers: Sequence[Peer], target: Release) -> tuple[Member, ...]:
    """The other servers that are at the target."""
    return tuple(peer.member for peer in peers if peer.member and peer.member.release is target)


def is_first(peers: Sequence[Peer], group: Group, target: Release) -> bool:
    """Whether a setup started now would be the one that runs the database script."""
    return not finished(peers, target) or not is_at(group.database_version, target)


def refusal(
    me: Member, peers: Sequence[Peer], group: Group, target: Release, named: str | None, *, was_named: bool = True
) -> Refused | None:
    """Why it is not this server's turn, None when it is.

    Which server is the first stands nowhere in the product (5): it is the named one, else whoever takes the group's lock first while
    nobody is at the target. For this to hold all peers must be known. Once a first setup has changed the database, it can only be
    finished on its own server, whatever is named: where setup was begun says who that is, else the operator (``was_named``). Before that
    it may be finished there as well, unless a person has named another.
    """
    done = finished(peers, target)
    has_changed = is_at(group.database_version, target)
    # A name that no person gave is for the day on which nobody has begun: whoever is finished, or has changed the database, is followed.
    named = named if was_named or not (done or has_changed) else None
    i_am_named = named is not None and same_host(named, me.name)
    if not done and has_changed and (begun := _begun_elsewhere(me, peers, group, target)):
        return begun
    if not done and has_begun(me, target) and (has_changed or not was_named):
        return _services_of_others(me, peers)
    if named is not None and not i_am_named:
        return _after(me, [one for one in done if same_host(one.name, named)], group, target, named)
    if done:
        return _after(me, done, group, target, None)
    if has_changed and not i_am_named:
        return _begun_by_somebody(me, group, target)
    return _services_of_others(me, peers)


def lasting_refusal(
    me: Member, peers: Sequence[Peer], group: Group, target: Release, named: str | None, *, was_named: bool = True
) -> Refused | None:
    """What of ``refusal`` neither a wait nor a turn clears: the first setup has changed the database, and the first is not who began it."""
    refused = refusal(me, peers, group, target, named, was_named=was_named)
    if refused is None or refused.kind is not Kind.NAMED_FIRST:
        return None
    is_resumed_in_its_turn = any(peer.member and has_begun(peer.member, target) and _is(peer.name, named) for peer in peers)
    return None if is_resumed_in_its_turn else refused


def goes_before(peer: Peer, me: Member, known_as: str, first: str | None) -> bool:
    """Whether the upgrade of the group comes to a peer before this server: the first comes first, the others by the inventory's names."""
    if _is(peer.name, first) or _is(me.name, first):
        return _is(peer.name, first)
    return peer.known_as < known_as


def who_is_first(servers: Sequence[Peer], group: Fact[Group], target: Release, first: str | None, *, was_named: bool) -> str:
    """Which server is the first, and by what, for an operator: one that is done or has changed the database is followed already."""
    done = [one.known_as for one in servers if one.member and one.member.release is target]
    begun = [one.known_as for one in servers if one.member and has_begun(one.member, target)]
    has_changed = group.is_known and is_at(group.value.database_version, target)
    if done and not was_named:
        return f"{', '.join(done)} at {target} already: the others follow"
    if begun and has_changed and not done:
        return f"{', '.join(begun)} is where setup was begun, which has changed the database: the first management server is finished there"
    if has_changed and not done and not was_named:
        return f"no server is at {target}, and the database is: name the server whose setup changed it as scom_first_management_server"
    by = "as named" if was_named else "by name; set scom_first_management_server to choose another"
    already = f"; {', '.join(done)} at {target} already" if done else ""
    return f"{first} is the first management server ({by}){already}"


def _is(name: str, other: str | None) -> bool:
    return other is not None and same_host(name, other)


def _after(me: Member, done: Sequence[Member], group: Group, target: Release, named: str | None) -> Refused | None:
    """This server follows: the database and at least one server (the named one) must be at the target, and work."""
    first = named or ", ".join(one.name for one in done)
    wanted = f"database at {rtm_server_version(target)} or later and {first} at {target} and healthy"
    database = f"group {group.name}: database at {group.database_version}"
    again = "then run the same command again; nothing was started here"
    if not done:
        return _unfinished(
            me,
            f"{database}, {named} not at {target}",
            wanted,
            f"upgrade {named} first, {again}",
        )
    if not is_at(group.database_version, target):
        return _unfinished(
            me,
            f"{database}, {first} at {target}",
            wanted,
            f"run the upgrade on {first} again, it verifies what is missing; {again}",
        )
    reasons = {one.name: _not_healthy(one, group) for one in done}
    if any(not reason for reason in reasons.values()):
        return None
    why_not = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return Refused(
        Kind.FIRST_UNHEALTHY,
        me.name,
        "the first management server is not healthy",
        f"{database}; {why_not}",
        wanted,
        f"fix {first}, {again}",
    )


def _unfinished(me: Member, seen: str, wanted: str, then: str) -> Refused:
    kind, headline = FIRST_UNFINISHED
    return Refused(kind, me.name, headline, seen, wanted, then)


def _not_healthy(member: Member, group: Group) -> str:
    """What keeps a finished server from counting as healthy: its own signs, and the rating of the group, which lags."""
    listed = group.server(member.name)
    reasons = [*member.health.reasons, *(f"doubtful: {doubt}" for doubt in member.installation.doubts)]
    if listed is None or listed.is_available is False:
        reasons.append("the group says it is not available")
    elif listed.monitored not in (Monitored.SUCCESS, Monitored.WARNING):
        reasons.append(f"rated {listed.monitored.value if listed.monitored else 'not at all'} by the group")
    return "; ".join(reasons)


def has_begun(member: Member, target: Release) -> bool:
    """Whether our setup to the target was begun on a server and never proved."""
    return member.begun.is_known and task_id(target) in member.begun.value


def _begun_elsewhere(me: Member, peers: Sequence[Peer], group: Group, target: Release) -> Refused | None:
    """The refusal while another server has to finish the first setup; two that have begun one after the other may both."""
    others = [peer for peer in peers if peer.member and has_begun(peer.member, target)]
    if not others or has_begun(me, target):
        return None
    first, known_as = (", ".join(names) for names in zip(*((peer.name, peer.known_as) for peer in others), strict=True))
    return Refused(
        Kind.NAMED_FIRST,
        me.name,
        "a first setup on another server has changed the database and is not finished",
        f"group {group.name}: database at {group.database_version}, setup begun on {first}, no management server at {target}",
        f"{first} at {target} and healthy",
        f"limit the run to {known_as} until it is finished, or set scom_first_management_server: {known_as}; {NOTHING_STARTED} here",
    )


def _begun_by_somebody(me: Member, group: Group, target: Release) -> Refused:
    return Refused(
        Kind.NAMED_FIRST,
        me.name,
        "a first setup has changed the database and no server is finished",
        f"group {group.name}: database at {group.database_version}, no management server at {target}",
        "the server whose setup ran the database script named as the first, to finish it there",
        "name it as scom_first_management_server (first_management_server of the module) and run again; nothing was started here",
    )


def _services_of_others(me: Member, peers: Sequence[Peer]) -> Refused | None:
    running = [f"{peer.name}: {', '.join(peer.member.running_services)}" for peer in peers if peer.member and peer.member.running_services]
    if not running:
        return None
    return Refused(
        Kind.PEER_SERVICES,
        me.name,
        "services of other management servers run",
        "; ".join(running),
        "OMSDK, cshost and HealthService stopped on every other management server while the first is upgraded",
        "use the role scom_management_server, which stops them and brings them back, or stop them; nothing was started",
    )
