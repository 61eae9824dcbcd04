# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which release and which update rollup a version number means (2.2). The numbers themselves are in `builds`."""

from __future__ import annotations

from .builds import AGENT_BUILDS, SERVER_BUILDS, Build, Release, UnknownRelease, V
from .versions import AgentVersion, NotAVersion, ServerVersion, Version

__all__ = [
    "AGENT_BUILDS",
    "SERVER_BUILDS",
    "AgentVersion",
    "Build",
    "NotAVersion",
    "Release",
    "ServerVersion",
    "UnknownRelease",
    "Version",
    "agent_build",
    "agent_release",
    "gateway_version",
    "release_of",
    "rtm_agent_version",
    "rtm_server_version",
    "server_build",
    "server_release",
    "update_rollup",
]

# Numbers of the Log Analytics agent, which is no part of any release (2.2 W): first and last build of each range.
# 8.0.11000 and up is shared with the 2016 rollups, of which only the published builds count; U: 10.19 builds between 13000 and 13999.
_LOG_ANALYTICS: tuple[tuple[str, str], ...] = (
    ("8.0.11000", "8.0.12999"),
    ("10.19.10006", "10.19.10006"),
    ("10.19.13000", "10.19.13999"),
    ("10.20.0", "10.20.99999"),
)


def release_of(version: ServerVersion | AgentVersion) -> Release | None:
    """The release of a version, read from the table of its own kind; None when it belongs to no release."""
    return server_release(version) if isinstance(version, ServerVersion) else agent_release(version)


def server_release(version: ServerVersion) -> Release | None:
    """The release by the first two groups; 1801 and 1807 share theirs and are told apart by the build of 1807."""
    _expect(version, ServerVersion)
    found = {build.release for build in SERVER_BUILDS if build.version.family == version.family}
    if found == {Release.R1801, Release.R1807}:
        return Release.R1807 if version >= rtm_server_version(Release.R1807) else Release.R1801
    return found.pop() if found else None


def agent_release(version: AgentVersion) -> Release | None:
    """The release of an agent; None for a Log Analytics agent, whose numbers overlap with those of 2016 and 2019.

    8.0.11049 is 2016 UR9 and a Log Analytics agent of 2017 as well: the number alone says 2016.
    """
    _expect(version, AgentVersion)
    for build in AGENT_BUILDS:
        if build.version == version:
            return build.release
    if _is_log_analytics(version):
        return None
    if version.family == (8, 0):
        return _release_of_8_0(version)
    return next((build.release for build in AGENT_BUILDS if build.version.family == version.family), None)


def _release_of_8_0(version: AgentVersion) -> Release | None:
    if version.build >= 13000:
        return Release.R1807 if version >= rtm_agent_version(Release.R1807) else Release.R1801
    return Release.R2016 if version >= rtm_agent_version(Release.R2016) else None


def _is_log_analytics(version: AgentVersion) -> bool:
    return any(AgentVersion.parse(first) <= version <= AgentVersion.parse(last) for first, last in _LOG_ANALYTICS)


def server_build(version: ServerVersion) -> Build[ServerVersion] | None:
    """The published build of a server version, or the highest one of its release that is not above it.

    A version between two rows is thus *at least* the rollup of the row returned; compare ``.version`` to know whether it is exactly that.
    None when the release is unknown or the version is older than the release's RTM build (a preview).
    """
    return _highest_not_above(SERVER_BUILDS, version, server_release(version))


def agent_build(version: AgentVersion) -> Build[AgentVersion] | None:
    """As `server_build`, for agents and gateways."""
    return _highest_not_above(AGENT_BUILDS, version, agent_release(version))


def _highest_not_above(builds: tuple[Build[V], ...], version: V, release: Release | None) -> Build[V] | None:
    candidates = [build for build in builds if build.release is release and build.version <= version]
    return max(candidates, key=lambda build: build.version, default=None)


def update_rollup(version: ServerVersion | AgentVersion) -> str:
    """In words: ``RTM``, ``UR3``, ``UR2 + hotfix``, ``UR2 or later (unknown build 10.22.10700.0)``, ``unknown build 9.9.9.0``.

    >>> update_rollup(ServerVersion.parse("10.22.11642.0"))
    'UR3'
    """
    build = server_build(version) if isinstance(version, ServerVersion) else agent_build(version)
    if build is None:
        return f"unknown build {version}"
    if build.version != version:
        return f"{build.rollup} or later (unknown build {version})"
    return build.title


def rtm_server_version(release: Release) -> ServerVersion:
    """The server version that media of this release install; media exist for RTM only (2.2 W)."""
    return next(build.version for build in SERVER_BUILDS if build.release is release)


def rtm_agent_version(release: Release) -> AgentVersion:
    """The agent and gateway version on the media of this release."""
    return next(build.version for build in AGENT_BUILDS if build.release is release)


def gateway_version(text: str) -> ServerVersion | AgentVersion:
    """The version of a gateway: newer tables file gateways with the agents, the first ones with the servers (2.2 U), so either is accepted.

    A published build decides, then the family; numbers that both families use are read as an agent's. Raises NotAVersion.
    """
    server, agent = ServerVersion.parse(text), AgentVersion.parse(text)
    if any(build.version == agent for build in AGENT_BUILDS):
        return agent
    if any(build.version == server for build in SERVER_BUILDS) or agent_release(agent) is None:
        return server
    return agent


def _expect(version: object, kind: type[Version]) -> None:
    if not isinstance(version, kind):
        raise TypeError(f"a {kind.__name__} is needed, not {type(version).__name__} {version}")


def is_at(version: ServerVersion | None, target: Release) -> bool:
    """Whether a server or database version is the target's RTM build or a later one of the same release."""
    return version is not None and server_release(version) is target and version >= rtm_server_version(target)
