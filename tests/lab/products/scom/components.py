"""What Operations Manager leaves on one management server: registry, files, uninstall entries, services, ports (scom 5, log-shapes 6)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from tests.lab.products.scom.builds import BUILDS, DISPLAY_NAME_WITHOUT_YEAR, Build, rtm_of
from tests.lab.windows.filesystem import VersionInfo
from tests.lab.windows.inventory import InstalledProgram
from tests.lab.windows.services import Service

SETUP_KEY = r"SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Setup"
GROUPS_KEY = r"SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Server Management Groups"
SETUP_12_KEY = r"SOFTWARE\Microsoft\System Center Operations Manager\12\Setup"
WEB_CONSOLE_KEY = SETUP_12_KEY + r"\WebConsole"

# What setup leaves for the restart when it ends with 3010: a file of the product that was in use.
FILE_IN_USE = r"\??\C:\Program Files\Microsoft System Center\Operations Manager\Server\Microsoft.Mom.Common.dll"
SERVICES = {"HealthService": 5723, "OMSDK": 5724, "cshost": None}  # scom 5: the ports an upgraded server must listen on
_DISPLAY_NAMES = {  # log-shapes 6
    "HealthService": "Microsoft Monitoring Agent",
    "OMSDK": "System Center Data Access Service",
    "cshost": "System Center Management Configuration",
}
_IMAGES = {
    "HealthService": "HealthService.exe",
    "OMSDK": "Microsoft.Mom.Sdk.ServiceHost.exe",
    "cshost": "Microsoft.Mom.ConfigServiceHost.exe",
}
_TITLES = {"server": "Server", "console": "Console", "web_console": "Web Console"}
_SERVER_FILES = (
    "MOMAgentManagement.dll",
    "Microsoft.Mom.ConfigServiceHost.exe",
    "Microsoft.Mom.Sdk.ServiceHost.exe",
    "HealthService.exe",
    "momscriptapi.dll",
)
_OTHER_FILES = {
    "console": (r"Console\Microsoft.EnterpriseManagement.Monitoring.Console.exe",),
    "web_console": (r"WebConsole\WebHost\bin\Microsoft.Mom.Common.dll", r"WebConsole\MonitoringView\OMVersion.dll"),
}


def default_folder(release: str) -> str:
    """Where a release installs itself (scom 3, table by target)."""
    product = "Microsoft System Center 2016" if release in ("2016", "2012 R2") else "Microsoft System Center"
    return f"C:\\Program Files\\{product}\\Operations Manager"


def display_name(component: str, release: str) -> str:
    """The name in the list of installed programs; the year vanished with 2019 (log-shapes 6)."""
    year = "" if release in DISPLAY_NAME_WITHOUT_YEAR else f" {release.split(' ', maxsplit=1)[0]}"
    return f"System Center Operations Manager{year} {_TITLES[component]}"


def install(host: Any, group: Any, build: Build, components: Iterable[str], das: str) -> None:
    """Puts a management server of a build on a host, services running."""
    folder = default_folder(build.release)
    registry = host.registry
    registry.set(SETUP_KEY, "InstallDirectory", folder + "\\Server\\")
    registry.set(SETUP_KEY, "InstalledOn", "10/14/2024")
    registry.set(SETUP_KEY, "ManagementServerPort", "5723")
    registry.set(SETUP_KEY, "DatabaseServerName", group.operational.address)
    registry.set(SETUP_KEY, "DatabaseName", group.operational.name)
    registry.set(SETUP_KEY, "DataWarehouseDBServerName", group.warehouse.address)
    registry.set(SETUP_KEY, "DataWarehouseDBName", group.warehouse.name)
    registry.set(SETUP_12_KEY, "InstallDirectory", folder)
    registry.set(f"{GROUPS_KEY}\\{group.name}", "IsServer", 1)
    registry.set(f"{GROUPS_KEY}\\{group.name}", "Port", 5723)
    for component in components:
        move_registry(host, component, build, group.uncertain.registry_shows == "rollup")
        move_files(host, component, build)
        list_program(host, component, build)
    for name, image in _IMAGES.items():
        account = "LocalSystem" if name == "HealthService" else das
        path = f'"{folder}\\Server\\{image}"'
        host.services.add(Service(name, _DISPLAY_NAMES[name], "running", "auto", False, account, path))
    host.services.add(Service("System Center Management APM", "Microsoft Monitoring Agent APM", "stopped", "disabled"))
    host.services.add(Service("AdtAgent", "Microsoft Monitoring Agent Audit Forwarding", "stopped", "disabled"))
    follow_ports(host)


def follow_ports(host: Any) -> None:
    """Lets a port listen exactly while the service behind it runs."""

    def follow(service: Service) -> None:
        port = SERVICES.get(service.name)
        if port is not None:
            (host.listeners.add if service.is_running else host.listeners.discard)(port)

    host.services.listeners.append(follow)
    for name in SERVICES:
        follow(host.services[name])


def move_registry(host: Any, component: str, build: Build, shows_rollup: bool = False) -> None:
    """Writes a component's version. Update rollups move DLLs; whether the registry too is uncertain (scom 5)."""
    version = (build if shows_rollup else rtm_of(build)).server
    registry = host.registry
    if component == "server":
        year = "" if build.release in DISPLAY_NAME_WITHOUT_YEAR else f" {build.release.split(' ', maxsplit=1)[0]}"
        registry.set(SETUP_KEY, "Product", f"System Center Operations Manager{year} Server")
        registry.set(SETUP_KEY, "ServerVersion", version)
        registry.set(SETUP_KEY, "CurrentVersion", version)
        registry.set(SETUP_KEY, "DatabaseVersion", version)
    elif component == "console":
        registry.set(SETUP_KEY, "UIVersion", version)
    else:
        registry.set(WEB_CONSOLE_KEY, "DEFAULT_SERVER", host.name)
        registry.set(WEB_CONSOLE_KEY, "WEBSITE_ID", "1")
        registry.set(WEB_CONSOLE_KEY, "HTTP_GET_ENABLED", "1")
        registry.set(WEB_CONSOLE_KEY, "BINDING_CONFIGURATION", "DefaultHttpBinding")


def move_files(host: Any, component: str, build: Build) -> None:
    """Writes a component's files with the version resources of a build."""
    root = str(host.registry.get(SETUP_12_KEY, "InstallDirectory"))
    if component == "server":
        for name in _SERVER_FILES:
            _write(host, f"{root}\\Server\\{name}", build.server, build)
        _write(host, f"{root}\\Server\\AgentManagement\\amd64\\OMVersion.dll", build.agent, build)
        _write(host, f"{root}\\Server\\AgentManagement\\amd64\\MOMAgent.msi", None, build)
    for name in _OTHER_FILES.get(component, ()):
        _write(host, f"{root}\\{name}", build.server, build)


def list_program(host: Any, component: str, build: Build, *, keep_old: bool = False) -> None:
    """Lists the installed program. A new release is a new product code, so that old and new can stand side by side (log-shapes 6)."""
    if not keep_old:
        unlist_program(host, component)
    code = f"{{{str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{component} {build.release}')).upper()}}}"
    name = display_name(component, build.release)
    host.inventory.install(InstalledProgram(name, rtm_of(build).server, "Microsoft Corporation", code))


def unlist_program(host: Any, component: str) -> None:
    """Removes every entry of a component, of whatever release."""
    names = {display_name(component, build.release) for build in BUILDS}
    for program in [one for one in host.inventory.programs if one.name in names]:
        host.inventory.remove(program.product_code)


def remove(host: Any) -> None:
    """What a failed upgrade's roll-back has been seen to do: the role is gone, the databases stay (log-shapes 1.4, s1)."""
    for component in _TITLES:
        unlist_program(host, component)
    root = str(host.registry.get(SETUP_12_KEY, "InstallDirectory"))
    for value in ("Product", "ServerVersion", "CurrentVersion", "UIVersion", "DatabaseVersion", "InstallDirectory"):
        host.registry.delete(SETUP_KEY, value)
    host.registry.delete(GROUPS_KEY)
    host.files.delete(root)
    for name in SERVICES:
        host.services.stop(name)
        host.services.remove(name)


def running_services(host: Any) -> list[str]:
    """The group's services that run on a host."""
    found = (host.services.get(name) for name in SERVICES)
    return [service.name for service in found if service and service.is_running]


def _write(host: Any, path: str, version: str | None, build: Build) -> None:
    info = VersionInfo(version, version, "System Center Operations Manager") if version else None
    host.files.write(path, f"{path.rsplit(chr(92), 1)[1]} {build.title}".encode(), version_info=info)
