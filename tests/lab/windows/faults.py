"""Faults of a host that a scenario declares: what goes wrong, and when.

A fault is a mapping with one trigger and one action; each happens once unless `times` says otherwise.

Triggers:
- `at_event: setup.start` - when the journal gets that event for this host (`where: {phase: start}`: with these details;
  `host: other.fqdn` or `host: any`: of another host);
- `at_percent: 40` - when a program of this host (`program: setup.exe`, default any) has reported that much progress;
- `after_requests: 12` - when so many requests have reached this host (`of: host_task`: of that module only);
- `after_seconds: 5` - after the world began to serve.

Actions, with their parameters:
- `reboot` (`down_seconds`), `winrm_restart` (`down_seconds`): connections are cut, processes go on;
- `disk_full` / `disk_free` (`disk`, default C:; `free` in bytes);
- `service_stop`, `service_start`, `service_fails` (`service`);
- `clock_jump` (`seconds`);
- `password_change` (`account`, `password`), `account_lock` (`account`), `account_disable` (`account`);
- `kill_process` (`name`), `kill_wrapper` (`task`, default every one; `with_program`);
- `pending_reboot` (`reason`, `detail`);
- `answer_wrongly` (`module`, `fields`): from now on that module's answers have these fields instead of their own, whatever their type,
  until it happens again without `fields`: a host that is broken, or is not the one it says it is.

`delay` (seconds) puts an action off. What happens to single replies on the wire belongs to the front end, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .processes import Process

if TYPE_CHECKING:
    from .host import SimulatedHost


class Faults:
    """The faults of one host that are still to come."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host
        self._pending: list[dict[str, Any]] = []
        self._requests: dict[str, int] = {}
        self.wrong_answers: dict[str, Mapping[str, Any]] = {}
        host.processes.on_progress = self._progress

    def add(self, fault: Mapping[str, Any]) -> None:
        """Declares a fault. Raises ValueError for an unknown trigger or action."""
        if fault.get("action") not in ACTIONS:
            raise ValueError(f"{fault.get('action')} is no action of a fault; known are {', '.join(ACTIONS)}")
        if not {"at_event", "at_percent", "after_requests", "after_seconds"} & set(fault):
            raise ValueError(f"the fault {fault['action']} has no trigger")
        own = {"times": 1, **fault}
        if "at_event" in own:
            self._host.world.journal.listen(lambda entry: self._event(own, entry))
        if "after_seconds" in own:
            own["delay"] = own["after_seconds"]
            self._pending.append(own)
            return
        self._pending.append(own)

    def begin(self) -> None:
        """Sets the clocks of `after_seconds` going; called once the event loop runs."""
        for fault in [one for one in self._pending if "after_seconds" in one]:
            self._fire(fault)

    def request(self, what: str) -> None:
        """Counts one request: a module's full name, `put_file`, `raw`...; called by whoever serves the host."""
        for key in ("", what.rpartition(".")[2]):
            self._requests[key] = self._requests.get(key, 0) + 1
        for fault in [one for one in self._pending if "after_requests" in one]:
            if self._requests.get(str(fault.get("of", "")), 0) >= fault["after_requests"]:
                self._fire(fault)

    def _progress(self, process: Process, percent: float) -> None:
        for fault in [one for one in self._pending if "at_percent" in one]:
            wanted = str(fault.get("program", process.name)).lower().removesuffix(".exe")
            if process.name.lower() == wanted and percent >= fault["at_percent"]:
                self._fire(fault)

    def _event(self, fault: dict[str, Any], entry: Any) -> None:
        host = fault.get("host", self._host.name)
        if fault in self._pending and entry.matches(fault["at_event"], None if host == "any" else host, **fault.get("where", {})):
            self._fire(fault)

    def _fire(self, fault: dict[str, Any]) -> None:
        fault["times"] -= 1
        if fault["times"] <= 0:
            self._pending.remove(fault)

        def act() -> None:
            self._host.write("fault", action=fault["action"])
            ACTIONS[fault["action"]](self._host, fault)

        self._host.later(fault.get("delay", 0), act)


def _restart_winrm(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.power.go_down()
    host.later(fault.get("down_seconds", 0.3), host.power.come_up)


def _set_free(host: SimulatedHost, fault: Mapping[str, Any], free: int) -> None:
    host.disks[fault.get("disk", "C:")].free = fault.get("free", free)


def _stop_service(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.services.stop(fault["service"])


def _start_service(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.services.start(fault["service"])


def _jump(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.clock.jump(fault["seconds"])


def _fail_service(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.services[fault["service"]].fails_to_start = True


def _change_account(host: SimulatedHost, fault: Mapping[str, Any], **facts: Any) -> None:
    user = host.accounts.find(fault["account"])
    if user is None:
        raise ValueError(f"the fault {fault['action']} names an unknown account {fault['account']}")
    for key, value in facts.items():
        setattr(user, key, value)


def _kill_process(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    for process in host.processes.find(fault["name"]):
        host.processes.kill(process)


def _kill_wrapper(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    for task in host.tasks:
        if fault.get("task", task.order.id) == task.order.id and task.state == "running":
            host.tasks.kill_wrapper(task, with_program=bool(fault.get("with_program", False)))


def _pend_reboot(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.pending_reboot.add(fault.get("reason", "component_servicing"), *fault.get("detail", []))


def _answer_wrongly(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.faults.wrong_answers[fault["module"]] = fault.get("fields") or {}


def _reboot(host: SimulatedHost, fault: Mapping[str, Any]) -> None:
    host.begin_reboot(fault.get("down_seconds"), reason="fault")


ACTIONS: dict[str, Callable[[SimulatedHost, Mapping[str, Any]], None]] = {
    "reboot": _reboot,
    "winrm_restart": _restart_winrm,
    "disk_full": lambda host, fault: _set_free(host, fault, 0),
    "disk_free": lambda host, fault: _set_free(host, fault, 80 * 1024**3),
    "service_stop": _stop_service,
    "service_start": _start_service,
    "service_fails": _fail_service,
    "clock_jump": _jump,
    "password_change": lambda host, fault: _change_account(host, fault, password=fault["password"]),
    "account_lock": lambda host, fault: _change_account(host, fault, locked=True),
    "account_disable": lambda host, fault: _change_account(host, fault, enabled=False),
    "kill_process": _kill_process,
    "kill_wrapper": _kill_wrapper,
    "pending_reboot": _pend_reboot,
    "answer_wrongly": _answer_wrongly,
}
