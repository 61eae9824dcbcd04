"""The files an agent keeps its state in, as text (dataminer 9; log-shapes 10)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

ROOT = r"C:\Skyline DataMiner"
DMS, DATAMINER = rf"{ROOT}\DMS.xml", rf"{ROOT}\DataMiner.xml"
MAINTENANCE, SOFT_LAUNCH = rf"{ROOT}\MaintenanceSettings.xml", rf"{ROOT}\SoftLaunchOptions.xml"
SECURITY, DATABASE = rf"{ROOT}\Security.xml", rf"{ROOT}\DB.xml"
CONNECTION_SETTINGS = rf"{ROOT}\Webpages\ConnectionSettings.txt"
HISTORY = rf"{ROOT}\Upgrades\VersionHistory.txt"
PACKAGES = rf"{ROOT}\Upgrades\Packages"
ENDPOINTS = rf"{ROOT}\Configurations\ClusterEndpoints.json"
FAILOVER_LOG = rf"{ROOT}\Logging\SLFailover.txt"
MESSAGE_BROKER = r"C:\ProgramData\Skyline Communications\DataMiner\MessageBrokerConfig.json"
WINDOWS_SERVICES = r"C:\Windows\System32\drivers\etc\services"
_TIME = "2031-01-10 08:00:00"


def dms(cluster: str, members: Iterable[tuple[str, int, bool]], redirects: Iterable[str], failover: str, *, namespace: bool) -> str:
    """DMS.xml. `members` are address, id, and whether it is this node's own entry, which has neither id nor time."""
    lines = [f"<DMS{_xmlns('dms') if namespace else ''} errorTime='30000' synchronized='TRUE'>", f"  <Cluster name={quoteattr(cluster)}/>"]
    for address, id, own in members:
        if own:
            lines.append(f'  <DMA ip="{address}" timestamp=""/>')
        else:
            lines.append(f'  <DMA ip="{address}" id="{id}" contacted_once="TRUE" timestamp="{_TIME}" lostContact=""/>')
    if given := list(redirects):
        lines += ["  <Redirects>", *(f'    <Redirect to="{to}" via="{to}" user="" pwd=""/>' for to in given), "  </Redirects>"]
    return _text([*lines, *([f"  {failover}"] if failover else []), "</DMS>"])


def failover_element(state: str) -> str:
    """Only these attributes are public (5.1, log-shapes 10)."""
    return f'<Failover active="true" State="{state}" StateBeforeShutDown="{state}" bruteForceToOffline="false"/>'


def data_miner(id: int, name: str, snmp_port: int | None) -> str:
    """DataMiner.xml; both nodes of a pair have the same id (5.1 D). The port of the SNMP agent stands here when it is not 161."""
    snmp = [f'  <SNMP port="{snmp_port}"/>'] if snmp_port else []
    return _text([f'<DataMiner id="{id}">', f'  <DMA><DMAName mode="manual">{name}</DMAName></DMA>', *snmp, "</DataMiner>"])


def maintenance(elements: Mapping[str, Any]) -> str:
    """MaintenanceSettings.xml; an absent element means its default."""
    inner = [f"    <{name}>{_value(value)}</{name}>" for name, value in elements.items()]
    return _text([f"<MaintenanceSettings{_xmlns('maintenancesettings')}>", "  <SLNet>", *inner, "  </SLNet>", "</MaintenanceSettings>"])


def soft_launch(options: Mapping[str, bool]) -> str:
    return _text(["<SLNet>", *(f"  <{name}>{_value(on)}</{name}>" for name, on in options.items()), "</SLNet>"])


def security(users: Mapping[str, bool]) -> str:
    """Security.xml: users with their flag `expired` (K2); nothing else of the file is public."""
    inner = [f"    <User name={quoteattr(name)} expired={quoteattr(_value(expired))}/>" for name, expired in users.items()]
    return _text(["<Security>", "  <Users>", *inner, "  </Users>", "</Security>"])


def cluster_endpoints(endpoints: Iterable[tuple[str, str | None]]) -> str:
    """ClusterEndpoints.json: every node by its own address, a pair's nodes with the address they share."""
    entries = [{"IP": ip, "IgnitionValue": f"ignition-{ip}", "AdditionalEndpoints": [vip] if vip else []} for ip, vip in endpoints]
    return json.dumps({"Endpoints": entries}, indent=2)


def slnet_config(port: int) -> str:
    channel = f'<channel ref="tcp" port="{port}"/>'
    return _text(["<configuration>", f"  <system.runtime.remoting>{channel}</system.runtime.remoting>", "</configuration>"])


def connection_settings(text: str) -> str:
    return text or "# default\r\ntype=GRPCConnection\r\n"


def message_broker() -> str:
    url = "https://localhost/BrokerGateway/api/natsconnection/getnatsconnectiondetails"
    return json.dumps({"BrokerGatewayConfig": {"CredentialsUrl": url, "APIKeyPath": "appsettings.runtime.json"}})


def _xmlns(name: str) -> str:
    return f' xmlns="http://www.skyline.be/config/{name}"'


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
