# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How to see what of Operations Manager is installed on a host: the questions of one round trip, and how their answers are read (5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..._upgrade.questions import (
    Answers,
    Questions,
    file,
    operating_system,
    programs,
    registry_key,
    registry_subkeys,
    registry_value,
    services,
)
from ..._upgrade.windows_facts import Host, Service
from ..releases.releases import AgentVersion, NotAVersion, ServerVersion, Version, gateway_version
from .installation import Database, Installation, InstalledPart, Reporting, Role, WebConsole
from .registry_values import RegistryValues

__all__ = ["QUESTIONS", "read"]

V = TypeVar("V", bound=Version)

_BASE = r"SOFTWARE\Microsoft\Microsoft Operations Manager\3.0"
# The "12" stays in later releases (5 W).
_SETUP_12 = r"SOFTWARE\Microsoft\System Center Operations Manager\12\Setup"
SETUP_KEY = rf"{_BASE}\Setup"
SERVER_GROUPS_KEY = rf"{_BASE}\Server Management Groups"
AGENT_GROUPS_KEY = rf"{_BASE}\Agent Management Groups"

SERVICES = (
    "OMSDK",
    "cshost",
    "HealthService",
    "System Center Management APM",
    "AdtServer",
    "AdtAgent",
    "SQLServerReportingServices",
)

# InstallDirectory ends with the folder of the role (log-shapes 6 P); the other roles of a host lie beside it, or have a folder of their
# own in their key below 12\Setup (console: W, web console and reporting by analogy: U).
_FOLDER = registry_value(SETUP_KEY, "InstallDirectory")
_CONSOLE_FILE = "Microsoft.EnterpriseManagement.Monitoring.Console.exe"
_WEB_FILE = r"WebHost\bin\Microsoft.Mom.Common.dll"
_REPORTING_FILE = r"Tools\TMF\OMTraceTMFVer.dll"

QUESTIONS: Questions = {
    "scom.os": operating_system(),
    "scom.setup": registry_key(SETUP_KEY),
    "scom.server_groups": registry_subkeys(SERVER_GROUPS_KEY),
    "scom.agent_groups": registry_subkeys(AGENT_GROUPS_KEY),
    "scom.console": registry_key(rf"{_SETUP_12}\Console"),
    "scom.web_console": registry_key(rf"{_SETUP_12}\WebConsole"),
    "scom.reporting": registry_key(rf"{_SETUP_12}\Reporting"),
    "scom.reporting_settings": registry_key(rf"{_BASE}\Reporting"),
    "scom.services": services(*SERVICES),
    "scom.programs": programs("System Center Operations Manager*"),
    "scom.agent_programs": programs("Microsoft Monitoring Agent*"),
    "scom.file.server": file("MOMAgentManagement.dll", base=_FOLDER),
    "scom.file.agent": file(r"Tools\TMF\OMAgentTraceTMFVer.dll", base=_FOLDER),
    "scom.file.push_agent": file(r"AgentManagement\amd64\OMVersion.dll", base=_FOLDER),
    "scom.file.console": file(_CONSOLE_FILE, base=registry_value(rf"{_SETUP_12}\Console", "InstallDirectory")),
    "scom.file.console_beside": file(rf"..\Console\{_CONSOLE_FILE}", base=_FOLDER),
    "scom.file.web_console": file(_WEB_FILE, base=registry_value(rf"{_SETUP_12}\WebConsole", "InstallDirectory")),
    "scom.file.web_console_beside": file(rf"..\WebConsole\{_WEB_FILE}", base=_FOLDER),
    "scom.file.reporting": file(_REPORTING_FILE, base=registry_value(rf"{_SETUP_12}\Reporting", "InstallDirectory")),
    "scom.file.reporting_beside": file(rf"..\Reporting\{_REPORTING_FILE}", base=_FOLDER),
}

_PROGRAM = re.compile(
    r"System Center Operations Manager(?: 20\d\d(?: R2)?)? (Server|Console|Web Console|Reporting Server|Gateway Server)", re.IGNORECASE
)
_PROGRAM_ROLES = {
    "server": Role.MANAGEMENT_SERVER,
    "console": Role.CONSOLE,
    "web console": Role.WEB_CONSOLE,
    "reporting server": Role.REPORTING,
    "gateway server": Role.GATEWAY,
}
AGENT_PRODUCT = "Microsoft Monitoring Agent"


def read(answers: Answers) -> Installation:
    """What is installed on one host. Raises Unreadable naming the question when a needed answer was denied, timed out or broke.

    Files are needed only for roles the host has: a folder that cannot be read hides nothing on a host without Operations Manager.
    """
    return _Reader(answers).installation()


class _Reader:
    """One reading of one host's answers; collects doubts on the way."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._doubts: list[str] = []
        self._setup = self._key("scom.setup")
        self._services = self._read_services()
        self._server_groups = self._groups("scom.server_groups")
        self._programs = self._read_programs()
        self._folder = self._setup.text("InstallDirectory")
        product = self._setup.text("Product")
        self._is_gateway = "gateway" in f"{product} {self._folder}".casefold()
        self._names_server = _is_server_product(product)

    def installation(self) -> Installation:
        found = (
            self._management_server(),
            self._gateway(),
            self._agent(),
            self._console(),
            self._keyed(Role.WEB_CONSOLE),
            self._keyed(Role.REPORTING),
            self._acs_collector(),
            self._acs_forwarder(),
        )
        components = tuple(component for component in found if component)
        has = {component.role for component in components}
        return Installation(
            host=Host.read(self._answers.data("scom.os")),
            components=components,
            services=self._services,
            management_groups=self._management_groups(),
            install_directory=self._folder,
            operational_database=self._database("DatabaseServerName", "DatabaseName"),
            data_warehouse=self._database("DataWarehouseDBServerName", "DataWarehouseDBName"),
            database_version=self._version("DatabaseVersion", ServerVersion),
            port=self._port(),
            push_agent_version=self._file(AgentVersion.parse, "scom.file.push_agent") if Role.MANAGEMENT_SERVER in has else None,
            web_settings=self._web_settings() if Role.WEB_CONSOLE in has else None,
            reporting_settings=self._reporting_settings() if Role.REPORTING in has else None,
            doubts=(*self._doubts, *_mixed(components)),
        )

    def _management_server(self) -> InstalledPart | None:
        is_server = any(values.number("IsServer") == 1 for values in self._server_groups.values())
        product = self._names_server and not self._is_gateway
        marks = {"setup's product": product, "service OMSDK": "OMSDK" in self._services, "service cshost": "cshost" in self._services}
        if not (product or "OMSDK" in self._services):
            if is_server and not self._is_gateway:
                self._doubts.append("management server: its management group is in the registry but the role is not installed")
            return None
        marks["a management group in the registry"] = is_server
        missing = ", ".join(mark for mark, seen in marks.items() if not seen)
        if missing:
            self._doubts.append(f"management server: {missing} missing")
        version = self._version("ServerVersion", ServerVersion)
        return InstalledPart(Role.MANAGEMENT_SERVER, version, self._file(ServerVersion.parse, "scom.file.server"), self._folder)

    def _gateway(self) -> InstalledPart | None:
        if not self._is_gateway:
            return None
        text = self._setup.text("ServerVersion") or self._setup.text("CurrentVersion") or self._programs.get(Role.GATEWAY, "")
        return InstalledPart(
            Role.GATEWAY,
            self._parsed("gateway version", text, gateway_version),
            self._file(gateway_version, "scom.file.server"),
            self._folder,
        )

    def _agent(self) -> InstalledPart | None:
        if self._is_gateway or self._names_server or "OMSDK" in self._services:
            return None
        product = self._setup.text("Product").casefold().startswith(AGENT_PRODUCT.casefold())
        if not (product or ("HealthService" in self._services and Role.AGENT in self._programs)):
            return None
        text = self._setup.text("AgentVersion") or self._setup.text("CurrentVersion") or self._programs.get(Role.AGENT, "")
        version = self._parsed("agent version", text, AgentVersion.parse)
        return InstalledPart(Role.AGENT, version, self._file(AgentVersion.parse, "scom.file.agent"), self._folder)

    def _console(self) -> InstalledPart | None:
        version = self._version("UIVersion", ServerVersion) or self._program_version(Role.CONSOLE)
        if version is None and Role.CONSOLE not in self._programs:
            return None
        files = self._file(ServerVersion.parse, "scom.file.console", "scom.file.console_beside")
        return InstalledPart(Role.CONSOLE, version, files, self._key("scom.console").text("InstallDirectory"))

    def _keyed(self, role: Role) -> InstalledPart | None:
        """A web console or reporting: present when its key below 12\\Setup is."""
        key = f"scom.{role.value}"
        self._answers.data(key)  # raises when the host could not tell
        if not self._answers[key].is_present:
            return None
        files = self._file(ServerVersion.parse, f"scom.file.{role.value}", f"scom.file.{role.value}_beside")
        return InstalledPart(role, self._program_version(role), files, self._key(key).text("InstallDirectory"))

    def _acs_collector(self) -> InstalledPart | None:
        # Which file carries the collector's version is uncertain (5 U): none is claimed.
        return InstalledPart(Role.ACS_COLLECTOR) if "AdtServer" in self._services else None

    def _acs_forwarder(self) -> InstalledPart | None:
        return InstalledPart(Role.ACS_FORWARDER) if "AdtAgent" in self._services else None

    def _management_groups(self) -> tuple[str, ...]:
        served = sorted(self._server_groups, key=lambda name: self._server_groups[name].number("IsServer") != 1)
        return tuple(dict.fromkeys((*served, *self._groups("scom.agent_groups"))))

    def _database(self, server: str, name: str) -> Database | None:
        found = Database(self._setup.text(server), self._setup.text(name))
        return found if found.server and found.name else None

    def _port(self) -> int | None:
        ports = [values.number("Port") for values in self._server_groups.values() if values.number("IsServer") == 1]
        return next((port for port in ports if port), None) or self._setup.number("ManagementServerPort")

    def _web_settings(self) -> WebConsole:
        values = self._key("scom.web_console")
        plain = values.number("HTTP_GET_ENABLED")
        return WebConsole(values.text("DEFAULT_SERVER"), None if plain is None else plain == 0)

    def _reporting_settings(self) -> Reporting:
        values = self._key("scom.reporting_settings")
        return Reporting(values.text("DefaultSDKServiceMachine"), values.text("SRSInstance"))

    def _key(self, question: str) -> RegistryValues:
        return RegistryValues(self._answers.data(question).get("values", {}))

    def _groups(self, question: str) -> dict[str, RegistryValues]:
        return {name: RegistryValues(values) for name, values in self._answers.data(question).get("keys", {}).items()}

    def _read_services(self) -> dict[str, Service]:
        found = self._answers.data("scom.services").get("services", {})
        return {name: _service(name, raw) for name, raw in found.items()}

    def _read_programs(self) -> dict[Role, str]:
        """Version texts of installed programs by role; old and new entries coexist during a run (log-shapes 6 I): the later one wins."""
        found: dict[Role, str] = {}
        for program in self._answers.data("scom.programs").get("programs", ()):
            match = _PROGRAM.fullmatch(str(program["name"]).strip())
            if match:
                role = _PROGRAM_ROLES[match[1].casefold()]
                found[role] = _later(found.get(role, ""), str(program.get("version") or ""))
        for program in self._answers.data("scom.agent_programs").get("programs", ()):
            found[Role.AGENT] = _later(found.get(Role.AGENT, ""), str(program.get("version") or ""))
        return found

    def _version(self, name: str, kind: type[V]) -> V | None:
        return self._parsed(name, self._setup.text(name), kind.parse)

    def _program_version(self, role: Role) -> ServerVersion | None:
        return self._parsed(f"{role.value} version", self._programs.get(role, ""), ServerVersion.parse)

    def _file(self, parse: Callable[[str], V], *questions: str) -> V | None:
        """The version of the first of the files that exists."""
        for question in questions:
            text = self._answers.data(question).get("file_version")
            if text:
                return self._parsed(question, str(text), parse)
        return None

    def _parsed(self, name: str, text: str, parse: Callable[[str], V]) -> V | None:
        if not text:
            return None
        try:
            return parse(text)
        except NotAVersion as wrong:
            self._doubts.append(f"{name}: {wrong}")
            return None


def _is_server_product(product: str) -> bool:
    text = product.casefold()
    return text.startswith("system center operations manager") and text.endswith("server")


def _mixed(components: tuple[InstalledPart, ...]) -> list[str]:
    return [
        f"{component.role.value}: the registry says {component.version}, the files say {component.file_version}"
        for component in components
        if not component.is_consistent
    ]


def _later(one: str, other: str) -> str:
    try:
        return max(one, other, key=lambda text: Version.parse(text).groups)
    except NotAVersion:
        return other or one


def _service(name: str, raw: Mapping[str, Any]) -> Service:
    return Service(
        name=name,
        status=str(raw.get("status") or "unknown"),
        start_mode=str(raw.get("start_mode") or ""),
        delayed=bool(raw.get("delayed")),
        account=str(raw.get("account") or ""),
    )
