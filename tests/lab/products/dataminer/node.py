"""One node: a host with DataMiner on it. Its life follows the service SLDataMiner, whoever starts or stops that."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Any
from xml.etree import ElementTree

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.known_issues import slnet_fails
from tests.lab.products.dataminer.plan import NodeSpec, UpgradePlan
from tests.lab.products.dataminer.versions import Version
from tests.lab.windows.services import Service

ASP_NET = r"C:\Program Files\dotnet\shared\Microsoft.AspNetCore.App"
SERVICES = ("SLWatchdog", "SLNet", "SLDataMiner", "SLSNMPAgent")
MODULES = ("DataMiner APIGateway", "DataMiner BrokerGateway", "DataMiner StorageModule", "DataMiner Orchestrator")
SNMP_DEFAULT = 161


class State(Enum):
    """What DataMiner on a node is doing; the values are the web API's words (dataminer 9, rung 6)."""

    STOPPED = "Disconnected"
    STARTING = "Starting"
    RUNNING = "Running"


class Node:
    """A node of the system. `pair` is the Failover pair it belongs to, `cluster` the name of its DMS."""

    def __init__(self, system: Any, host: Any, spec: NodeSpec, id: int, cluster: str, address: str) -> None:
        self.system, self.host, self.spec = system, host, spec
        self.id, self.cluster, self.address = id, cluster, address
        self.pair: Any = None
        self.version: Version = system.version_of(spec.version)
        self.web_version: Version = system.version_of(spec.web_version) if spec.web_version else self.version
        self.started_version = self.version
        self.state = State.STOPPED
        self.upgrading = False
        self.own_reboot = False
        self.broken = False
        self.upgrades = 0
        self.on_change: list[Callable[[Node], None]] = []

    @property
    def name(self) -> str:
        return str(self.host.name)

    @property
    def short_name(self) -> str:
        return self.name.partition(".")[0]

    @property
    def plan(self) -> UpgradePlan:
        """How the next upgrade goes here. `runs` in the node's `upgrade` changes the first, second, ... one."""
        changes = dict(self.spec.upgrade)
        runs = changes.pop("runs", None) or [{}]
        return replace(self.system.spec.upgrade, **{**changes, **runs[min(self.upgrades, len(runs) - 1)]})

    @property
    def cluster_members(self) -> list[Node]:
        """Every node of the same DMS, this one included."""
        return [one for one in self.system.nodes.values() if one.cluster == self.cluster]

    @property
    def is_online(self) -> bool:
        return self.pair is None or self.pair.online is self

    @property
    def agent_address(self) -> str:
        """The address that stands for the agent: of a pair the shared one."""
        return self.pair.address if self.pair else self.address

    def is_service_running(self, name: str) -> bool:
        service = self.host.services.get(name)
        return bool(service and service.is_running and self.host.is_up)

    # What its files say.

    def text(self, path: str) -> str:
        return self.host.files.read(path).decode("utf-8-sig") if self.host.files.is_file(path) else ""

    def maintenance(self, element: str) -> str | None:
        return _element(self.text(state_files.MAINTENANCE), element)

    def soft_launch(self, option: str) -> bool | None:
        value = _element(self.text(state_files.SOFT_LAUNCH), option)
        return None if value is None else value.lower() == "true"

    @property
    def has_broker_gateway(self) -> bool:
        return self.maintenance("BrokerGateway") == "true"

    @property
    def asp_net_versions(self) -> set[int]:
        return {int(name.split(".")[0]) for name in self.host.files.list(ASP_NET) if name.split(".")[0].isdigit()}

    @property
    def snmp_port(self) -> int:
        found = re.search(r'<SNMP\s+port="(\d+)"', self.text(state_files.DATAMINER))
        return int(found[1]) if found else SNMP_DEFAULT

    @property
    def windows_snmp_port(self) -> int:
        found = re.search(r"(?m)^snmp\s+(\d+)/udp", self.text(state_files.WINDOWS_SERVICES))
        return int(found[1]) if found else SNMP_DEFAULT

    # Its life.

    def watch(self) -> None:
        """Begins to follow the services; what runs already has been started before the world began."""
        self.state = State.RUNNING if self.is_service_running("SLDataMiner") else State.STOPPED
        self.host.services.listeners.append(self._service_changed)

    def stop_services(self) -> None:
        """Verb Disable: all but SLWatchdog (3.2 D)."""
        for name in ("SLSNMPAgent", "SLDataMiner", "SLNet", *MODULES):
            if name in self.host.services:
                self.host.services.stop(name)

    def start_services(self, *, with_dataminer: bool = True) -> None:
        own = ("SLNet", "SLDataMiner", "SLSNMPAgent") if with_dataminer else ("SLNet",)
        for name in ("SLWatchdog", *MODULES, *(() if slnet_fails(self) else own)):
            if name in self.host.services and not self.host.services[name].fails_to_start:
                self.host.services.start(name)

    def break_down(self) -> None:
        """After an upgrade that was killed the agent may not start any more (1.1 D)."""
        self.broken = True
        self.host.services["SLDataMiner"].fails_to_start = True

    def _service_changed(self, service: Service) -> None:
        if service.name == "SLDataMiner" and not self.host.is_loading:
            if service.is_running:
                self._started()
            elif self.state is not State.STOPPED:
                self._change(State.STOPPED)

    def _started(self) -> None:
        """The first start on new code writes the version's line (0.9 D)."""
        self._change(State.STARTING)
        self.prune_packages()
        if self.version != self.started_version:
            self.append_history()
            self.system.judge_versions(self)
        self.host.later(self.plan.start_seconds, self._become_running)

    def _become_running(self) -> None:
        if self.state is State.STARTING:
            self._change(State.RUNNING)

    def _change(self, state: State) -> None:
        self.state = state
        self.host.write("dataminer.state", state=state.value, version=self.version.title)
        for listener in list(self.on_change):
            listener(self)

    def append_history(self) -> None:
        stamp = f"{self.host.clock.now():%Y-%m-%d %H:%M:%S}"
        self.host.files.append(state_files.HISTORY, f"{stamp};{self.system.history_text(self.version)}\r\n")
        self.started_version = self.version

    def prune_packages(self) -> None:
        """A start of DataMiner prunes; what becomes of an unused upload is uncertain (2 U)."""
        if self.system.uncertain.uploaded_survives_restart or self.upgrading:
            return
        for entry in self.host.files.entries(state_files.PACKAGES):
            for file in self.host.files.entries(entry.path):
                if not file.name.lower().startswith(("progress", "prerequisite-result")):
                    self.host.files.delete(file.path)


def _element(text: str, name: str) -> str | None:
    """The text of the first element of that local name."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    return next(((one.text or "").strip() for one in root.iter() if one.tag.rpartition("}")[2] == name), None)
