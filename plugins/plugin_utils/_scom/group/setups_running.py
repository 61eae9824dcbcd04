# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a setup runs anywhere in a management group: while one does, the services of the other servers have to stay stopped (6.1 D)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .server import Member, Peer


@dataclass(frozen=True)
class GroupWork:
    """``running``: setups that were seen. ``doubts``: what keeps it from being certain that there are no others. A sentence each."""

    running: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        """Whether a setup runs, or may run."""
        return bool(self.running or self.doubts)

    def text(self) -> str:
        return "; ".join((*self.running, *self.doubts))


def work_of(servers: Iterable[Peer]) -> GroupWork:
    """What the servers of a group show of setups on them."""
    running, doubts = [], []
    for server in servers:
        if server.member is None:
            doubts.append(f"{server.name} could not be asked: {server.unreachable or 'no answer'}")
        elif server.member.setups.is_known and server.member.setups.value:
            running.append(f"{server.name} runs setup {server.member.setup_since()}".strip())
        elif doubt := _doubt(server.member):
            doubts.append(doubt)
    return GroupWork(tuple(running), tuple(doubts))


def _doubt(server: Member) -> str:
    """A setup that was just started shows no process yet, one that was lost shows none any more."""
    if not server.setups.is_known:
        return f"whether {server.name} runs setup is not known: {server.setups.unread_reason}"
    if not server.tasks.is_known:
        return f"whether a setup was started on {server.name} is not known: {server.tasks.unread_reason}"
    if server.tasks.value:
        return f"a setup was started on {server.name} and never verified: task {', '.join(server.tasks.value)}"
    return ""
