# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the whole management group is known, was given and could be asked: its own list decides (1 D)."""

from __future__ import annotations

from ..._upgrade.steps import Refused
from ..group.group import Group, reconcile
from .observation import Observation, Wanted
from .reasons import Kind


def group_unread(seen: Observation) -> Refused:
    """The refusal while nothing says which servers the group has."""
    return seen.refused(
        Kind.GROUP_UNREAD,
        "its management group could not be read",
        seen.group.unread_reason,
        "the operational database answering, read as the setup account",
        "fix the access to the database, then run again; nothing was started",
    )


def incomplete(seen: Observation, group: Group, wanted: Wanted) -> Refused | None:
    """Every server of the group has to have answered, and to be here once: who has not may have another name than the inventory's."""
    if silent := [f"{peer.name}: {peer.unreachable or 'no answer'}" for peer in seen.peers if peer.member is None]:
        return seen.refused(
            Kind.PEER_UNREACHABLE,
            "not all servers of its management group could be asked",
            "; ".join(silent),
            "an answer from every management server of the group",
            "make them reachable, then run again; nothing was started",
        )
    difference = reconcile(group, [seen.me.name, *(peer.name for peer in seen.peers)])
    if difference.agrees:
        return _named_outside(seen, group, wanted.first)
    return seen.refused(
        Kind.GROUP_MISMATCH,
        f"the inventory and management group {group.name} do not agree",
        difference.text(),
        f"exactly {', '.join(server.name for server in group.servers)}, each once",
        "correct the group scom_management_servers, or take retired servers out of the management group; nothing was started",
    )


def _named_outside(seen: Observation, group: Group, first: str | None) -> Refused | None:
    if first is None or group.server(first) is not None:
        return None
    return seen.refused(
        Kind.GROUP_MISMATCH,
        f"the first management server is not of management group {group.name}",
        f"{first}, named as the first, is not of the group",
        f"one of {', '.join(server.name for server in group.servers)}",
        "correct scom_first_management_server (first_management_server of the module); nothing was started",
    )
