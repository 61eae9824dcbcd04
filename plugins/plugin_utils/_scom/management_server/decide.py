# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be done next on one management server. All judgement about starting a setup is in here.

The questions are asked in this order, and the first that has an answer ends it: was something started here before; is it a management
server; is it done; is there a path; is the whole group known; does anybody else work; whose turn is it; is anything in the way; is the lock
free. Whatever is not known is refused, never guessed. The first five can be answered days before, whoever's turn it is then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._upgrade.steps import Done, Lock, Refused
from ..group.group import Group, lock_owner, reconcile, task_id
from ..group.health import SERVER_SERVICES
from ..group.server import Member, Peer
from ..group.setups_running import work_of
from ..releases.releases import Release, UnknownRelease, is_at, rtm_server_version
from ..releases.upgrade_path import path_advice
from . import order, started_before
from .observation import Observation, Wanted
from .reasons import Attach, Kind, Start, Step

__all__ = ["Observation", "Wanted", "lasting_refusal", "next_step", "wanted_release"]


def wanted_release(text: str | int, host: str) -> Release | Refused:
    """The release an operator wrote, or the refusal that names the known ones."""
    try:
        return Release.from_text(text)
    except UnknownRelease as error:
        return Refused(
            Kind.UNKNOWN_TARGET, host, "the target is no release", str(text), str(error), "correct the target; nothing was started"
        )


def next_step(seen: Observation, wanted: Wanted) -> Step:
    """What may be done now on this host; see the module for the order of the questions."""
    step, lock = _but_for_the_lock(seen, _by_real_names(seen, wanted)), seen.lock
    # Whatever is done is done under the lock, attaching too.
    return _locked(seen, lock) if lock and lock.is_others and isinstance(step, Attach | Start) else step


def _but_for_the_lock(seen: Observation, wanted: Wanted) -> Step:
    step = _whoever_is_next(seen, wanted)
    if step is not None:
        return step
    group = seen.group.value
    refused = _others_work(seen, group, wanted.target) or order.refusal(
        seen.me, seen.peers, group, wanted.target, wanted.first, was_named=wanted.first_was_named
    )
    if refused is not None:
        return _with_findings(refused, seen)
    return _blocked(seen) or _start(seen, group, wanted)


def lasting_refusal(seen: Observation, wanted: Wanted) -> Refused | None:
    """What `next_step` would refuse this server for that no turn, no wait and no stopped service clears, the prerequisites left out."""
    wanted = _by_real_names(seen, wanted)
    step = _whoever_is_next(seen, wanted)
    if step is not None:
        return step if isinstance(step, Refused) else None
    group = seen.group.value
    lasting = replace(seen, peers=tuple(peer for peer in seen.peers if not _clears(peer, seen, wanted)), lock=None)
    refused = _others_work(lasting, group, wanted.target) or order.lasting_refusal(
        seen.me, seen.peers, group, wanted.target, wanted.first, was_named=wanted.first_was_named
    )
    return _with_findings(refused, seen) if refused is not None else None


def _clears(peer: Peer, seen: Observation, wanted: Wanted) -> bool:
    """Whether the work of a peer ends by itself, or is judged by the upgrade of the group before it comes to this server."""
    member = peer.member
    if member is None or not member.setups.is_known or not member.tasks.is_known:
        return False
    is_attached_to = set(member.tasks.value) <= {task_id(wanted.target)}
    return bool(member.setups.value) or (is_attached_to and order.goes_before(peer, seen.me, seen.known_as, wanted.first))


def _by_real_names(seen: Observation, wanted: Wanted) -> Wanted:
    return replace(wanted, first=seen.real_name(wanted.first) if wanted.first else None)


def _whoever_is_next(seen: Observation, wanted: Wanted) -> Step | None:
    """The step that is decided whoever's turn it is; None for a server that may be upgraded in its turn."""
    # What was started here comes first: a setup that failed may have taken the product away.
    return (
        started_before.step(seen, wanted)
        or _not_a_management_server(seen.me, wanted.target)
        or _finished(seen, wanted)
        or _no_way(seen, wanted)
        or (_not_whole(seen, seen.group.value, wanted) if seen.group.is_known else _group_unread(seen))
    )


def _not_a_management_server(me: Member, target: Release) -> Refused | None:
    """The refusal for a host that is none, or none any more after a setup of ours; None when it is one."""
    if me.installation.management_server is not None:
        return None
    roles = ", ".join(role.value.replace("_", " ") for role in me.installation.roles) or "no role of Operations Manager"
    headline, then = "it is no management server", "take it out of scom_management_servers; nothing was started"
    if order.has_begun(me, target):
        headline = f"it is no management server any more since a setup to {target} failed on it"
        then = "restore it, or recover the group without it, by the evidence of that setup; then run again; nothing was started"
    return Refused(Kind.NOT_A_MANAGEMENT_SERVER, me.name, headline, roles, "a management server", then)


def _finished(seen: Observation, wanted: Wanted) -> Step | None:
    """A server at the target is done when everything agrees; else what disagrees is for the proof to say."""
    if seen.me.release is not wanted.target:
        return None
    database = seen.group.value.database_version if seen.group.is_known else None
    if seen.me.health.is_healthy and is_at(database, wanted.target) and not seen.me.installation.doubts:
        return Done(seen.me.name, f"server at {seen.me.version}, database at {database}, healthy")
    restarts = wanted.may_restart and _owes_restart(seen, wanted.target)
    what = "restarting it, for which Windows waits, then proving the rest of it" if restarts else "proving the rest of it"
    return Attach(seen.me.name, None, f"server at {seen.me.version} already; {what}", restarts)


def _owes_restart(seen: Observation, target: Release) -> bool:
    """Whether setup asked for a restart that nobody did: the server does not work, and Windows waits for one (4 W).

    In a group that is done as a whole it is somebody else's restart, unless setup was begun here and never proved.
    """
    found = (*seen.judgement.findings, *seen.judgement.waived)
    pending = any(one.rule == "scom.host.pending_reboot" and not one.unknown for one in found)
    members = [peer.member for peer in seen.peers]
    is_ours = order.has_begun(seen.me, target) or any(one is not None and one.release is not target for one in members)
    return pending and is_ours and not seen.me.health.is_healthy


def _no_way(seen: Observation, wanted: Wanted) -> Refused | None:
    if seen.me.release is None:
        unknown = f"server version {seen.me.version or 'not recorded'}"
        return _refused(seen, Kind.WRONG_PATH, "its release is not known", unknown, "a published version", "install a published build")
    advice = path_advice(seen.me.release, wanted.target)
    if advice is None:
        return None
    headline = f"no upgrade leads from {seen.me.release} to {wanted.target}"
    return _refused(seen, Kind.WRONG_PATH, headline, advice.seen, advice.wanted, advice.fix)


def _group_unread(seen: Observation) -> Refused:
    return _refused(
        seen,
        Kind.GROUP_UNREAD,
        "its management group could not be read",
        seen.group.unread_reason,
        "the operational database answering, read as the setup account",
        "mend the access to the database, then run again; nothing was started",
    )


def _not_whole(seen: Observation, group: Group, wanted: Wanted) -> Refused | None:
    """Every server of the group has to have answered, and to be here once: who has not may have another name than the inventory's."""
    if silent := [f"{peer.name}: {peer.unreachable or 'no answer'}" for peer in seen.peers if peer.member is None]:
        return _refused(
            seen,
            Kind.PEER_UNREACHABLE,
            "not all servers of its management group could be asked",
            "; ".join(silent),
            "an answer from every management server of the group",
            "make them reachable, then run again; nothing was started",
        )
    difference = reconcile(group, [seen.me.name, *(peer.name for peer in seen.peers)])
    if difference.agrees:
        return _named_outside(seen, group, wanted.first)
    return _refused(
        seen,
        Kind.GROUP_MISMATCH,
        f"the inventory and management group {group.name} do not agree",
        difference.text(),
        f"exactly {', '.join(server.name for server in group.servers)}, each once",
        "correct the group scom_management_servers, or take retired servers out of the management group; nothing was started",
    )


def _named_outside(seen: Observation, group: Group, first: str | None) -> Refused | None:
    if first is None or group.server(first) is not None:
        return None
    return _refused(
        seen,
        Kind.GROUP_MISMATCH,
        f"the first management server is not of management group {group.name}",
        f"{first}, named as the first, is not of the group",
        f"one of {', '.join(server.name for server in group.servers)}",
        "correct scom_first_management_server (first_management_server of the module); nothing was started",
    )


def _others_work(seen: Observation, group: Group, target: Release) -> Refused | None:
    members = [peer.member for peer in seen.peers if peer.member]
    busy = [f"{one.name} still running setup {one.setup_since()}".strip() for one in members if one.setups.is_known and one.setups.value]
    unread = [f"{one.name}: {one.setups.unread_reason}" for one in members if not one.setups.is_known]
    if busy or unread:
        idle = [peer for peer in seen.peers if peer.member and peer.member.setups.is_known and not peer.member.setups.value]
        return _refused(
            seen,
            *((Kind.PEER_SETUP_RUNNING, "another management server is busy") if order.finished(idle, target) else order.FIRST_UNFINISHED),
            f"group {group.name}: database at {group.database_version}, {'; '.join(busy + unread)}",
            f"database at {rtm_server_version(target)} or later and no setup running on any other management server",
            f"{'wait for it' if busy else 'mend what keeps its processes from being read'}, then run the same command again; "
            "nothing was started here",
        )
    if unjudged := _unjudged(seen.peers):
        return _refused(
            seen,
            Kind.OTHER_TASK,
            "a setup was started on another management server and never judged",
            "; ".join(unjudged.values()),
            "every setup that was started in the group ended and judged",
            f"run the upgrade again, limited to {', '.join(unjudged)}: it attaches, or says what became of it; nothing was started here",
        )
    return None


def _unjudged(peers: Iterable[Peer]) -> dict[str, str]:
    """Setups of ours on other servers, by the inventory's names of these.

    One that was just started shows no process yet, one that was lost shows none any more. Also on a server at
    the target: setup can fail after it has changed the registry (4 W).
    """
    members = {peer.known_as: peer.member for peer in peers if peer.member}
    unread = {name: f"{one.name}: {one.tasks.unread_reason}" for name, one in members.items() if not one.tasks.is_known}
    started = {name: one for name, one in members.items() if one.tasks.is_known and one.tasks.value}
    return unread | {name: f"{one.name} at {one.version}: task {', '.join(one.tasks.value)}" for name, one in started.items()}


def nobody_works(seen: Observation) -> bool:
    """Whether it is certain that no setup runs, or may be about to, on any server of the group."""
    is_idle = seen.me.setups.is_known and not seen.me.setups.value
    running = seen.task is not None and seen.task.state == "running"
    return is_idle and not running and not work_of(seen.peers).is_possible


def _locked(seen: Observation, lock: Lock) -> Refused:
    return _refused(
        seen,
        Kind.LOCKED,
        "its management group is locked by other work",
        f"{lock.owner} since {lock.acquired_utc} on {lock.host}: {lock.purpose}",
        "the lock free",
        f"wait for it, then run the same command again; a dead owner's lock expires at {lock.expires_utc}; nothing was started",
    )


def _blocked(seen: Observation) -> Refused | None:
    blockers = seen.judgement.blockers
    if not blockers:
        return None
    return _refused(
        seen,
        Kind.BLOCKED,
        f"{len(blockers)} prerequisite{'s' if len(blockers) > 1 else ''} not met",
        ", ".join(dict.fromkeys(one.rule for one in blockers)),
        "no blocking finding",
        "mend what is listed below, then run the same command again; nothing was started",
    )


def _start(seen: Observation, group: Group, wanted: Wanted) -> Start:
    me, others = seen.me, tuple(peer.name for peer in seen.peers)
    is_first = order.is_first(seen.peers, group, wanted.target)
    place = "the only one" if not others else "the first" if is_first else "after the first"
    lost = seen.task is not None and seen.task.state == "lost"
    return Start(
        subject=me.name,
        task_id=task_id(wanted.target),
        title=f"upgrade management server {me.name} from {me.title} to {wanted.target} ({place} of group {group.name})",
        is_first=is_first,
        others=others,
        forgets_lost=lost,
        steps=_steps(seen, group, wanted, is_first),
        findings=seen.judgement.findings,
    )


def _steps(seen: Observation, group: Group, wanted: Wanted, is_first: bool) -> tuple[str, ...]:
    target, lost = rtm_server_version(wanted.target), seen.task is not None and seen.task.state == "lost"
    script = f"; its script takes the operational database from {group.database_version} to {target}" if is_first else ""
    others = ", ".join(peer.name for peer in seen.peers) if is_first else ""
    return (
        *(["forget the lost task of before"] if lost else []),
        f"take the lock {group.lock_name} on {group.lock_host} as {lock_owner(wanted.target, seen.me.name)}",
        *([f"stop {', '.join(SERVER_SERVICES)} on {others}"] if others else []),
        f"start setup as task {task_id(wanted.target)}{script}",
        "follow setup to its end, restart the server if setup asks for it",
        f"prove that server, database, services, ports and Data Access service are at {target} and work",
        *([f"put the services back as they were on {others}"] if others else []),
        "release the lock",
    )


def _refused(seen: Observation, kind: Kind, headline: str, saw: str, wanted: str, then: str) -> Refused:
    # What a refusal says itself is not said again below it.
    besides = tuple(one for one in seen.judgement.findings if one.rule != kind.rule)
    return Refused(kind, seen.me.name, headline, saw, wanted, then, besides)


def _with_findings(refused: Refused, seen: Observation) -> Refused:
    return replace(refused, findings=seen.judgement.findings)
