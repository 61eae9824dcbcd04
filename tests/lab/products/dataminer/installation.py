"""Puts DataMiner on a host as it stands before an upgrade: files, services, ports (dataminer 9). What a scenario laid there stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.node import ASP_NET, MODULES, Node
from tests.lab.products.dataminer.package import executor_content
from tests.lab.products.dataminer.state_files import ROOT
from tests.lab.products.dataminer.versions import Version, is_at_least, version_of
from tests.lab.windows.filesystem import VersionInfo
from tests.lab.windows.inventory import InstalledProgram
from tests.lab.windows.services import Service

UTILITY_FOLDERS = {  # the documentation names both (1.1 D)
    "x86": r"C:\Program Files (x86)\Skyline Communications\Skyline Taskbar Utility",
    "64bit": r"C:\Program Files\Skyline Communications\Skyline Taskbar Utility",
}
EXECUTOR = rf"{ROOT}\Tools\StandaloneBpaExecutor\StandaloneBpaExecutor.exe"
PORTS = {
    "W3SVC": (80, 443),
    "SLNet": (8004,),
    "nats-server": (4222, 6222, 8222),
    "NATS": (4222, 6222, 8222),
    "NAS": (9090,),
    "DataMiner BrokerGateway": (),
}
_FOLDERS = (
    "Backup",
    "Configurations",
    "Logging",
    "Upgrades\\Packages",
    "Upgrades\\Helper",
    "System Cache\\Web\\Backups",
    "ProtocolScripts",
)


def install(node: Node) -> None:
    """Lays everything out. The caller keeps the journal silent."""
    for folder in _FOLDERS:
        node.host.files.make_directory(rf"{ROOT}\{folder}")
    _write_state(node)
    _write_programs(node)
    _write_history(node)
    _add_services(node)
    _follow_ports(node)


def move_files(node: Node, version: Version) -> None:
    """Verb Update Files: the program files of a version."""
    info = VersionInfo(version.module, version.module, "DataMiner")
    node.host.files.write(rf"{ROOT}\Files\SLNet.exe", f"MZ SLNet {version.title}", version_info=info)
    node.host.files.write(rf"{ROOT}\Files\SLDataMiner.exe", f"MZ SLDataMiner {version.title}", version_info=info)


def move_tools(node: Node, version: Version) -> None:
    """Verb Update Tools."""
    node.host.files.write(EXECUTOR, executor_content(version), version_info=VersionInfo(version.module), program="dataminer_executor")
    node.host.files.write(rf"{ROOT}\Tools\DcomConfig.exe", b"MZ DcomConfig")


def move_web(node: Node, version: Version) -> None:
    """Verb Update WebPages."""
    node.host.files.write(rf"{ROOT}\Webpages\API\version.txt", version.title)
    node.host.files.write(rf"{ROOT}\Webpages\API\bin\Skyline.DataMiner.Web.API.dll", b"MZ", version_info=VersionInfo(version.module))


def move_utility(node: Node, version: Version) -> None:
    """Verb UpgradeSLTaskbarUtility."""
    info = VersionInfo(version.module, version.module, "Skyline Taskbar Utility")
    content = f"MZ SLTaskbarUtility {version.title}"
    node.host.files.write(utility_path(node), content, version_info=info, program="dataminer_utility")


def utility_path(node: Node) -> str:
    return rf"{UTILITY_FOLDERS[node.system.uncertain.utility_folder]}\SLTaskbarUtility.exe"


def install_vc_redistributable(node: Node, version: str) -> None:
    node.host.inventory.vc_runtimes = {"x64": version, "x86": version}


def needed_vc_redistributable(target: Version) -> str | None:
    """The VC++ redistributable that a version wants (7 D)."""
    if is_at_least(target, "10.5.0 CU11 / 10.6.2"):
        return "14.44.35211.0"
    return "14.40.33816.0" if is_at_least(target, "10.5.0 / 10.5.2") else None


def _write_state(node: Node) -> None:
    spec, system = node.spec, node.system
    broker = node.system.starts_with_broker_gateway(node)
    settings: dict[str, Any] = {"BrokerGateway": True} if broker else {}
    if system.spec.default_upgrade_options:
        settings["DefaultUpgradeOptions"] = f"FailoverPolicy={system.spec.default_policy}"
    _lay(node, state_files.MAINTENANCE, state_files.maintenance({**settings, **spec.maintenance}))
    if spec.soft_launch:
        _lay(node, state_files.SOFT_LAUNCH, state_files.soft_launch(spec.soft_launch))
    snmp_port = spec.agent_snmp_port
    name = node.pair.main.short_name if node.pair else node.short_name
    _lay(node, state_files.DATAMINER, state_files.data_miner(node.id, name, snmp_port))
    _lay(node, state_files.SECURITY, state_files.security({one.name: one.expired for one in system.users.values()}))
    _lay(node, state_files.DATABASE, '<DataBases><DataBase active="true" local="true" type="CassandraCluster"/></DataBases>\r\n')
    _lay(node, state_files.CONNECTION_SETTINGS, state_files.connection_settings(spec.connection_settings))
    _lay(node, state_files.WINDOWS_SERVICES, f"ssh 22/tcp\r\nsnmp {spec.windows_snmp_port}/udp #SNMP\r\n")
    if is_at_least(node.version, "10.5.0 / 10.5.1"):
        _lay(node, state_files.ENDPOINTS, state_files.cluster_endpoints(system.endpoints(node)))
    if broker:
        _lay(node, state_files.MESSAGE_BROKER, state_files.message_broker())
    for path in spec.legacy_files:
        _lay(node, path, "legacy")
    system.write_dms(node)
    if node.pair:
        node.pair.note(node, "Online" if node.is_online else "Offline")


def _write_programs(node: Node) -> None:
    move_files(node, node.version)
    move_tools(node, node.version)
    move_web(node, node.web_version)
    move_utility(node, node.version)
    _lay(node, rf"{ROOT}\Files\SLNet.exe.config", state_files.slnet_config(node.spec.remoting_port))
    inventory = node.host.inventory
    for number in node.spec.asp_net:
        version = f"{number}.0.11"
        node.host.files.make_directory(rf"{ASP_NET}\{version}")
        inventory.install(InstalledProgram(f"Microsoft .NET {version} - Windows Server Hosting", version, "Microsoft Corporation"))
    inventory.install(InstalledProgram("DataMiner APIGateway", "2.3.0", "Skyline Communications"))
    if node.spec.vc_redistributable and not inventory.vc_runtimes:
        install_vc_redistributable(node, node.spec.vc_redistributable)
    if node.spec.backup_hours_ago is not None:
        path = rf"{ROOT}\Backup\Configuration.dmbackup"
        file = node.host.files.write(path, b"backup")
        file.created = file.modified = node.host.clock.now() - timedelta(hours=node.spec.backup_hours_ago)


def _write_history(node: Node) -> None:
    lines = []
    versions = [version_of(one) for one in node.system.spec.history] + [node.version]
    for number, version in enumerate(versions):
        moment = node.host.clock.now() - timedelta(days=90 * (len(versions) - number))
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S};{node.system.history_text(version)}\r\n")
    _lay(node, state_files.HISTORY, "".join(lines))


def _add_services(node: Node) -> None:
    broker = node.has_broker_gateway
    running = node.spec.running
    own: dict[str, tuple[bool, str, bool]] = dict.fromkeys(("SLNet", "SLDataMiner", "SLSNMPAgent"), (running, "auto", True))
    own |= {"SLWatchdog": (True, "auto", False), "W3SVC": (True, "auto", False)}
    own |= dict.fromkeys(MODULES, (True, "auto", False))
    own["nats-server"] = (broker, "auto" if broker else "manual", False)
    own |= dict.fromkeys(("NAS", "NATS"), (not broker, "manual" if broker else "auto", False))
    if node.spec.windows_snmp != "absent":
        own["SNMP"] = (node.spec.windows_snmp == "running", "auto", False)
    for name, (is_running, mode, delayed) in own.items():
        status = "running" if is_running else "stopped"
        if name not in node.host.services:
            node.host.services.add(Service(name, name, status, mode, delayed, "LocalSystem", rf"{ROOT}\Files\{name}.exe"))
    if node.system.spec.tray_instance:
        node.host.processes.spawn("SLTaskbarUtility", session_id=1, user=r"CONTOSO\someone")


def _follow_ports(node: Node) -> None:
    def follow(service: Service) -> None:
        for port in PORTS.get(service.name, ()):
            (node.host.listeners.add if service.is_running else node.host.listeners.discard)(port)

    node.host.services.listeners.append(follow)
    for name in PORTS:
        if service := node.host.services.get(name):
            follow(service)


def _lay(node: Node, path: str, text: str) -> None:
    if not node.host.files.is_file(path):
        node.host.files.write(path, text)
