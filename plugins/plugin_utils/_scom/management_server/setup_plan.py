# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What will be done on a management server whose setup may be started, in order."""

from __future__ import annotations

from ..group.group import Group, lock_owner, task_id
from ..group.health import SERVER_SERVICES
from ..releases.releases import rtm_server_version
from . import order
from .observation import Observation, Wanted
from .reasons import Start


def setup_plan(seen: Observation, group: Group, wanted: Wanted) -> Start:
    """The step for a server that nothing speaks against any more."""
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
        f"verify that server, database, services, ports and Data Access service are at {target} and work",
        *([f"put the services back as they were on {others}"] if others else []),
        "release the lock",
    )
