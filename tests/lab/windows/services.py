"""The services of one simulated host. Every start and stop is journalled; a service may take its time, or fail to start."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial


class Status(str, Enum):
    """As `host_probe` spells it."""

    RUNNING = "running"
    STOPPED = "stopped"
    START_PENDING = "start_pending"
    STOP_PENDING = "stop_pending"
    PAUSED = "paused"


class ServiceProblem(Exception):
    """The service control manager refused; `native` is the Win32 code."""

    def __init__(self, native: int, message: str) -> None:
        super().__init__(message)
        self.native = native


SERVICE_DISABLED, SERVICE_ABSENT, SERVICE_FAILED = 1058, 1060, 1053


@dataclass
class Service:
    """One service. `start_seconds` and `stop_seconds` are spent in the pending state; `fails_to_start` ends a start with error 1053."""

    name: str
    display_name: str = ""
    status: str = Status.STOPPED.value
    start_mode: str = "auto"
    delayed: bool = False
    account: str = "LocalSystem"
    image_path: str = ""
    process_id: int = 0
    start_seconds: float = 0.0
    stop_seconds: float = 0.0
    fails_to_start: bool = False

    @property
    def is_running(self) -> bool:
        return self.status == Status.RUNNING.value


Write = Callable[..., None]
Later = Callable[[float, Callable[[], None]], None]
Listener = Callable[[Service], None]


class Services:
    """Services by name, without case. `write(event, **details)` is the journal, `later(seconds, action)` calls back in real time.

    >>> services = Services(write=lambda event, **details: print(event, details), later=lambda seconds, action: action())
    >>> services.add(Service("OMSDK")); services.start("omsdk"); services["OMSDK"].is_running
    service.start {'service': 'OMSDK'}
    True
    """

    def __init__(self, write: Write, later: Later) -> None:
        self._services: dict[str, Service] = {}
        self._write, self._later = write, later
        self._ids = itertools.count(1200, 4)
        self.listeners: list[Listener] = []

    def __getitem__(self, name: str) -> Service:
        return self._services[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._services

    def __iter__(self) -> Iterator[Service]:
        return iter(list(self._services.values()))

    def get(self, name: str) -> Service | None:
        return self._services.get(name.lower())

    def add(self, service: Service) -> None:
        service.display_name = service.display_name or service.name
        if service.is_running and not service.process_id:
            service.process_id = next(self._ids)
        self._services[service.name.lower()] = service

    def remove(self, name: str) -> bool:
        return self._services.pop(name.lower(), None) is not None

    def start(self, name: str) -> None:
        """Starts a stopped service; a running one stays as it is. Raises ServiceProblem (absent, disabled, failing)."""
        service = self._existing(name)
        if service.status in (Status.RUNNING.value, Status.START_PENDING.value):
            return
        if service.start_mode == "disabled":
            raise ServiceProblem(SERVICE_DISABLED, f"The service {service.name} cannot be started: it is disabled.")
        if service.fails_to_start:
            raise ServiceProblem(SERVICE_FAILED, f"Service '{service.name}' cannot be started: it did not respond in a timely fashion.")
        self._write("service.start", service=service.name)
        service.process_id = next(self._ids)
        self._change(service, Status.START_PENDING, Status.RUNNING, service.start_seconds)

    def stop(self, name: str) -> None:
        """Stops a running service; a stopped one stays as it is. Raises ServiceProblem (absent)."""
        service = self._existing(name)
        if service.status in (Status.STOPPED.value, Status.STOP_PENDING.value):
            return
        self._write("service.stop", service=service.name)
        self._change(service, Status.STOP_PENDING, Status.STOPPED, service.stop_seconds)

    def configure(self, name: str, *, start_mode: str | None = None, delayed: bool | None = None, account: str | None = None) -> None:
        """Changes what is given; journalled as `service.configure` when something is different. Raises ServiceProblem (absent)."""
        service = self._existing(name)
        wanted = {"start_mode": start_mode, "delayed": delayed, "account": account}
        changed = {key: value for key, value in wanted.items() if value is not None and getattr(service, key) != value}
        for key, value in changed.items():
            setattr(service, key, value)
        if changed:
            self._write("service.configure", service=service.name, **changed)

    def power_off(self) -> None:
        """The host goes down: nothing runs, and nobody stopped it."""
        for service in self:
            self._settle(service, Status.STOPPED)

    def power_on(self, delayed_seconds: float = 0.0) -> None:
        """Services that start by themselves come back at boot, the delayed ones later; those that fail to start stay stopped."""
        for service in self:
            if service.start_mode in ("auto", "boot", "system") and not service.fails_to_start:
                self._later(delayed_seconds, partial(self.start, service.name)) if service.delayed else self.start(service.name)

    def _existing(self, name: str) -> Service:
        service = self.get(name)
        if service is None:
            raise ServiceProblem(SERVICE_ABSENT, f"Cannot find any service with service name '{name}'.")
        return service

    def _change(self, service: Service, pending: Status, final: Status, seconds: float) -> None:
        if seconds <= 0:
            self._settle(service, final)
            return
        service.status = pending.value

        def finish() -> None:
            if service.status == pending.value:
                self._settle(service, final)

        self._later(seconds, finish)

    def _settle(self, service: Service, status: Status) -> None:
        service.status = status.value
        if status is Status.STOPPED:
            service.process_id = 0
        elif not service.process_id:
            service.process_id = next(self._ids)
        for listener in list(self.listeners):
            listener(service)
