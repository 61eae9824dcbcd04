# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why a setup is refused, and what starting or following one on a management server needs to say beside what every product says."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade import steps
from ..._upgrade.steps import Done, Reason, Refused


class Kind(Reason):
    """Why a setup is refused: the rule's name, its source mark, and the reason in words."""

    UNKNOWN_TARGET = ("scom.target", "2.1 D", "only releases with a published upgrade path can be a target")
    NOT_A_MANAGEMENT_SERVER = ("scom.role", "5 W", "this upgrades management servers; other roles have an order of their own")
    SETUP_RUNNING_HERE = ("scom.one_setup", "4 W", "two setups on one host disturb each other")
    LOST = ("scom.no_second_start", "1 D", "a setup that died half-way may have changed the databases; starting it again is a decision")
    OTHER_TASK = ("scom.one_task", "1 D", "a setup that was started is verified before the next one starts")
    WRONG_PATH = ("scom.path.hop", "2.1 D", "an in-place upgrade leads from one release to the next only")
    GROUP_UNREAD = ("scom.group.known", "1 D", "the order of a group is not guessed: its own list decides")
    GROUP_MISMATCH = ("scom.group.complete", "1 D", "a rule about the whole group needs the whole group")
    PEER_UNREACHABLE = ("scom.group.reachable", "1 D", "a server that cannot be asked may be running setup")
    PEER_SETUP_RUNNING = ("scom.one_at_a_time", "1 D", "no two management servers of a group are upgraded at once")
    LOCKED = ("scom.lock", "1 D", "one setup at a time in a management group")
    NAMED_FIRST = ("scom.first_named", "1 D", "the first management server is upgraded alone, before all others")
    FIRST_UNFINISHED = ("scom.first_alone", "1 D", "two servers running the database script at once can damage the database")
    FIRST_UNHEALTHY = ("scom.first_healthy", "1 D", "the others follow when the first is confirmed healthy")
    PEER_SERVICES = ("scom.services_of_others", "6.1 D", "services that use the databases while setup changes them can break the upgrade")
    WRONG_PASSWORD = ("scom.wrong_password", "10 W", "a wrong password fails setup, and every use of it counts against the lockout")
    BLOCKED = ("scom.prerequisites", "6 D", "setup would fail, or fail half-way")

    @property
    def names_subject(self) -> str:
        """It is always about one management server."""
        return "host"

    @property
    def clears_by_itself(self) -> bool:
        """Whether waiting may be enough: a server that was just started is not healthy at once."""
        return self is Kind.FIRST_UNHEALTHY


@dataclass(frozen=True)
class Attach(steps.Attach):
    """A setup was started before, by whom ever. With a task that has ended only the proof is left as well.

    ``restarts``: the server owes a restart before it.
    """

    restarts: bool = False

    @property
    def changes(self) -> bool:
        """Whether carrying it out counts as a change: a setup that was begun is brought to its end."""
        return self.task is not None or self.restarts


@dataclass(frozen=True, kw_only=True)
class Start(steps.Plan):
    """Setup may be started now. ``forgets_lost``: the lost task of before has to be forgotten first, as the operator decided."""

    task_id: str
    is_first: bool
    others: tuple[str, ...] = ()
    forgets_lost: bool = False


Step = Done | Attach | Start | Refused
