# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How to see what of DataMiner is on a host: the questions of one round trip, and how their answers are read (5.2, 8, 9).

Nothing here goes through the web server's reverse proxy: an offline Failover node hands requests to its partner, and the wrong node
would be looked at (0.8).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from ..._upgrade.facts import NotRead
from ..._upgrade.questions import (
    Answers,
    Questions,
    directory,
    file,
    file_text,
    http,
    listening_ports,
    network_addresses,
    operating_system,
    processes,
    services,
    tcp,
)
from ..._upgrade.windows_facts import Host, Process, Service, fact
from ..failover.roles import RoleSign, failover_log_sign
from ..files.api_gateway import read_modules, version_url
from ..files.dms_xml import Endpoint, read_dms, read_endpoints, read_identity
from ..files.history import read_history
from ..files.settings import (
    REMOTING_PORT,
    ConnectionSettings,
    Maintenance,
    PortCheck,
    read_connection_settings,
    read_maintenance,
    read_port_check,
    read_remoting_port,
    read_soft_launch,
    rewrite_rule_enabled,
)
from ..versions.versions import NotAVersion, ProgramVersion
from .file_answers import file_bytes, file_end
from .installation import Folder, Installation

ROOT = r"C:\Skyline DataMiner"
PACKAGES_FOLDER = rf"{ROOT}\Upgrades\Packages"
TASKS_FOLDER = r"%ProgramData%\systemcenter.upgrade\tasks"
TASK_PREFIX = "dataminer-"

# 9 D, and the modules that must run for an agent to come up (9: near 99 % it hangs without them).
SERVICES = (
    "SLDataMiner",
    "SLNet",
    "SLWatchdog",
    "SLSNMPAgent",
    "DataMiner APIGateway",
    "DataMiner BrokerGateway",
    "DataMiner StorageModule",
    "DataMiner Orchestrator",
    "nats-server",
    "NAS",
    "NATS",
    "W3SVC",
    "SNMP",
)
PORTS = (80, 443, 4222, 6222, 8004, 8222, 9090)
UTILITY = "SLTaskbarUtility"
# The vendor's pages name both folders (1.1 D).
UTILITY_PATHS = tuple(
    rf"{folder}\Skyline Communications\Skyline Taskbar Utility\{UTILITY}.exe" for folder in (r"C:\Program Files (x86)", r"C:\Program Files")
)
# Which process carries an upgrade on a node is not documented; its engine is SLUpgrade.dll (3.2 D, the process U).
UPGRADE_PROCESSES = ("SLUpgrade", "SLUpgrade64")
_LONG = 512 * 1024
_TAIL = 128 * 1024
_GATEWAY = version_url("localhost", in_pair=True)

QUESTIONS: Questions = {
    "dm.os": operating_system(),
    "dm.root": directory(ROOT, "DataMiner.xml"),
    "dm.identity": file_text(rf"{ROOT}\DataMiner.xml", max_bytes=_LONG),
    "dm.dms": file_text(rf"{ROOT}\DMS.xml", max_bytes=_LONG),
    "dm.endpoints": file_text(rf"{ROOT}\Configurations\ClusterEndpoints.json", max_bytes=_LONG),
    "dm.maintenance": file_text(rf"{ROOT}\MaintenanceSettings.xml", max_bytes=_LONG),
    "dm.connection": file_text(rf"{ROOT}\Webpages\ConnectionSettings.txt"),
    "dm.slnet_config": file_text(rf"{ROOT}\Files\SLNet.exe.config", max_bytes=_LONG),
    "dm.slnet": file(rf"{ROOT}\Files\SLNet.exe"),
    "dm.soft_launch": file_text(rf"{ROOT}\SoftLaunchOptions.xml", max_bytes=_LONG),
    "dm.history": file_text(rf"{ROOT}\Upgrades\VersionHistory.txt", max_bytes=_LONG),
    "dm.port_check": file_text(rf"{ROOT}\Upgrades\Helper\VerifyClusterPorts\VerifyClusterPorts.LastRun.xml"),
    "dm.packages": directory(PACKAGES_FOLDER),
    "dm.failover_log": file_text(rf"{ROOT}\Logging\SLFailover.txt", max_bytes=_TAIL, tail=True),
    # The rule is one of the default web site's, whose folder this is; its file is not named anywhere (5.2 D, I).
    "dm.rewrite_rule": file_text(rf"{ROOT}\Webpages\web.config", max_bytes=_LONG),
    # The addresses on the network cards: only the online node has the virtual one of a pair (5.2 D).
    "dm.addresses": network_addresses(),
    "dm.services": services(*SERVICES),
    "dm.ports": listening_ports(*PORTS),
    "dm.gateway": http(_GATEWAY),
    # Certificates rarely name localhost, and not every system has HTTPS: the same page without it.
    "dm.gateway_plain": http(_GATEWAY.replace("https:", "http:", 1)),
    "dm.utility.0": file(UTILITY_PATHS[0]),
    "dm.utility.1": file(UTILITY_PATHS[1]),
    "dm.processes": processes(UTILITY, *UPGRADE_PROCESSES, "SLNet", "SLDataMiner"),
    "dm.tasks": directory(TASKS_FOLDER, f"{TASK_PREFIX}*"),
    "dm.broker_config": file(r"C:\ProgramData\Skyline Communications\DataMiner\MessageBrokerConfig.json"),
}


def questions(name: str) -> Questions:
    """QUESTIONS, with what only the node's own name can be asked for: ``name`` is the one the inventory has, best its FQDN."""
    return {**QUESTIONS, "dm.own_name": tcp(name, 443), "dm.gateway_named": http(version_url(name, in_pair=True))}


def read(answers: Answers) -> Installation:
    """What is on one host. Raises Unreadable only when Windows itself or DataMiner's folder could not be looked at."""
    root = answers.data("dm.root")
    return Installation(
        host=Host.read(answers.data("dm.os")),
        is_installed=bool(root.get("entries")),
        identity=fact("DataMiner.xml", lambda: read_identity(_needed(answers, "dm.identity"))),
        dms=fact("DMS.xml", lambda: read_dms(_needed(answers, "dm.dms"))),
        endpoints=fact("ClusterEndpoints.json", lambda: _endpoints(answers)),
        addresses=fact("the addresses of its network cards", lambda: _addresses(answers)),
        resolved=_resolved(answers),
        history=fact("VersionHistory.txt", lambda: read_history(_needed(answers, "dm.history"))),
        maintenance=fact("MaintenanceSettings.xml", lambda: _maintenance(answers)),
        connection=fact("ConnectionSettings.txt", lambda: _connection(answers)),
        remoting_port=fact("SLNet.exe.config", lambda: _remoting_port(answers)),
        soft_launch=fact("SoftLaunchOptions.xml", lambda: _soft_launch(answers)),
        port_check=fact("the last result of VerifyClusterPorts", lambda: _port_check(answers)),
        services=fact("the services", lambda: _services(answers)),
        ports=fact("the listening ports", lambda: frozenset(int(one["port"]) for one in answers.data("dm.ports")["listening"])),
        modules=fact("the version page of the APIGateway", lambda: _modules(answers)),
        failover_log=fact("SLFailover.txt", lambda: _failover_log(answers)),
        rewrite_rule=fact("the rules of the web server", lambda: _rewrite_rule(answers)),
        utilities=fact("SLTaskbarUtility.exe", lambda: _utilities(answers)),
        program_version=fact("the version of SLNet.exe", lambda: _program_version(answers)),
        package_folders=fact("the packages' folder", lambda: _folders(answers)),
        processes=fact("the processes", lambda: _processes(answers)),
        tasks=fact("the tasks on the host", lambda: _tasks(answers)),
        has_broker_config=fact("MessageBrokerConfig.json", lambda: bool(answers.data("dm.broker_config"))),
    )


def _needed(answers: Answers, question: str) -> bytes:
    content = file_bytes(answers, question)
    if content is None:
        raise NotRead(str(QUESTIONS[question]["path"]), "there is no such file")
    return content


def _endpoints(answers: Answers) -> tuple[Endpoint, ...]:
    content = file_bytes(answers, "dm.endpoints")
    return read_endpoints(content) if content is not None else ()


def _addresses(answers: Answers) -> frozenset[str]:
    return frozenset(str(one["address"]).partition("%")[0] for one in answers.data("dm.addresses")["addresses"])


def _resolved(answers: Answers) -> frozenset[str]:
    answer = answers.get("dm.own_name")
    return (
        frozenset(str(one).partition("%")[0] for one in answer.data.get("resolved") or ()) if answer and answer.is_present else frozenset()
    )


def _maintenance(answers: Answers) -> Maintenance:
    """An absent file means that every setting has its default."""
    content = file_bytes(answers, "dm.maintenance")
    return read_maintenance(content) if content is not None else Maintenance()


def _connection(answers: Answers) -> ConnectionSettings:
    return read_connection_settings(file_bytes(answers, "dm.connection") or b"")


def _remoting_port(answers: Answers) -> int:
    content = file_bytes(answers, "dm.slnet_config")
    return read_remoting_port(content) if content is not None else REMOTING_PORT


def _soft_launch(answers: Answers) -> Mapping[str, bool]:
    content = file_bytes(answers, "dm.soft_launch")
    return read_soft_launch(content) if content is not None else {}


def _port_check(answers: Answers) -> PortCheck | None:
    content = file_bytes(answers, "dm.port_check")
    return read_port_check(content) if content is not None else None


def _services(answers: Answers) -> dict[str, Service]:
    found = answers.data("dm.services")["services"]
    return {
        name: Service(name, str(raw["status"]), str(raw.get("start_mode") or ""), bool(raw.get("delayed"))) for name, raw in found.items()
    }


def _modules(answers: Answers) -> dict[str, str | None]:
    """The first of the pages that is one; they are asked for by the node's name, by localhost, and without HTTPS."""
    seen = []
    for question in ("dm.gateway_named", "dm.gateway", "dm.gateway_plain"):
        answer = answers.get(question)
        if answer is None:
            continue
        if not answer.is_present:
            seen.append(answer.error.message if answer.error else answer.state.value)
        elif int(answer.data["status"]) != 200:
            seen.append(f"HTTP status {answer.data['status']}")
        else:
            return read_modules(base64.b64decode(answer.data["body"]))
    raise NotRead("the version page of the APIGateway", "; ".join(dict.fromkeys(seen)) or "it was not asked for")


def _failover_log(answers: Answers) -> RoleSign | None:
    content = file_end(answers, "dm.failover_log")
    return failover_log_sign(content) if content is not None else None


def _rewrite_rule(answers: Answers) -> bool | None:
    content = file_bytes(answers, "dm.rewrite_rule")
    return rewrite_rule_enabled(content) if content is not None else None


def _utilities(answers: Answers) -> tuple[str, ...]:
    found = [(path, answers.data(f"dm.utility.{number}")) for number, path in enumerate(UTILITY_PATHS)]
    return tuple(path for path, data in found if data)


def _program_version(answers: Answers) -> ProgramVersion | None:
    text = answers.data("dm.slnet").get("file_version")
    try:
        return ProgramVersion.parse(str(text)) if text else None
    except NotAVersion:
        return None


def _folders(answers: Answers) -> tuple[Folder, ...]:
    data = answers.data("dm.packages")
    if data.get("truncated"):
        raise NotRead(PACKAGES_FOLDER, "it has more than a thousand entries; delete old ones")
    entries = data.get("entries", ())
    return tuple(Folder(str(one["name"]), str(one.get("modified_utc") or "")) for one in entries if one.get("is_directory"))


def _processes(answers: Answers) -> tuple[Process, ...]:
    return tuple(Process.read(one) for one in answers.data("dm.processes")["processes"])


def _tasks(answers: Answers) -> tuple[str, ...]:
    entries = answers.data("dm.tasks").get("entries", [])
    return tuple(str(entry["name"]).casefold() for entry in entries if entry.get("is_directory"))
