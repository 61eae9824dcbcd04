# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Setups on the other management servers of a group: no two are upgraded at once (1 D)."""

from __future__ import annotations

from collections.abc import Iterable

from ..._upgrade.steps import Refused
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from ..group.group import Group, task_id
from ..group.server import Peer
from ..group.setups_running import work_of
from ..releases.releases import Release, rtm_server_version
from . import order
from .observation import Observation, Wanted
from .reasons import Kind


def others_work(seen: Observation, group: Group, target: Release) -> Refused | None:
    """The refusal while a setup runs on another server, or was started there and never verified; None when none does."""
    members = [peer.member for peer in seen.peers if peer.member]
    busy = [f"{one.name} still running setup {one.setup_since()}".strip() for one in members if one.setups.is_known and one.setups.value]
    unread = [f"{one.name}: {one.setups.unread_reason}" for one in members if not one.setups.is_known]
    if busy or unread:
        idle = [peer for peer in seen.peers if peer.member and peer.member.setups.is_known and not peer.member.setups.value]
        return seen.refused(
            *((Kind.PEER_SETUP_RUNNING, "another management server is busy") if order.finished(idle, target) else order.FIRST_UNFINISHED),
            f"group {group.name}: database at {group.database_version}, {'; '.join(busy + unread)}",
            f"database at {rtm_server_version(target)} or later and no setup running on any other management server",
            f"{'wait for it' if busy else 'fix what keeps its processes from being read'}, then {RUN_AGAIN}; {NOTHING_STARTED} here",
        )
    if unjudged := _unjudged(seen.peers):
        return seen.refused(
            Kind.OTHER_TASK,
            "a setup was started on another management server and never verified",
            "; ".join(unjudged.values()),
            "every setup that was started in the group ended and verified",
            f"run the upgrade again, limited to {', '.join(unjudged)}: it attaches, or says what became of it; {NOTHING_STARTED} here",
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


def clears(peer: Peer, seen: Observation, wanted: Wanted) -> bool:
    """Whether the work of a peer ends by itself, or is judged by the upgrade of the group before it comes to this server."""
    member = peer.member
    if member is None or not member.setups.is_known or not member.tasks.is_known:
        return False
    is_attached_to = set(member.tasks.value) <= {task_id(wanted.target)}
    return bool(member.setups.value) or (is_attached_to and order.goes_before(peer, seen.me, seen.known_as, wanted.first))


def nobody_works(seen: Observation) -> bool:
    """Whether it is certain that no setup runs, or may be about to, on any server of the group."""
    is_idle = seen.me.setups.is_known and not seen.me.setups.value
    running = seen.task is not None and seen.task.state == "running"
    return is_idle and not running and not work_of(seen.peers).is_possible
