# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a node says of its cluster in DMS.xml, DataMiner.xml and ClusterEndpoints.json (9, log-shapes 10)."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from .state_xml import NotReadable, attribute, child, child_text, children, read_xml
from .text_lines import decoded

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class DmsMember:
    """One agent in DMS.xml. ``id`` is None for the node's own entry, which has none (U: in the vendor's only sample).

    ``timestamp`` and ``lost_contact`` are local times as text, '' where empty.
    """

    address: str
    id: int | None
    timestamp: str = ""
    lost_contact: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether contact was lost after it was last had: both times have the same form and sort as text."""
        return bool(self.lost_contact) and self.lost_contact > self.timestamp


@dataclass(frozen=True)
class DmsRedirect:
    """One redirect between agents; its user and password are not kept."""

    to: str
    via: str


@dataclass(frozen=True)
class DmsFailover:
    """The Failover element. Of its form only names of attributes are public (5.1 U). ``state`` may be stale."""

    state: str = ""


@dataclass(frozen=True)
class Dms:
    """One node's DMS.xml."""

    cluster: str
    members: tuple[DmsMember, ...]
    redirects: tuple[DmsRedirect, ...] = ()
    failover: DmsFailover | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of all members, the node's own included."""
        return frozenset(member.address for member in self.members if member.address)


def read_dms(data: bytes) -> Dms:
    """One node's DMS.xml. Raises NotReadable; an offline agent may hold a file that is cut (log-shapes 10)."""
    root = read_xml(data, "DMS")
    cluster, redirects, failover = child(root, "Cluster"), child(root, "Redirects"), child(root, "Failover")
    # The sample has the members beside the cluster; within it they are read as well.
    places = [place for place in (root, cluster) if place is not None]
    return Dms(
        cluster=_text(cluster, "name"),
        members=tuple(_member(one) for place in places for one in children(place, "DMA")),
        redirects=tuple(DmsRedirect(_text(one, "to"), _text(one, "via")) for one in children(redirects, "Redirect"))
        if redirects is not None
        else (),
        failover=_failover(failover) if failover is not None else None,
    )


def _member(element: ET.Element) -> DmsMember:
    return DmsMember(
        address=_text(element, "ip"),
        id=_number(_text(element, "id")),
        timestamp=_text(element, "timestamp"),
        lost_contact=_text(element, "lostContact"),
    )


def _failover(element: ET.Element) -> DmsFailover:
    return DmsFailover(_text(element, "State"))


def _text(element: ET.Element | None, name: str) -> str:
    return (attribute(element, name) or "").strip() if element is not None else ""


@dataclass(frozen=True)
class AgentIdentity:
    """Who a node is, by its DataMiner.xml: both nodes of a pair have the same id."""

    id: int
    name: str


def read_identity(data: bytes) -> AgentIdentity:
    """A node's DataMiner.xml. Raises NotReadable, also when it holds no id."""
    root = read_xml(data, "DataMiner")
    number = _number(_text(root, "id"))
    if number is None:
        raise NotReadable("DataMiner.xml holds no DataMiner ID")
    return AgentIdentity(number, child_text(root, "DMA", "DMAName") or "")


@dataclass(frozen=True)
class Endpoint:
    """One node in ClusterEndpoints.json. ``additional``: the virtual addresses it shares with its partner. The ignition value is a
    secret of the cluster: only whether there is one is kept."""

    address: str
    has_ignition: bool
    additional: tuple[str, ...] = ()


def read_endpoints(data: bytes) -> tuple[Endpoint, ...]:
    """A node's ClusterEndpoints.json, the source of truth from 10.5 on. Raises NotReadable.

    >>> read_endpoints(b'{"Endpoints":[{"IP":"10.20.0.11","IgnitionValue":null,"AdditionalEndpoints":["10.20.0.10"]}]}')
    (Endpoint(address='10.20.0.11', has_ignition=False, additional=('10.20.0.10',)),)
    """
    if len(data) > _LARGEST:
        raise NotReadable(f"{len(data):,} bytes are no list of endpoints")
    try:
        value = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"no readable list of endpoints: {error}") from error
    listed = value.get("Endpoints") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("IP"), str) for one in listed):
        raise NotReadable("a list of endpoints has an entry with an IP for every node")
    return tuple(_endpoint(one) for one in listed)


def _endpoint(one: dict[str, Any]) -> Endpoint:
    additional = one.get("AdditionalEndpoints")
    shared = [address.strip() for address in additional if isinstance(address, str)] if isinstance(additional, list) else []
    return Endpoint(one["IP"].strip(), bool(one.get("IgnitionValue")), tuple(filter(None, shared)))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
