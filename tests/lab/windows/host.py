"""A simulated Windows host: its parts, its power, and the front end's door to it.

Products build on what stands here. Everything public of the parts may be read and changed while the world runs: `registry`, `files`,
`services`, `processes`, `accounts`, `inventory`, `pending_reboot`, `tasks`, `locks`, `os`, `listeners` (ports), `events`, `clock`.
The scenario's format of a host is documented in `specification.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.lab.winrm.machine import Command, Power

from .accounts import Accounts
from .clock import Clock, iso, utc_now
from .directory import Directory, User
from .filesystem import Disk, FileSystem
from .inventory import Event, Inventory
from .operating_system import OperatingSystem
from .pending_reboot import PendingReboot
from .processes import Processes, Program
from .registry import Registry
from .services import Services

GIB = 1024**3
UPTIME = timedelta(days=3)
AUTO_LOGON_CHECKED = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\AutoLogonChecked"


@dataclass
class Hardware:
    memory_bytes: int = 16 * GIB
    cores: int = 4
    logical_processors: int = 8


@dataclass
class Times:
    """How long things take here, in real seconds."""

    reboot_down_seconds: float = 0.3
    delayed_start_seconds: float = 0.5
    answer_seconds: float = 0.0
    task_start_seconds: float = 0.0


Listener = Callable[[], None]
WebServer = Callable[[int, str], Awaitable[tuple[int, bytes, str]]]
"""Answers a GET: port, path with query -> status, body, content type. A product registers its own as `host.web_server`."""


class SimulatedHost:
    """One host of a world; implements `tests.lab.winrm.machine.Machine`. `name` is its FQDN."""

    def __init__(self, world: Any, name: str, *, directory: Directory | None = None, skew_seconds: float = 0.0) -> None:
        self.world, self.name = world, name.lower()
        self.computer_name = name.split(".", maxsplit=1)[0].upper()[:15]
        self.clock = Clock(skew_seconds, getattr(world, "utc", utc_now))
        self.boot_time: datetime = self.clock.now() - UPTIME
        self.is_loading = True
        self.os = OperatingSystem()
        self.hardware = Hardware()
        self.times = Times()
        self.registry = Registry(on_set=lambda key, value, data: self.write("registry.set", key=key, value=value, data=_plain(data)))
        self.files = FileSystem(self.clock.now, lambda: getattr(world, "shares", {}))
        self.files.disks["C:"] = Disk(127 * GIB, 80 * GIB)
        self.accounts = Accounts(self.computer_name, directory or Directory(), self.clock.now, self._wrong_password)
        self.services = Services(self.write, self.later)
        self.processes = Processes(self, self.clock.now)
        self.inventory = Inventory()
        self.pending_reboot = PendingReboot(self.registry, self.computer_name)
        self.listeners: set[int] = {5985, 5986}
        self.events: list[Event] = []
        self.downloads: dict[str, bytes] = {}
        self.web_server: WebServer | None = None
        self.on_boot: list[Listener] = []
        self.on_shutdown: list[Listener] = []
        self._power = Power()
        self._reboot: asyncio.Task[None] | None = None
        self._next_command = asyncio.Event()
        self._add_parts()
        self._lay_out()
        self.is_loading = False

    def _add_parts(self) -> None:
        from .faults import Faults
        from .locks import Locks
        from .tasks import Tasks

        self.tasks = Tasks(self)
        self.locks = Locks(self)
        self.faults = Faults(self)

    @classmethod
    def from_scenario(cls, world: Any, name: str, spec: Mapping[str, Any], directory: Directory | None = None) -> SimulatedHost:
        """Builds a host from a scenario; the format stands in `specification.py`. Hosts of one domain share a `directory`."""
        from .specification import build

        return build(cls, world, name, spec, directory)

    # The front end's door (tests.lab.winrm.machine.Machine).

    @property
    def power(self) -> Power:
        return self._power

    def start(self, script: str, arguments: list[str], user: str, connection: str) -> Command:
        from .command import HostCommand

        self._next_command.set()
        return HostCommand(self, script, arguments, user, connection)

    # What products use.

    @property
    def disks(self) -> dict[str, Disk]:
        return self.files.disks

    @property
    def memory_bytes(self) -> int:
        return self.hardware.memory_bytes

    @property
    def clock_skew(self) -> float:
        return self.clock.skew_seconds

    @property
    def domain(self) -> str:
        return self.name.partition(".")[2]

    @property
    def is_up(self) -> bool:
        return self._power.is_up

    def write(self, event: str, /, **details: Any) -> None:
        """Journals an event of this host; silent while a scenario is being built."""
        if not self.is_loading:
            self.world.journal.write(self.name, event, **details)

    def _wrong_password(self, user: User, password: str | None, by: str) -> None:
        self.world.wrong_passwords.tried(self.name, user.full_name, password, by, locks=user.locked)

    def program_at(self, path: str) -> Program | None:
        """What a file does when it is started; None for what is absent or no program."""
        program: Program | None = self.world.program_of(self.files.file(path)) if self.files.is_file(path) else None
        return program

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Calls back in real time, unless the world ends before."""

        async def wait() -> None:
            await self.world.sleep(seconds)
            action()

        self.world.task(wait(), f"{self.name}: later")

    async def reboot(self, down_seconds: float | None = None, reason: str = "") -> None:
        """Restarts the host and returns when it is up again. It goes on when the caller is cancelled, as a program it kills is."""
        await asyncio.shield(self.begin_reboot(down_seconds, reason=reason))

    def begin_reboot(self, down_seconds: float | None = None, *, reason: str = "", after: float = 0.0) -> asyncio.Task[None]:
        """Restarts the host without waiting; one that is on its way already is joined.

        `after` leaves that many seconds for a reply to get out, but the next command that reaches the host finds it going down.
        """
        if self._reboot is None or self._reboot.done():
            down = self.times.reboot_down_seconds if down_seconds is None else down_seconds
            self._reboot = self.world.task(self._restart(down, reason, after), f"{self.name}: reboot")
        return self._reboot

    async def _restart(self, down_seconds: float, reason: str, after: float) -> None:
        if after > 0:
            self._next_command.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._next_command.wait(), after)
        self._shut_down(reason)
        await self.world.sleep(down_seconds)
        self._boot()

    def _shut_down(self, reason: str) -> None:
        self.write("reboot.start", **({"reason": reason} if reason else {}))
        for listener in list(self.on_shutdown):
            listener()
        self.tasks.power_off()
        self.processes.power_off()
        self.services.power_off()
        self._power.go_down()

    def _boot(self) -> None:
        self.boot_time = self.clock.now()
        was_loading, self.is_loading = self.is_loading, True
        self.registry.drop_volatile()
        self.pending_reboot.clear()
        self.is_loading = was_loading
        self.registry.create(AUTO_LOGON_CHECKED, volatile=True)
        self.write("reboot.end", boot_time_utc=iso(self.boot_time))
        self.services.power_on(self.times.delayed_start_seconds)
        for listener in list(self.on_boot):
            listener()
        self._power.come_up()

    def dump(self) -> dict[str, Any]:
        """The end state for world.json; holds no secret."""
        return {
            "name": self.name,
            "os": self.os.name,
            "build": self.os.build,
            "up": self.is_up,
            "boot_time_utc": iso(self.boot_time),
            "services": {one.name: {"status": one.status, "start_mode": one.start_mode, "account": one.account} for one in self.services},
            "registry": self.registry.dump(),
            "files": {file.path: file.length for file in self.files.walk()},
            "file_versions": {file.path: file.version_info.file_version for file in self.files.walk() if file.version_info},
            "programs": [{"name": one.name, "version": one.version} for one in self.inventory.programs],
            "processes": [one.name for one in self.processes],
            "pending_reboot": self.pending_reboot.reasons(),
            "tasks": self.tasks.dump(),
            "locks": self.locks.dump(),
        }

    def _lay_out(self) -> None:
        """The folders and keys every Windows has."""
        for folder in (
            r"C:\Windows\System32\Tasks",
            r"C:\Windows\Temp",
            r"C:\Program Files",
            r"C:\Program Files (x86)",
            r"C:\ProgramData",
            r"C:\Users\Public",
        ):
            self.files.make_directory(folder)
        self.os.write_registry(self.registry)
        self.registry.create(AUTO_LOGON_CHECKED, volatile=True)


def _plain(data: Any) -> Any:
    return data.hex() if isinstance(data, bytes) else data
