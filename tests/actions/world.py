"""A world in the process of its tests: the lab's hosts, and actions that work on them without any wire."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible.parsing.dataloader import DataLoader

from tests.actions.line import Door, Line
from tests.actions.outcome import Outcome
from tests.actions.run import Run
from tests.actions.task import Task, variables_of
from tests.actions.virtual_time import BEGAN, VirtualTimeLoop
from tests.lab import __main__ as shipped
from tests.lab import inventory
from tests.lab import scenario as scenarios
from tests.lab.building import BuiltWorld, build, find_secrets, secrets_of
from tests.lab.client import LabError, Steered
from tests.lab.control import Control
from tests.lab.history import History
from tests.lab.journal import Journal
from tests.lab.products.dataminer.web import Reply, Request
from tests.lab.winrm.endpoint import Ports
from tests.lab.winrm.faults import Faults

FIRST_PORT = 59000
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Begun:
    """An action under way."""

    world: World
    run: Run
    module: str
    host: str
    position: int

    def end(self) -> Outcome:
        """Waits for it."""
        result = self.world.finish(self.run)
        history = History(self.world.journal.entries[self.position :])
        return self.world.ended(Outcome(self.module, self.host, result, tuple(self.run.lines), history))

    def wait_until_it_says(self, text: str, seconds: float = 3600) -> None:
        """Lets time pass until a line with this text is displayed. Raises LabError when that takes longer."""
        end = self.world.now + seconds
        while not any(text in line for line in self.run.lines):
            if self.world.now > end:
                raise LabError(f"nobody said {text!r} within {seconds:.0f} s, but: {self.run.lines}")
            self.world.wait(LOOK_SECONDS)

    def kill(self) -> None:
        """SIGKILL to its controller."""
        self.run.kill()


class World(Steered):
    """One world. `scenario` is the name of one of the lab, or a mapping.

    >>> world = World({"scom": {"release": "2022 UR3", "servers": 1}}, tmp_path)      # doctest: +SKIP
    >>> world.act("scom_setup", "ms1", reboot=False).result["step"]                   # doctest: +SKIP
    'started'
    """

    def __init__(self, scenario: str | Mapping[str, Any], directory: Path, *, is_one_run: bool = False) -> None:
        """`is_one_run`: its actions are tasks of one play, which share what a run remembers; by default each is a run of its own."""
        self.directory = directory
        self.scenario = scenarios.load(shipped.find(scenario)) if isinstance(scenario, str) else scenarios.from_data(dict(scenario))
        self._loop = VirtualTimeLoop()
        self._loader = DataLoader()
        self._outcomes: list[Outcome] = []
        self.built: BuiltWorld = self._do(self._build())
        self.faults = Faults(self.built.faults.wire)
        self._ports = {name: FIRST_PORT + number for number, name in enumerate(self.scenario.host_names())}
        self._doors = {
            self._ports[name]: Door(host, self.faults, self._requested)
            for name, host in self.built.world.hosts.items()
            if name in self._ports
        }
        self._control = Control(self.built, self)
        self.inventory: dict[str, Any] = inventory.inventory(
            self.built, {name: Ports(one, one) for name, one in self._ports.items()}, directory
        )
        self._do(self._begin())
        self._folder = self._begin_run() if is_one_run else None

    # What tests do.

    def act(self, module: str, host: str | None = None, /, *, task: Task | None = None, **options: Any) -> Outcome:
        """Runs the action of a module on a host, by default the first of the inventory, to its end.

        Options that are not given are those that the role gives which calls the module, by the lab's inventory.
        """
        return self.begin(module, host, task=task, **options).end()

    def begin(self, module: str, host: str | None = None, /, *, task: Task | None = None, **options: Any) -> Begun:
        """The same, and returns at once. Time goes on only while somebody waits for something."""
        task = task or Task()
        name = self._inventory_name(host)
        position = len(self.built.world.journal.entries)
        variables = variables_of(self.inventory, name) | task.variables
        run = Run(self, self._loop, lambda: task.run(module, options, variables, self._loader), self._folder or self._begin_run())
        run.begin()
        return Begun(self, run, module, name, position)

    @property
    def journal(self) -> History:
        """What has happened up to now."""
        return History(self.built.world.journal.entries)

    @property
    def world(self) -> dict[str, Any]:
        """The state of the world now, as plain data."""
        return dict(self.control("snapshot"))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the inventory, passwords included."""
        return dict(self.inventory["all"]["vars"])

    @property
    def names(self) -> list[str]:
        """The hosts of the inventory."""
        return list(self.inventory["all"]["hosts"])

    def control(self, verb: str, *, timeout: float = 60.0, **arguments: Any) -> Any:
        line = json.dumps({"do": verb, **arguments}).encode()
        try:
            answer = json.loads(json.dumps(self._do(asyncio.wait_for(self._control.answer(line), timeout)), default=str))
        except TimeoutError:
            raise LabError(f"no answer to {verb} {arguments} within {timeout} s") from None
        if "error" in answer:
            raise LabError(f"{verb}: {answer['error']}")
        return answer["ok"]

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self._do(asyncio.sleep(seconds))

    def call_hosts(self, names: Mapping[str, str]) -> None:
        """Gives hosts of the inventory other names."""

        def renamed(node: Any) -> Any:
            return {names.get(key, key): renamed(value) for key, value in node.items()} if isinstance(node, dict) else node

        self.inventory = renamed(self.inventory)

    # What actions see.

    @property
    def now(self) -> float:
        return self._loop.time()

    def line(self, connection: Any) -> Line:
        """A line to the host at the port that the connection was told, with the account that it was told."""
        door = self._doors[int(connection.get_option("port"))]
        return Line(door, str(connection.get_option("remote_user")), str(connection.get_option("remote_password")))

    async def http(self, url: str, method: str, body: bytes) -> Reply:
        """What a node's web server answers. Raises ConnectionRefusedError."""
        assert self.built.dataminer
        parts = urlsplit(url)
        node = self.built.dataminer.system.nodes[str(parts.hostname)]
        if not node.host.is_up or not node.is_service_running("W3SVC"):
            raise ConnectionRefusedError(111, "Connection refused")
        request = Request(
            method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, 443 if parts.scheme == "https" else 80
        )
        node.host.write("web.request", method=method, path=request.path, origin="controller")
        return self.built.dataminer.web.answer(node, request)

    # What the lab's faults and its control channel want of a front end.

    async def restart_service(self, machine: str, seconds: float = 0.0) -> None:
        door = self._doors[self._ports[machine]]
        if seconds:
            door.host.power.go_down()
            await asyncio.sleep(seconds)
            door.host.power.come_up()
        else:
            door.cut()

    # The end.

    def end(self) -> None:
        """Ends the world. Raises AssertionError for a password that stands anywhere, and for a defect of the lab itself."""
        try:
            self._do(self.built.world.end())
            assert self.journal.defects == [], f"the lab itself failed: {self.journal.defects}"
            leaks = self._leaks()
            assert leaks == [], f"a password stands in clear in {leaks}"
        finally:
            self._loop.close()

    def _leaks(self) -> list[str]:
        """Where a password of this world stands in clear: results, lines, the journal, files of the controller, the hosts."""
        accounts = self.scenario.accounts.values()
        secrets = {*secrets_of(self.scenario).values(), *(one.given_password for one in accounts if one.given_password)}
        texts = {f"{one.host}: {one.module}": one.everything for one in self._outcomes}
        texts["the journal"] = "\n".join(entry.as_line() for entry in self.journal.entries)
        files = {str(path): path.read_bytes() for path in self.directory.rglob("*") if path.is_file()}
        found = [where for where, text in texts.items() if any(secret in text for secret in secrets)]
        found += [
            where
            for where, content in files.items()
            if any(secret.encode(encoding) in content for secret in secrets for encoding in ("utf-8", "utf-16-le"))
        ]
        return found + [str(one) for one in find_secrets(self.built.world, self.scenario)]

    def ended(self, outcome: Outcome) -> Outcome:
        self._outcomes.append(outcome)
        return outcome

    def finish(self, run: Run) -> dict[str, Any]:
        result: dict[str, Any] = self._do(run.end())
        return result

    def _do(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    def _begin_run(self) -> Path:
        """Tells the world, and returns the folder that this run has on the controller."""
        self.control("begin_run")
        return Path(tempfile.mkdtemp(dir=self.directory, prefix="controller-"))

    async def _build(self) -> BuiltWorld:
        built = build(self.scenario, Journal(clock=self._loop.time), utc=lambda: BEGAN + timedelta(seconds=self._loop.time()))
        if built.dataminer:
            scheme = built.dataminer.system.spec.web
            urls = {name: f"{scheme}://{name}" for name in built.dataminer.system.nodes}
            built.dataminer.listeners = _NoListeners(urls)
        return built

    async def _begin(self) -> None:
        self.built.world.journal.write(None, "world.begin", scenario=self.scenario.name)
        self.built.faults.begin(self)

    def _requested(self, machine: str, event: dict[str, Any]) -> None:
        self.built.world.journal.write(machine, "request", **event)
        self.built.world.hosts[machine].faults.request(str(event.get("what")))

    def _inventory_name(self, host: str | None) -> str:
        """A host by its name in the inventory, or by the first part of it."""
        names = self.names
        if host is None or host in names:
            return host or names[0]
        return self.scenario.full_name(host)


class _NoListeners:
    """The names of the nodes instead of ports: nothing listens."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._urls = urls

    def reserve(self, directory: Path) -> dict[str, str]:
        return self._urls
