# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""UpgradeInfo.xml, the file that tells SLTaskbarUtility what to upgrade and how (1.2). Without it only one agent would be upgraded."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ..failover.policy import Policy


class InvalidUpgradeInfo(ValueError):
    """An UpgradeInfo.xml that must not be written; the message says why."""


@dataclass(frozen=True)
class UpgradeOptions:
    """The advanced options of System Center's Upgrade window, with the names and defaults it gives them (4)."""

    extract_all_files: bool = True
    delayed_start: bool = True
    automatic_start: bool = True
    stop_snmp: bool = True
    reboot: bool = False


@dataclass(frozen=True)
class OptionRow:
    """One option: its name here, its element, and System Center's words."""

    name: str
    element: str
    title: str
    source: str


# In the order of the vendor's only sample (1.2 D), in which they are written; defaults are in UpgradeOptions.
OPTIONS: tuple[OptionRow, ...] = (
    OptionRow("extract_all_files", "ExtractAllFiles", "Extract All Files", "4 D"),
    OptionRow("delayed_start", "DelayedStart", "Delayed Start", "4 D"),
    OptionRow("automatic_start", "AutomaticStartServices", "Automatic Start Services", "4 D"),
    OptionRow("stop_snmp", "StopSNMP", "Stop SNMP", "4 D"),
    OptionRow("reboot", "RebootAfterUpgrade", "Reboot After Upgrade", "4 D"),
)


@dataclass(frozen=True)
class UpgradeInfo:
    """The whole file. ``agents``: addresses or host names, one for each agent or pair."""

    agents: tuple[str, ...]
    is_cluster: bool
    options: UpgradeOptions
    failover_policy: Policy

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "agents": list(self.agents),
            "is_cluster": self.is_cluster,
            **{row.name: getattr(self.options, row.name) for row in OPTIONS},
            "failover_policy": self.failover_policy.value,
        }


_NUMBERS_ONLY = re.compile(r"[\d.]+")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*", re.ASCII)


def write_upgrade_info(info: UpgradeInfo) -> bytes:
    """The file's bytes: no declaration, no namespace, every element explicitly, in the order of the vendor's sample.

    Raises InvalidUpgradeInfo: no agent, one twice, one that is no address, a loopback address (progress events fail over it on several
    versions, 1.1), or the policy DEFAULT, which must be resolved and shown first.

    >>> print(write_upgrade_info(UpgradeInfo(("10.20.0.11",), True, UpgradeOptions(), Policy.SIMULTANEOUSLY)).decode().split()[1])
    <Agents>
    """
    _judge(info)
    elements = {"IsCluster": _word(info.is_cluster), **{row.element: _word(getattr(info.options, row.name)) for row in OPTIONS}}
    elements["FailoverPolicy"] = info.failover_policy.row.word
    lines = [
        "<UpgradeInfo>",
        "  <Agents>",
        *(f"    <IP>{escape(agent)}</IP>" for agent in info.agents),
        "  </Agents>",
        *(f"  <{name}>{text}</{name}>" for name, text in elements.items()),
        "</UpgradeInfo>",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _judge(info: UpgradeInfo) -> None:
    if not info.agents:
        raise InvalidUpgradeInfo("no agent is named: an upgrade without a list of agents would take the local one only")
    if len({agent.casefold() for agent in info.agents}) < len(info.agents):
        raise InvalidUpgradeInfo(f"an agent is named twice: {', '.join(info.agents)}")
    for agent in info.agents:
        if not _is_address(agent):
            raise InvalidUpgradeInfo(f"{agent!r} is neither an IP address nor a host name")
        if _is_loopback(agent):
            raise InvalidUpgradeInfo(f"{agent} is the server itself: name its real address, for progress is lost over the loopback")
    if info.failover_policy is Policy.DEFAULT:
        raise InvalidUpgradeInfo("the default policy must be resolved to one of the other three before it is written")


def _is_address(agent: str) -> bool:
    return _ip(agent) is not None or (_HOST_NAME.fullmatch(agent) is not None and not _NUMBERS_ONLY.fullmatch(agent))


def _is_loopback(agent: str) -> bool:
    address = _ip(agent)
    return address.is_loopback or address.is_unspecified if address else agent.casefold().split(".")[0] == "localhost"


def _ip(agent: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(agent)
    except ValueError:
        return None


def _word(truth: bool) -> str:
    return "true" if truth else "false"
