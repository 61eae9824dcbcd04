# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asks the servers of a management group whether a setup runs on any of them."""

from __future__ import annotations

from collections.abc import Mapping

from ..._scom.group import server
from ..._scom.group.server import Peer
from ..._scom.group.setups_running import GroupWork, work_of
from ..._windows.host import TROUBLE, Host, reading


def ask(hosts: Mapping[str, Host]) -> GroupWork:
    """What hosts, by the inventory's names, show of setups on them; one call each."""
    return work_of([_peer(name, host) for name, host in hosts.items()])


def _peer(name: str, host: Host) -> Peer:
    try:
        answers = host.probe(server.QUESTIONS)
        with reading(name, "host_probe"):
            return Peer(name, server.read(answers))
    except TROUBLE as trouble:
        return Peer(name, unreachable=str(trouble))
