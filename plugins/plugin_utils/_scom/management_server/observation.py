# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a decision about one management server rests on: what is wanted, and everything that was seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._upgrade.facts import Fact
from ..._upgrade.judgement import Judgement
from ..._upgrade.steps import Lock, Refused, Task
from ..group.group import Group
from ..group.server import Member, Peer
from ..releases.releases import Release
from .reasons import Kind


@dataclass(frozen=True)
class Wanted:
    """What the operator wants. ``first``: the management server to be upgraded first, by the inventory's name or its own, None for none.

    ``first_was_named``: a person has named it, it is not only the first of a list. ``restart_lost``: start again a setup that was lost,
    when nothing of it shows any more. ``may_restart``: the server may be restarted.
    """

    target: Release
    first: str | None = None
    restart_lost: bool = False
    first_was_named: bool = True
    may_restart: bool = True


@dataclass(frozen=True)
class Observation:
    """Everything the decision rests on.

    ``peers``: all hosts of the inventory that are taken for management servers of the same group, except this one; whom the group lists
    and nobody asked is missing here, and that is refused. ``task``: our task for this target on this host, None or ``absent`` when there
    is none. ``lock``: None where nothing would be done, or with the lock held. ``known_as``: the inventory's name of this server.
    """

    me: Member
    group: Fact[Group]
    peers: tuple[Peer, ...] = ()
    task: Task | None = None
    lock: Lock | None = None
    judgement: Judgement = field(default_factory=Judgement)
    known_as: str = ""

    def real_name(self, name: str) -> str:
        """The FQDN of the server that the inventory has under a name; the name itself when the inventory has none of that name."""
        servers = {peer.known_as.casefold(): peer.name for peer in self.peers} | {self.known_as.casefold(): self.me.name}
        return servers.get(name.casefold(), name)

    def refused(self, kind: Kind, headline: str, saw: str, wanted: str, then: str) -> Refused:
        """The refusal of this server; what it says itself is not said again below it."""
        besides = tuple(one for one in self.judgement.findings if one.rule != kind.rule)
        return Refused(kind, self.me.name, headline, saw, wanted, then, besides)
