# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What check mode supposes: that the same run has done what comes before this server, so that `decide` can say what it would do then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._upgrade.facts import Fact
from ..._upgrade.signs import Sign, Signs
from ..group.group import Group
from ..group.health import SERVER_SERVICES, Monitored
from ..group.server import Member, Peer
from ..host.host_names import same_host
from ..host.installation import InstalledPart, Role
from ..releases.releases import Release, rtm_server_version
from .observation import Observation


def suppose(seen: Observation, target: Release, *, upgraded: Iterable[str] = (), services_stopped: bool = False) -> Observation:
    """The observation as it would be when the servers ``upgraded`` were done and healthy, and when the services of the others were stopped.

    Nothing else is supposed: a server that runs setup, cannot be reached or is not of the group stays so.
    """
    names = tuple(seen.real_name(name) for name in upgraded)
    is_done = [any(same_host(peer.name, name) for name in names) for peer in seen.peers]
    peers = tuple(_upgraded(peer, target) if done else peer for peer, done in zip(seen.peers, is_done, strict=True))
    if services_stopped:
        peers = tuple(_stopped(peer) for peer in peers)
    group = seen.group.then(lambda group: _upgraded_group(group, target, names)) if any(is_done) else seen.group
    return replace(seen, peers=peers, group=group)


def _upgraded(peer: Peer, target: Release) -> Peer:
    if peer.member is None or peer.member.installation.management_server is None:
        return peer
    version = rtm_server_version(target)
    others = tuple(one for one in peer.member.installation.components if one.role is not Role.MANAGEMENT_SERVER)
    installation = replace(
        peer.member.installation,
        components=(InstalledPart(Role.MANAGEMENT_SERVER, version, version), *others),
        database_version=version,
        doubts=(),
    )
    supposed = Signs((Sign("upgrade", "done by this run", "supposed", True, "check mode"),))
    nothing = Fact[tuple[str, ...]].known(())
    return replace(peer, member=replace(peer.member, installation=installation, health=supposed, tasks=nothing, begun=nothing))


def _upgraded_group(group: Group, target: Release, names: tuple[str, ...]) -> Group:
    version = rtm_server_version(target)
    servers = tuple(
        replace(server, version=version, is_available=True, monitored=Monitored.SUCCESS)
        if any(same_host(server.name, name) for name in names)
        else server
        for server in group.servers
    )
    return replace(group, database_version=version, servers=servers)


def _stopped(peer: Peer) -> Peer:
    if peer.member is None:
        return peer
    return replace(peer, member=_without_services(peer.member))


def _without_services(member: Member) -> Member:
    services = {
        name: replace(service, status="stopped") if name in SERVER_SERVICES else service
        for name, service in member.installation.services.items()
    }
    return replace(member, installation=replace(member.installation, services=services))
