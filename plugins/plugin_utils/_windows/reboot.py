# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A restart that is proved: the boot time moved and the services that matter are running again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .._upgrade.fields import Fields, Misshapen
from .._upgrade.questions import Answers, State, operating_system, services
from .._upgrade.times import utc_time
from . import waiting
from .host import TROUBLE, ConnectionLost, Host, reading
from .patient_look import RefusedLogons
from .waiting import Patience

# No server starts twice within it; corrections of a clock mostly stay below (windows-tasks 3.6 U).
SAME_BOOT_SECONDS = 20


class NotBack(Exception):
    """The host did not come back, or not with its services, within the time allowed."""

    def __init__(self, host: str, waited_seconds: float, seen: str) -> None:
        self.host = host
        self.seen = seen
        super().__init__(f"{host} was restarted, but after {waited_seconds / 60:.0f} min {seen}")


@dataclass(frozen=True)
class _Look:
    """One look at a host that was restarted. C(boot_time): the new one, when the host is back with its services."""

    seen: str
    boot_time: str | None = None
    trouble: Exception | None = None


@dataclass(frozen=True)
class Reboot:
    """Restarts a host with C(restart) and waits until it is really there again.

    C(needed_services) must be running in two looks one after the other: a service that starts and falls is not back. C(before) is the
    boot time known from an earlier look; a host that is going down already can not be asked for it any more.
    """

    host: Host
    restart: Callable[[], None]
    needed_services: tuple[str, ...]
    timeout_seconds: float = 1800
    interval_seconds: float = 10
    before: str | None = None
    clock: Callable[[], float] = waiting.monotonic
    sleep: Callable[[float], None] = waiting.sleep

    def run(self) -> str:
        """Restarts and waits. Returns the new boot time (ISO-8601 UTC). Raises NotBack.

        No more is tried when the logon is refused several times without being let in: more tries could lock the account.
        """
        before = self.before or self._boot_time_now()
        wait = Patience(self.timeout_seconds, self.interval_seconds, self.clock, self.sleep)
        self.restart()
        # What the line was before the restart leads nowhere now, whether it is known to be broken or not.
        self.host.disconnect()
        good_looks, refused = 0, RefusedLogons()
        while True:
            look = self._look(before)
            good_looks = good_looks + 1 if look.boot_time else 0
            refused.count(look.trouble)
            if look.boot_time and good_looks >= 2:
                return look.boot_time
            if refused.are_enough:
                raise NotBack(self.host.name, wait.waited, f"{look.seen}; more tries could lock the account")
            if wait.is_over:
                raise NotBack(self.host.name, wait.waited, look.seen)
            wait.pause()

    def _boot_time_now(self) -> str:
        answers = self.host.probe({"system": operating_system()})
        with reading(self.host.name, "host_probe"):
            return boot_time(answers)

    def _look(self, before: str) -> _Look:
        try:
            answers = self.host.probe({"system": operating_system(), "services": services(*self.needed_services)})
            with reading(self.host.name, "host_probe"):
                now = boot_time(answers)
                is_restarted = not is_same_boot(before, now)
                stopped = [name for name in self.needed_services if not is_running(answers, name)]
        except TROUBLE as trouble:
            self.host.disconnect()
            refused = isinstance(trouble, ConnectionLost) and trouble.is_refused_logon
            return _Look(f"its logon is refused ({trouble})" if refused else f"it does not answer ({trouble})", trouble=trouble)
        if not is_restarted:
            return _Look("its boot time has not moved")
        if stopped:
            return _Look(f"its services are not running: {', '.join(stopped)}")
        return _Look("it is back", now)


def is_same_boot(one: str, other: str) -> bool:
    """Whether two boot times mean one boot: the time Windows gives moves a little with every correction of its clock.

    >>> is_same_boot("2026-03-01T01:00:00.1234567Z", "2026-03-01T01:00:04Z")
    True
    """
    return abs((utc_time(one) - utc_time(other)).total_seconds()) < SAME_BOOT_SECONDS


def boot_time(answers: Answers) -> str:
    """The boot time in the answer C(system). Raises Misshapen when it has none."""
    found = Fields(answers.data("system")).time("boot_time_utc")
    if found is None:
        raise Misshapen("the boot time is missing")
    return found


def is_running(answers: Answers, service: str) -> bool:
    """Whether the answer C(services) shows a service as running."""
    if answers["services"].state is not State.PRESENT:
        return False
    found = {name.lower(): facts for name, facts in answers["services"].data["services"].items()}
    return bool(found.get(service.lower(), {}).get("status") == "running")
