# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the settings files of one node say, where an upgrade must know it (2, 4, 8, log-shapes 10)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..._upgrade.cut_lines import lines_of
from ..versions.platforms import SNMP_PORT
from .state_xml import NotReadable, attribute, child, child_text, local_name, read_xml
from .text_lines import decoded

REMOTING_PORT = 8004


@dataclass(frozen=True)
class Maintenance:
    """MaintenanceSettings.xml: what stands under ``<SLNet>``. None where an element is absent, which means its default.

    ``max_upload_mb``: the largest package, in MB. ``default_upgrade_options``: the content of that element, of which no form is
    published (4). ``broker_gateway``: whether the node was migrated. ``dotnet_remoting``: whether agents may continue without gRPC.
    """

    max_upload_mb: int | None = None
    default_upgrade_options: str | None = None
    broker_gateway: bool = False
    dotnet_remoting: bool = False


def read_maintenance(data: bytes) -> Maintenance:
    """The settings in a MaintenanceSettings.xml. Raises NotReadable.

    >>> read_maintenance(b"<MaintenanceSettings><SLNet><BrokerGateway>true</BrokerGateway></SLNet></MaintenanceSettings>").broker_gateway
    True
    """
    slnet = child(read_xml(data, "MaintenanceSettings"), "SLNet")
    limit = child_text(slnet, "MaxUploadSize")
    if limit is not None and not (limit.isascii() and limit.isdecimal()):
        raise NotReadable(f"MaxUploadSize is {limit[:50]!r}, no number of MB")
    defaults = child(slnet, "DefaultUpgradeOptions")
    return Maintenance(
        max_upload_mb=int(limit) if limit else None,
        default_upgrade_options=None if defaults is None else _content(defaults),
        broker_gateway=_is_true(child_text(slnet, "BrokerGateway")),
        dotnet_remoting=_is_true(child_text(slnet, "EnableDotNetRemoting")),
    )


def read_soft_launch(data: bytes) -> Mapping[str, bool]:
    """The soft-launch options by their names in lower case, at any depth: its root is not published. Raises NotReadable."""
    root = read_xml(data)
    found = ((local_name(one).casefold(), (one.text or "").strip().casefold()) for one in root.iter())
    return {name: text == "true" for name, text in found if text in ("true", "false")}


def expired_users(data: bytes) -> tuple[str, ...]:
    """Names of the users that Security.xml marks with ``expired="true"`` (K2). Nothing else of the file is kept. Raises NotReadable."""
    marked = [one for one in read_xml(data).iter() if _is_true(attribute(one, "expired"))]
    return tuple(attribute(one, "name") or "a user without a name" for one in marked)


def read_remoting_port(data: bytes) -> int:
    """The port of .NET Remoting in SLNet.exe.config; the default where none is named. Raises NotReadable."""
    remoting = [one for one in read_xml(data).iter() if local_name(one) == "channel"]
    ports = [port for one in remoting if (port := attribute(one, "port")) is not None]
    if not ports:
        return REMOTING_PORT
    if not ports[0].isdecimal():
        raise NotReadable(f"the remoting port is {ports[0][:20]!r}")
    return int(ports[0])


def agent_snmp_port(data: bytes) -> int:
    """The UDP port of the DataMiner SNMP agent in DataMiner.xml: ``<SNMP port="461"/>``, 161 where nothing is named (4 D)."""
    snmp = child(read_xml(data, "DataMiner"), "SNMP")
    port = attribute(snmp, "port") if snmp is not None else None
    return int(port) if port and port.isdecimal() else SNMP_PORT


_SNMP_LINE = re.compile(r"^[ \t]*snmp[ \t]+(\d{1,5})/udp\b", re.IGNORECASE | re.MULTILINE | re.ASCII)


def windows_snmp_port(services_file: bytes) -> int:
    """The UDP port of the Windows SNMP service, in the file ``drivers\\etc\\services``; 161 where it is not named (4 D).

    >>> windows_snmp_port(b"ssh 22/tcp\\r\\nsnmp 1161/udp #SNMP\\r\\n")
    1161
    """
    found = _SNMP_LINE.search(decoded(services_file))
    return int(found[1]) if found else SNMP_PORT


@dataclass(frozen=True)
class PortCheck:
    """VerifyClusterPorts.LastRun.xml: when the check ran, in ISO-8601 UTC, and whether it passed. It counts for ten days (8 D)."""

    ran_utc: str
    passed: bool


def read_port_check(data: bytes) -> PortCheck:
    """The last result of VerifyClusterPorts. Raises NotReadable."""
    root = read_xml(data, "VerifyResult")
    return PortCheck(child_text(root, "Timestamp") or "", _is_true(child_text(root, "Success")))


@dataclass(frozen=True)
class ConnectionSettings:
    """Webpages\\ConnectionSettings.txt: its lines that say something other than the default (8, VerifyGRPCConnection)."""

    custom: tuple[str, ...] = field(default=())


# 8 D: polling, a server port other than the default, entries for a range of addresses.
_DEFAULT_LINES = re.compile(r"(?:type\s*=\s*\w+|serverport\s*=\s*8004|connectionuri\s*=.*)", re.IGNORECASE)
_POLLING = re.compile(r"polling", re.IGNORECASE)


def read_connection_settings(data: bytes) -> ConnectionSettings:
    """The lines that are not of the default file; comments and blank lines left out. Never raises."""
    lines = (line.split("#", 1)[0].strip() for line in lines_of(decoded(data)))
    return ConnectionSettings(tuple(line[:200] for line in lines if line and (_POLLING.search(line) or not _DEFAULT_LINES.fullmatch(line))))


_RULE = re.compile(r"<rule\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_REVERSE_PROXY = re.compile(r"\bname\s*=\s*[\"']dataminer-failover-reverseproxy-rule[\"']", re.IGNORECASE)
_DISABLED = re.compile(r"\benabled\s*=\s*[\"']false[\"']", re.IGNORECASE)


def rewrite_rule_enabled(config: bytes) -> bool | None:
    """Whether the reverse-proxy rule of a pair is enabled in a web.config; None when there is no such rule (5.2 D, its place I)."""
    rules = (found["attributes"] for found in _RULE.finditer(decoded(config)))
    ours = next((attributes for attributes in rules if _REVERSE_PROXY.search(attributes)), None)
    return None if ours is None else not _DISABLED.search(ours)


def database_type(data: bytes) -> str:
    """The type of the active database in DB.xml; '' when none is named (8, VerifyNoAmazonKeyspaces). Raises NotReadable."""
    bases = [one for one in read_xml(data).iter() if local_name(one) == "DataBase"]
    active = [one for one in bases if _is_true(attribute(one, "active"))] or bases
    return next((kind for one in active if (kind := attribute(one, "type"))), "")


def _content(element: ET.Element) -> str:
    """The text of an element with what is in it, as far as one needs it to look for words."""
    inner = [ET.tostring(one, encoding="unicode") for one in element]
    return "".join([element.text or "", *inner]).strip()


def _is_true(text: str | None) -> bool:
    return (text or "").strip().casefold() == "true"
