"""Makes a DataMiner System of a scenario: nodes on their hosts, pairs, users, packages, programs, names and web servers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.lab.products.dataminer import executor, installation, package, utility
from tests.lab.products.dataminer.failover import Pair
from tests.lab.products.dataminer.listeners import Listeners
from tests.lab.products.dataminer.node import Node
from tests.lab.products.dataminer.package import Package
from tests.lab.products.dataminer.plan import AgentSpec, DataMinerSpec, NodeSpec, PackageSpec, StoredSpec
from tests.lab.products.dataminer.progress import folder_of
from tests.lab.products.dataminer.system import DataMinerSystem
from tests.lab.products.dataminer.users import DataMinerUser
from tests.lab.products.dataminer.versions import version_of
from tests.lab.products.dataminer.web import Request, Web
from tests.lab.windows.filesystem import File
from tests.lab.windows.hands.probe_network import address_of

FIRST_ID = 701
SHARE = r"\\files.contoso.lab\dataminer"
URL = "https://packages.contoso.lab/"


@dataclass
class DataMinerWorld:
    """What a built world has of DataMiner. `sources` are the packages by their titles, as the inventory names them."""

    system: DataMinerSystem
    web: Web
    listeners: Listeners
    specs: dict[str, tuple[PackageSpec, Package]] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """Every node of the cluster, by its host's name."""
        return [node.name for node in self.system.nodes.values() if node.cluster == self.system.spec.cluster]

    def sources(self, directory: Path) -> dict[str, dict[str, str]]:
        """Where every package comes from; those of the controller are written below `directory`."""
        found = {}
        for title, (spec, made) in self.specs.items():
            place = spec.place
            if place == "controller":
                path = directory / "packages" / made.file_name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(made.content)
                source = str(path)
            else:
                source = {"url": f"{URL}{_quoted(made.file_name)}", "share": rf"{SHARE}\{made.file_name}"}.get(place, "")
                source = source or rf"{spec.folder}\{made.file_name}"
            found[title] = {"source": source, "sha256": spec.given_sha256 or hashlib.sha256(made.content).hexdigest()}
        return found


def build(world: Any, spec: DataMinerSpec, agents: list[AgentSpec], names: Mapping[str, str], users: Mapping[str, str]) -> DataMinerWorld:
    """Builds everything on hosts that exist. `names` are full names by those of the scenario, `users` account names by role."""
    system = DataMinerSystem(world, spec)
    system.users = {account.lower(): _user(spec, role, account) for role, account in users.items() if role in _roles(spec)}
    nodes = {name: spec.nodes.get(name, NodeSpec()) for name in names}
    for number, agent in enumerate(agents):
        _add_agent(system, agent, nodes, names, agent.id or FIRST_ID + number)
    for number, name in enumerate(spec.external):
        _add_node(system, names[name], nodes[name], 900 + number, name.upper())
    web = Web(system)
    built = DataMinerWorld(system, web, Listeners(system, web))
    _add_packages(built)
    _add_programs(built)
    for node in system.nodes.values():
        _quietly(node, built)
    for stored in spec.stored:
        _store(built, stored)
    for pair in system.pairs:
        pair.watch()
    world.add_snapshot("dataminer", system.snapshot)
    return built


def _roles(spec: DataMinerSpec) -> set[str]:
    return {"dataminer", "dataminer_api", *spec.users}


def _user(spec: DataMinerSpec, role: str, account: str) -> DataMinerUser:
    given = spec.users.get(role)
    administrator = given.administrator if given else None
    is_administrator = role == "dataminer" if administrator is None else administrator
    return DataMinerUser(account, is_administrator, bool(given and given.expired))


def _add_agent(system: DataMinerSystem, agent: AgentSpec, nodes: Mapping[str, NodeSpec], names: Mapping[str, str], id: int) -> None:
    main = _add_node(system, names[agent.name], nodes[agent.name], id, system.spec.cluster)
    if agent.partner is None:
        return
    partner = _add_node(system, names[agent.partner], nodes[agent.partner], id, system.spec.cluster)
    is_virtual = agent.addressing == "virtual_ip"
    shared = f"{agent.name}-pair.{main.host.domain}"
    online = main if agent.online == "main" else partner
    pair = Pair(system, main, partner, address_of(shared) if is_virtual else shared, is_virtual=is_virtual, online=online)
    system.pairs.append(pair)
    system.world.aliases[pair.address] = lambda: _owner(pair)


def _owner(pair: Pair) -> Any:
    """Who answers at a pair's shared address: a virtual IP is nobody's while no node is online, a shared name always leads somewhere."""
    if pair.online:
        return pair.online.host
    return None if pair.is_virtual else pair.home.host


def _add_node(system: DataMinerSystem, name: str, spec: NodeSpec, id: int, cluster: str) -> Node:
    host = system.world.hosts[name]
    address = address_of(name)
    node = system.nodes[name] = Node(system, host, spec, id, cluster, address)
    system.world.aliases[address] = lambda: host
    return node


def _quietly(node: Node, built: DataMinerWorld) -> None:
    """Building is no event."""
    node.host.is_loading = True
    try:
        installation.install(node)
        for spec, made in built.specs.values():
            if spec.place == "nodes":
                node.host.files.write(rf"{spec.folder}\{made.file_name}", made.content)
            elif spec.place == "url":
                node.host.downloads[f"{URL}{_quoted(made.file_name)}"] = made.content
    finally:
        node.host.is_loading = False
    node.watch()

    async def answer(url_port: int, target: str) -> tuple[int, bytes, str]:
        node.host.write("web.request", method="GET", path=target.partition("?")[0], origin="host")
        reply = built.web.answer(node, Request("GET", target, port=url_port))
        return reply.status, reply.body, reply.content_type

    node.host.web_server = answer


def _add_packages(built: DataMinerWorld) -> None:
    system = built.system
    target = system.spec.target or system.spec.package.version or system.spec.version
    for spec in (system.spec.package, *system.spec.further_packages):
        made = package.build(spec, target)
        system.packages.append(made)
        built.specs[made.title] = (spec, made)
        if spec.place == "url":
            system.world.urls[f"{URL}{_quoted(made.file_name)}"] = made.content
        if spec.place == "share":
            now = next(iter(system.world.hosts.values())).clock.now()
            system.world.shares.setdefault(SHARE, {})[made.file_name] = File(made.file_name, made.content, now, now)


def _add_programs(built: DataMinerWorld) -> None:
    """The executor of a package reaches a host as bytes; it is known by them."""
    world, system = built.system.world, built.system
    world.programs[utility.PROGRAM] = utility.TaskbarUtility(system)
    world.programs[executor.PROGRAM] = executor.BpaExecutor(system)
    for made in system.packages:
        world.programs_by_content[package.executor_content(made.installs)] = executor.PROGRAM


def _store(built: DataMinerWorld, stored: StoredSpec) -> None:
    """What earlier uploads and upgrades have left in Upgrades\\Packages (2)."""
    system = built.system
    made = system.packages[0] if stored.version is None else package.build(PackageSpec(version_of(stored.version).title), stored.version)
    id = hashlib.md5(f"{made.file_name}{stored.state}{stored.hours_ago}".encode(), usedforsecurity=False).hexdigest()
    chosen = [one for one in system.nodes.values() if stored.nodes is None or one.short_name in stored.nodes]
    for node in chosen:
        host = node.host
        host.is_loading = True
        folder = folder_of(made.file_name, id)
        log = host.files.write(rf"{folder}\progress.log", _STORED[stored.state])
        log.created = log.modified = host.clock.now() - timedelta(hours=stored.hours_ago)
        if stored.state in ("Uploaded", "Uploading"):
            part = made.content if stored.state == "Uploaded" else made.content[: len(made.content) // 2]
            host.files.write(rf"{folder}\{made.file_name}", part)
        host.is_loading = False
    if stored.state == "Completed":
        system.completed.add(made.sha256)


_STORED = {
    "Completed": "progress|Uploading package...\r\nstep|Executing action: Lock\r\nstep|Executing action: Start\r\n",
    "Failed": "progress|Uploading package...\r\nerror|DataMiner Agent: 1 error(s) and 0 notice(s)\r\n",
    "Uploading": "progress|Uploading package...\r\n",
    "Uploaded": "progress|Uploading package...\r\ninformation|Upload report\r\ninformation|Upload has been completed successfully.\r\n",
}


def _quoted(name: str) -> str:
    return name.replace(" ", "%20")
