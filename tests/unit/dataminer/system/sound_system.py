"""A DataMiner System of 10.4.0 that is ready for 10.5.4, as its answers to every question; tests spoil one thing at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import Attestation, Options
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system import stored_packages
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.cluster import ApiAgent
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.goal import Goal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.observation import NodeView, Observation, Wanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

from tests.unit.dataminer.system.answers import ABSENT, BOOT, NOW, answer, entries, modules, page, services, text, unanswered

GB = 1024**3
SOURCE, TARGET = "10.4.0.0-14772-20240821-release", "10.5.4.0-15588-20250319-release"
FILE = "DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade"
HASH = "ab" * 32
RUN_ID, OLD_ID = "0123456789abcdef" * 2, "f" * 32
GOAL = Goal(
    FILE, PackageKind.FULL, parse("10.5.4.0-15588"), 1_500_000_000, HASH, prerequisites=("VerifyDotNetVersion.dll", "VerifyOSVersion.dll")
)
WANTED = Wanted(GOAL)
OPTIONS = Options(WANTED, Attestation("Ann", "2031-01-15T20:00:00Z"), staged=rf"C:\Staging\{FILE}")


@dataclass
class ATask:
    """Our long task on a node."""

    state: str = "running"
    exit_code: int | None = None
    lost_reason: str | None = None
    started_utc: str | None = "2031-01-15T21:30:00Z"
    ended_utc: str | None = None
    elapsed_seconds: float = 1800.0
    requester: str | None = "awx"


@dataclass
class ANode:
    """One host. ``answers`` are those of one round trip, and those about packages; None when it cannot be asked."""

    name: str
    id: int
    address: str
    cluster: tuple[str, ...]
    shared: str = ""
    role: str = "Online"
    answers: dict[str, Any] = field(default_factory=dict)
    reachable: bool = True
    web: str | None = "10.4.0.0-14772"
    task: ATask | None = None

    def __post_init__(self) -> None:
        self.answers = self.answers or sound_answers(self)

    def data(self, question: str) -> dict[str, Any]:
        data: dict[str, Any] = self.answers[question]["data"]
        return data

    def say(self, **answers: Any) -> None:
        self.answers.update({f"dm.{name}": value for name, value in answers.items()})

    def run(self, *version: str) -> None:
        """Its version history."""
        self.say(history=text("".join(f"2031-01-0{number} 02:00:00;{one}\r\n" for number, one in enumerate(version, 1))))

    def keep(
        self,
        file: str = FILE,
        id: str = OLD_ID,
        *,
        log: str | None = "step|Executing action: Start\r\n",
        names: Iterable[str] = (),
        at: str = "2031-01-10T22:00:00Z",
    ) -> None:
        """One entry, without a log where that is None, below Upgrades\\Packages."""
        folder = f"{file}-{id}"
        listed = self.data("dm.packages").get("entries", [])
        self.answers["dm.packages"] = answer(entries=[*listed, {"name": folder, "is_directory": True, "size": 0, "modified_utc": at}])
        self.answers[f"dm.package.{folder}"] = entries(*([] if log is None else ["progress.log"]), *names, at=at)
        self.answers[f"dm.package_log.{folder}"] = ABSENT if log is None else text(log)

    def say_role(self, role: str) -> None:
        self.role = role
        self.say(failover_log=text(f"x|SLNet.exe|Update|CRU|0|1|Failover Status => {role}\r\n"), dms=text(dms(self)))

    @property
    def read(self) -> Answers:
        return Answers.from_result(self.answers)

    def view(self) -> NodeView:
        if not self.reachable:
            return NodeView(self.name, None, "timed out", task=None)
        installation = detect.read(self.read)
        stored = stored_packages.read(installation.package_folders, self.read)
        web: Fact[Any] = Fact.known(parse(self.web)) if self.web else Fact.unread("the version of the web applications", "HTTP status 503")
        return NodeView(self.name, installation, packages=stored, web=web, task=self.task)


def dms(node: ANode) -> str:
    own = node.shared or node.address
    others = "".join(
        f'<DMA ip="{one}" id="70{number}" timestamp="2031-01-10 08:00:00" lostContact=""/>'
        for number, one in enumerate(node.cluster, 1)
        if one != own
    )
    failover = f'<Failover State="{node.role}"/>' if node.shared else ""
    return f'<DMS xmlns="http://www.skyline.be/config/dms"><Cluster name="labx"/><DMA ip="{own}" timestamp=""/>{others}{failover}</DMS>'


def sound_answers(node: ANode) -> dict[str, Any]:
    pair = node.shared
    endpoints = [{"IP": node.address, "IgnitionValue": "x", "AdditionalEndpoints": [pair] if pair else []}]
    log = text(f"x|SLNet.exe|UpdateFailoverSwitchStatus|CRU|0|41|Failover Status => {node.role}\r\n") if pair else ABSENT
    on_cards = [node.address, *([pair] if pair and node.role == "Online" else [])]
    return {
        "dm.os": answer(
            build=17763,
            installation_type="Server",
            computer_name=node.name.upper(),
            fqdn=f"{node.name}.example.lab",
            boot_time_utc=BOOT,
            utc_now=NOW,
            time_zone="UTC",
        ),
        "dm.root": entries("DataMiner.xml"),
        "dm.identity": text(f'<DataMiner id="{node.id}"><DMA><DMAName>{node.name}</DMAName></DMA></DataMiner>'),
        "dm.dms": text(dms(node)),
        "dm.endpoints": text(json.dumps({"Endpoints": endpoints})),
        "dm.maintenance": text("<MaintenanceSettings><SLNet/></MaintenanceSettings>"),
        "dm.connection": text("# default\r\ntype=GRPCConnection\r\n"),
        "dm.slnet_config": text('<configuration><channel ref="tcp" port="8004"/></configuration>'),
        "dm.slnet": answer(path="x", size=1, file_version="10.4.2430.100"),
        "dm.soft_launch": ABSENT,
        "dm.history": text(f"2030-01-01 02:00:00;10.3.0.0-12790-20230301-release\r\n2030-09-01 02:00:00;{SOURCE}\r\n"),
        "dm.port_check": ABSENT,
        "dm.packages": entries(),
        "dm.failover_log": log,
        "dm.rewrite_rule": text("<configuration/>"),
        "dm.addresses": answer(addresses=[{"address": one} for one in ["127.0.0.1", *on_cards]]),
        "dm.own_name": answer(resolved=[node.address], connected=True, ms=1, socket_error=None),
        "dm.services": services(),
        "dm.ports": answer(listening=[{"port": port, "address": "0.0.0.0"} for port in (80, 443, 4222, 8004)]),
        "dm.gateway": page(modules()),
        "dm.gateway_plain": unanswered("broken", "refused"),
        "dm.gateway_named": page(modules()),
        "dm.utility.0": answer(path="x", size=1),
        "dm.utility.1": ABSENT,
        "dm.processes": answer(
            processes=[
                {"name": name, "process_id": number, "started_utc": "2031-01-01T03:05:00Z"}
                for number, name in enumerate(("SLTaskbarUtility", "SLNet", "SLDataMiner"), 1)
            ]
        ),
        "dm.tasks": ABSENT,
        **judged_answers(),
    }


def judged_answers() -> dict[str, Any]:
    """What the prerequisites ask for beside what `detect` does."""
    return {
        "dm.asp_net": entries("6.0.36", "8.0.11", "10.0.1", folder=True),
        "dm.dotnet": answer(release=528049, has_35=False),
        "dm.vc": answer(runtimes={"x64": "14.44.35211.0", "x86": "14.44.35211.0"}),
        "dm.pending_reboot": answer(reasons=[]),
        "dm.session": answer(is_admin=True),
        "dm.backup.0": entries("Full.dmbackup", at="2031-01-15T20:00:00Z", size=GB),
        "dm.backup.1": ABSENT,
        "dm.legacy.resources": ABSENT,
        "dm.legacy.profiles": ABSENT,
        "dm.legacy.dashboards": ABSENT,
        "dm.legacy.reports": ABSENT,
        "dm.legacy.deployer": ABSENT,
        "dm.database": text('<DataBases><DataBase active="true" type="CassandraCluster"/></DataBases>'),
        "dm.snmp_ports": text("ssh 22/tcp\r\nsnmp 161/udp #SNMP\r\n"),
        "dm.broker_config": ABSENT,
        "dm.broker_library": ABSENT,
        "dm.schannel": answer(count=0, by_id={}, oldest_record_utc=BOOT),
        "dm.directory_log": ABSENT,
        "dm.security": text('<Security><User name="a" expired="false"/></Security>'),
        "dm.disks": answer(disks={"C:": {"size": 200 * GB, "free": 80 * GB}}),
        "dm.staged": answer(path="x", size=1, sha256=HASH),
    }


ADDRESSES = ("10.20.0.10", "10.20.0.21")


@dataclass
class System:
    """A pair dma1a (online) and dma1b, and dma2 without a partner, unless made of other nodes."""

    nodes: list[ANode]
    agents: list[ApiAgent] | None
    options: Options = OPTIONS
    checks: dict[str, prerequisites.Checks] = field(default_factory=dict)
    mesh: dict[str, dict[str, Any]] = field(default_factory=dict)
    login: Fact[str] | None = None
    lock: Any = None

    def __getitem__(self, name: str) -> ANode:
        return next(node for node in self.nodes if node.name == name)

    def configure(self, **changes: Any) -> None:
        """Changes of the options, or of what is wanted."""
        wanted = {name: value for name, value in changes.items() if name in Wanted.__dataclass_fields__}
        others = {name: value for name, value in changes.items() if name not in wanted}
        self.options = replace(self.options, wanted=replace(self.options.wanted, **wanted), **others)

    def aim(self, version: str, **changes: Any) -> None:
        self.configure(goal=replace(self.options.wanted.goal, version=parse(version), **changes))

    def take_helper(self, name: str, **changes: Any) -> None:
        """A helper package instead of an upgrade."""
        helper: dict[str, Any] = {"kind": PackageKind.HELPER, "helper": name, "file": f"{name}.dmupgrade", "restarts_dataminer": False}
        self.configure(goal=replace(self.options.wanted.goal, version=None, **helper, **changes))

    def open_gate(self, helper: str) -> None:
        """The gate of the migration, open: on 10.5.0 CU11, with a helper package that brings no checks."""
        for node in self.nodes:
            node.run("10.5.0.0-16300-20251119-release")
        self.take_helper(helper, prerequisites=())
        self.configure(known_source=parse("10.5.0 CU11"))

    def rename_agent(self, number: int, **changes: Any) -> None:
        assert self.agents is not None
        self.agents = [replace(one, **changes) if one.id == number else one for one in self.agents]

    @property
    def wanted(self) -> Wanted:
        return self.options.wanted

    def look(self) -> Observation:
        """What is seen, without the prerequisites."""
        agents: Fact[Any] = (
            Fact.unread("the cluster's own list", "the login was refused") if self.agents is None else Fact.known(tuple(self.agents))
        )
        return Observation({node.name: node.view() for node in self.nodes}, agents, lock=self.lock)

    def seen(self, observation: Observation | None = None) -> prerequisites.Seen:
        observation = observation or self.look()
        answers = {node.name: node.read for node in self.nodes if node.reachable}
        mesh = {name: Answers.from_result(one) for name, one in self.mesh.items()} or None
        return prerequisites.read(observation, answers, self.options, of_checks=self.checks, of_mesh=mesh, login=self.login)

    def observe(self) -> Observation:
        """What is seen and judged."""
        observation = self.look()
        return observation.judged(prerequisites.judge(self.seen(observation)))


def a_system() -> System:
    return System(
        [
            ANode("dma1a", 701, "10.20.0.11", ADDRESSES, ADDRESSES[0], "Online"),
            ANode("dma1b", 701, "10.20.0.12", ADDRESSES, ADDRESSES[0], "Offline"),
            ANode("dma2", 702, "10.20.0.21", ADDRESSES),
        ],
        [
            ApiAgent(701, "dma1", ADDRESSES[0], "labx", "Running", True),
            ApiAgent(702, "dma2", ADDRESSES[1], "labx", "Running", False),
        ],
    )


def a_cluster(count: int = 4) -> System:
    """Agents without partners: dma1, dma2, ..."""
    addresses = tuple(f"10.20.0.1{number}" for number in range(1, count + 1))
    nodes = [ANode(f"dma{number}", 700 + number, address, addresses) for number, address in enumerate(addresses, 1)]
    return System(nodes, [ApiAgent(node.id, node.name, node.address, "labx", "Running", False) for node in nodes])


def upgraded(system: System, *names: str, version: str = TARGET) -> System:
    """The system after an upgrade of these nodes, or of all of them."""
    for node in system.nodes:
        if not names or node.name in names:
            content = base64.b64decode(node.data("dm.history")["bytes"]).decode()
            node.say(history=text(f"{content}2031-01-15 22:40:00;{version}\r\n"))
            node.say(gateway=page(modules("10.5.2510.100")), gateway_named=page(modules("10.5.2510.100")))
            node.web = "10.5.4.0-15588"
    return system
