"""What the front end needs of a host: accounts, power, and something that runs a script. It knows nothing of Windows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass
class Result:
    """What one script left behind.

    `code` is the exit code (signed 32 bits; 3221225786 and -1073741510 are the same), `output` the strings written to the pipeline,
    `errors` the lines for standard error.

    `had_errors` says how the script ended. False: by itself or by `exit`; `code` counts and `errors` are plain lines, as
    `$Host.UI.WriteErrorLine` writes them. True: by an error that nobody caught; `errors` are the messages of error records, PSRP
    reports the pipeline as failed and WinRS writes CLIXML to standard error. A code of 0 then becomes 1, as powershell.exe does
    (reference 1.2, 7).

    >>> Result(3010, ["done"])
    Result(code=3010, output=['done'], errors=[], had_errors=False)
    """

    code: int = 0
    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    had_errors: bool = False


class Command(Protocol):
    """One started script: a powershell.exe of its own over WinRS, a pipeline over PSRP."""

    def feed(self, line: str) -> None:
        """Takes the next line of the script's input, without its line end. Never called once `run` has begun."""

    async def run(self) -> Result:
        """Runs after the last line of input.

        It is cancelled when the shell goes away under it: deleted by the client, WinRM restarted, the host down. What must outlive
        that (a scheduled task, a setup that was started) has to live in the machine, not in this coroutine. An exception is a defect
        of the machine: the client gets it as a failed pipeline.
        """


class Machine(Protocol):
    """A host that the front end puts on the wire."""

    @property
    def name(self) -> str:
        """The inventory's name of the host, unique in a world."""

    @property
    def accounts(self) -> Mapping[str, str]:
        """User -> password, as the users are written in an inventory (`admin`, `LAB\\admin`, `admin@lab.test`).

        Read at every logon, so a password may change or an account vanish while the world runs. Names compare without case. The name
        as it stands here is what `start` receives.
        """

    @property
    def power(self) -> Power:
        """Whether the host answers at all; the machine turns it off and on."""

    def start(self, script: str, arguments: list[str], user: str, connection: str) -> Command:
        """Begins a script as `user`; `connection` is "psrp" or "winrm".

        `script` is PowerShell text, or a plain command line when a WinRS client sent one. When `manifest.is_bootstrap(script)` holds,
        the input lines are an exec manifest for `manifest.ManifestReader`.
        """


Listener = Callable[[], None]


class Power:
    """The switch of a host. Going down cuts every connection and ends every shell at once; coming up begins a new boot.

    Both methods return at once and may be called from any coroutine of the world's event loop; calling one in the state it leads to
    does nothing. After `come_up` the ports answer again within the same turn of the loop or the next. `go_down` cancels every running
    `Command`, also the one that calls it: who brings the host up again must be a task of the world.

    >>> power = Power()
    >>> first = power.boot_id
    >>> power.go_down(); power.is_up
    False
    >>> power.come_up(); power.is_up, power.boot_id == first
    (True, False)
    """

    def __init__(self, is_up: bool = True) -> None:
        self._is_up = is_up
        self._boot_id = str(uuid.uuid4())
        self._on_down: list[Listener] = []
        self._on_up: list[Listener] = []

    @property
    def is_up(self) -> bool:
        return self._is_up

    @property
    def boot_id(self) -> str:
        """Names the present boot. A shell of another boot is unknown to the host (fault 2150858843, reference 7)."""
        return self._boot_id

    def go_down(self) -> None:
        if self._is_up:
            self._is_up = False
            for listener in list(self._on_down):
                listener()

    def come_up(self) -> None:
        if not self._is_up:
            self._is_up = True
            self._boot_id = str(uuid.uuid4())
            for listener in list(self._on_up):
                listener()

    def watch(self, on_down: Listener, on_up: Listener) -> Listener:
        """Calls back on every change; the returned function ends the watching."""
        self._on_down.append(on_down)
        self._on_up.append(on_up)

        def stop() -> None:
            self._on_down.remove(on_down)
            self._on_up.remove(on_up)

        return stop
