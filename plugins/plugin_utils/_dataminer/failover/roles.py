# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which node of a Failover pair is online, told by two independent signs, and what a pair must look like (5.1, 5.2, 5.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..files.text_lines import decoded
from .policy import Policy


class Role(str, Enum):
    """What a node of a pair is at the moment."""

    ONLINE = "online"
    OFFLINE = "offline"
    SWITCHING = "switching"


class SignKind(Enum):
    """Where a sign comes from. ``decides``: False for one that may be stale, and never stands against two others (5.2 U)."""

    VIRTUAL_ADDRESS = ("the virtual IP address on its network card", True, "5.2 D, as a check I")
    REWRITE_RULE = ("the reverse-proxy rule of its web server", True, "5.2 D")
    FAILOVER_LOG = ("the last state in SLFailover.txt", True, "5.2 D")
    DMS_XML = ("the state in DMS.xml", False, "5.2 U")

    def __init__(self, words: str, decides: bool, source: str) -> None:
        self.words = words
        self.decides = decides
        self.source = source


@dataclass(frozen=True)
class RoleSign:
    """One sign of a node's role."""

    kind: SignKind
    role: Role

    def __str__(self) -> str:
        return f"{self.kind.words} says {self.role.value}"


@dataclass(frozen=True)
class NodeRole:
    """The role of one node with all its signs.

    ``role`` is known when two independent signs agree and none that decides stands against them; else None, and ``doubt`` says why.
    """

    role: Role | None
    signs: tuple[RoleSign, ...]
    doubt: str = ""

    def __str__(self) -> str:
        shown = "; ".join(str(sign) for sign in self.signs) or "no sign was read"
        return f"{self.role.value if self.role else 'role unknown'} ({shown})"


def tell_role(signs: Iterable[RoleSign]) -> NodeRole:
    """The role that a node's signs tell.

    >>> tell_role([RoleSign(SignKind.VIRTUAL_ADDRESS, Role.ONLINE), RoleSign(SignKind.FAILOVER_LOG, Role.ONLINE)]).role.value
    'online'
    """
    signs = tuple(signs)
    deciding = {sign.role for sign in signs if sign.kind.decides}
    if len(deciding) > 1:
        return NodeRole(None, signs, "its signs contradict each other")
    agreeing = {sign.kind for sign in signs if sign.role in deciding}
    if deciding and len(agreeing) > 1:
        return NodeRole(deciding.pop(), signs)
    if len({sign.role for sign in signs}) > 1:
        return NodeRole(None, signs, "its two signs contradict each other")
    return NodeRole(None, signs, "one sign is not enough" if signs else "no sign was read")


def virtual_address_sign(own: Iterable[str], virtual: Iterable[str]) -> RoleSign | None:
    """The sign of a pair with virtual addresses: the online node has all of them. None without any, and when it has only some."""
    own, virtual = set(own), set(virtual)
    if not virtual or (own & virtual and not virtual <= own):
        return None
    return RoleSign(SignKind.VIRTUAL_ADDRESS, Role.ONLINE if virtual <= own else Role.OFFLINE)


def rewrite_rule_sign(enabled: bool | None) -> RoleSign | None:
    """The sign of a pair with a shared host name: the rule is enabled on the offline node. None where there is no such rule."""
    return None if enabled is None else RoleSign(SignKind.REWRITE_RULE, Role.OFFLINE if enabled else Role.ONLINE)


_LOGGED = re.compile(r"Failover Status => (?P<state>[^|\r\n]+)", re.IGNORECASE)
# log-shapes 8.4: two states S2, two more from the status window; "Preparing to go online" and "Going Online" are no state to rest in.
_STATES = {
    "online": Role.ONLINE,
    "offline": Role.OFFLINE,
    "preparing to go online": Role.SWITCHING,
    "going online": Role.SWITCHING,
    "switching": Role.SWITCHING,
}


def failover_log_sign(log: bytes) -> RoleSign | None:
    """The sign of SLFailover.txt: the last state in it, or in the end of it that was read. None when there is no state that is known.

    >>> failover_log_sign(b"...|UpdateFailoverSwitchStatus|CRU|0|41|Failover Status => Online\\r\\n").role.value
    'online'
    """
    found = _LOGGED.findall(decoded(log))
    return _sign(SignKind.FAILOVER_LOG, found[-1]) if found else None


def dms_sign(state: str) -> RoleSign | None:
    """The sign of the Failover element of DMS.xml; None when it says nothing known."""
    return _sign(SignKind.DMS_XML, state)


def _sign(kind: SignKind, state: str) -> RoleSign | None:
    role = _STATES.get(state.strip().rstrip(".").casefold())
    return RoleSign(kind, role) if role else None


@dataclass(frozen=True)
class Pair:
    """A Failover pair: its DataMiner ID and the roles of its nodes by name."""

    id: int
    nodes: Mapping[str, Fact[NodeRole]]

    @property
    def online(self) -> str | None:
        """The name of the one node that is online; None unless there is exactly one, and the other is offline."""
        roles = {name: role.value.role for name, role in self.nodes.items() if role.is_known}
        online = [name for name, role in roles.items() if role is Role.ONLINE]
        rest = {role for name, role in roles.items() if name not in online}
        return online[0] if len(online) == 1 and rest == {Role.OFFLINE} and len(roles) == len(self.nodes) else None


def online_afterwards(pair: Pair, policy: Policy) -> str | None:
    """The node that must be online after an upgrade; None when the roles before were not clear. Resolve the default policy first.

    Simultaneously and with a switch back: the same as before (5.7); backup first: the other one (5.3).
    """
    before = pair.online
    if before is None or not policy.row.swaps_roles:
        return before
    return next((name for name in pair.nodes if name != before), None)


RULES: RuleBook[Pair] = RuleBook()


@RULES.rule("dataminer.failover.roles_are_clear", Severity.BLOCKER, reference="5.2, 5.7 D", waivable=False)
def both_roles_are_told_by_two_signs(seen: Pair) -> list[Finding]:
    """The role of a node counts when two independent signs agree on it."""
    return [
        finding(
            subject=name,
            seen=str(role.value),
            wanted="a role that two independent signs agree on",
            fix=f"{role.value.doubt}: look at the Failover status of the pair in System Center, and wait until a switch is over",
        )
        for name, role in seen.nodes.items()
        if role.value.role is None
    ]


@RULES.rule("dataminer.failover.one_is_online", Severity.BLOCKER, reference="5.7 D", waivable=False)
def exactly_one_node_is_online(seen: Pair) -> Finding | None:
    """Of every pair exactly one node is online, the other one offline, and none is switching."""
    roles = {name: role.value.role for name, role in seen.nodes.items()}
    if None in roles.values() or seen.online:
        return None
    shown = ", ".join(f"{name} {role.value}" for name, role in roles.items() if role)
    return finding(
        subject=f"pair {seen.id}",
        seen=shown,
        wanted="one online, one offline",
        fix="wait until a switch is over (up to 15 minutes); if both stay offline, restart DataMiner on one of them",
    )
