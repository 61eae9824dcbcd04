"""The faults of a whole world: a scenario's list `faults`, each entry handed to whoever can make it happen.

- An entry with `at` is a rule for the wire (`tests.lab.winrm.faults`): a single reply is lost, cut, late.
- An action of one host (`tests.lab.windows.faults`: reboot, winrm_restart, disk_full, password_change, ...) happens on the host `machine`.
- `drop_connections` (`machine`), `sql_down` and `sql_up` (`server`, default the operational database's), `wire` (`rule`: a rule for the
  wire, from then on) need the whole world. Triggers: `at_event` with `host` and `where`, or `after_seconds`; `delay`; `times`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.lab.journal import Entry
from tests.lab.scenario import Scenario
from tests.lab.strict import ScenarioError, refuse_unknown
from tests.lab.windows.faults import ACTIONS as HOST_ACTIONS
from tests.lab.winrm.faults import FaultRuleError, rule

WORLD_ACTIONS = ("drop_connections", "sql_down", "sql_up", "wire")
_WORLD_KEYS = ("action", "machine", "at_event", "host", "where", "after_seconds", "delay", "times", "server", "rule")


class WorldFaults:
    """Declares the faults of a scenario on a built world. `front` is the front end; None while nothing is served."""

    def __init__(self, world: Any, scenario: Scenario) -> None:
        self._world, self._scenario = world, scenario
        self._waiting: list[dict[str, Any]] = []
        self._stop_listening: list[Callable[[], None]] = []
        self.wire: list[dict[str, Any]] = []
        self.front: Any = None
        for index, fault in enumerate(scenario.faults):
            self.declare(fault, f"faults[{index}]")

    def declare(self, fault: Mapping[str, Any], where: str) -> None:
        """Checks one entry and puts it in its place. Raises ScenarioError."""
        if "at" in fault:
            self.wire.append(self._wire_rule(fault, where))
        elif fault.get("action") in WORLD_ACTIONS:
            self._declare_here(fault, where)
        elif fault.get("action") in HOST_ACTIONS:
            own = {key: value for key, value in fault.items() if key != "machine"}
            if "host" in own and own["host"] != "any":
                own["host"] = self._scenario.full_name(own["host"])
            try:
                self._host(fault, where).faults.add(own)
            except ValueError as error:
                raise ScenarioError(where, str(error)) from error
        else:
            known = ", ".join([*HOST_ACTIONS, *WORLD_ACTIONS])
            raise ScenarioError(f"{where}.action", f"expected one of {known}, or a rule with 'at'; got {fault.get('action')!r}")

    def begin(self, front: Any) -> None:
        """Called when the world is served."""
        self.front = front
        for host in self._world.hosts.values():
            host.faults.begin()
        for fault in [one for one in self._waiting if "after_seconds" in one]:
            self._world.task(self._act_after(fault, fault["after_seconds"]), "fault")

    def act(self, action: str, options: Mapping[str, Any]) -> None:
        """Makes an action happen now, of the world or of the host `machine`. Raises ScenarioError."""
        if action in WORLD_ACTIONS:
            self._world.task(self._act({"action": action, **options}), "fault")
        elif action in HOST_ACTIONS:
            host = self._host({"action": action, **options}, "fault")
            host.write("fault", action=action)
            HOST_ACTIONS[action](host, options)
        else:
            raise ScenarioError("action", f"no fault is called {action!r}; known: {', '.join([*HOST_ACTIONS, *WORLD_ACTIONS])}")

    def _wire_rule(self, fault: Mapping[str, Any], where: str) -> dict[str, Any]:
        own = {key: value for key, value in fault.items() if key != "machine"}
        if "machine" in fault:
            own["host"] = self._host(fault, where).name
        try:
            rule(where, own)
        except FaultRuleError as error:
            raise ScenarioError("", str(error)) from error
        return own

    def _declare_here(self, fault: Mapping[str, Any], where: str) -> None:
        refuse_unknown(fault, _WORLD_KEYS, where)
        if fault["action"] == "drop_connections":
            self._host(fault, where)
        if ("at_event" in fault) == ("after_seconds" in fault):
            raise ScenarioError(where, "needs exactly one of 'at_event' and 'after_seconds'")
        if fault["action"] == "wire":
            self._wire_rule(fault.get("rule") or {}, f"{where}.rule")
        own = {"times": 1, **fault}
        self._waiting.append(own)
        if "at_event" in own:
            self._world.journal.listen(lambda entry: self._look(own, entry))

    def _look(self, fault: dict[str, Any], entry: Entry) -> None:
        of = fault.get("host")
        host = None if of in (None, "any") else self._scenario.full_name(of)
        if fault["times"] > 0 and entry.matches(fault["at_event"], host, **fault.get("where", {})):
            fault["times"] -= 1
            self._world.task(self._act_after(fault, fault.get("delay", 0.0)), "fault")

    async def _act_after(self, fault: Mapping[str, Any], seconds: float) -> None:
        await self._world.sleep(seconds)
        await self._act(fault)

    async def _act(self, fault: Mapping[str, Any]) -> None:
        action, machine = fault["action"], fault.get("machine")
        name = self._scenario.full_name(machine) if machine else None
        self._world.journal.write(name, "fault", action=action)
        if action == "drop_connections" and self.front:
            await self.front.restart_service(name)
        elif action == "wire" and self.front:
            self.front.faults.add(self._wire_rule(fault["rule"], "rule"))
        elif action in ("sql_down", "sql_up"):
            assert self._scenario.scom
            self._world.sql.set_down(fault.get("server", self._scenario.scom.database.server), action == "sql_down")

    def _host(self, fault: Mapping[str, Any], where: str) -> Any:
        name = fault.get("machine")
        host = self._world.find_host(self._scenario.full_name(str(name))) if name else None
        if host is None:
            raise ScenarioError(f"{where}.machine", f"no host {name!r} in this world; hosts: {', '.join(self._world.hosts)}")
        return host
