# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a management server works: services, ports, the Data Access service's own answer, and what the group says of it (5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..._upgrade.facts import Fact
from ..._upgrade.questions import Answer, Answers, Questions, State, Unreadable, listening_ports, services
from ..host.host_names import same_host

# OMSDK is the Data Access service, cshost Management Configuration, HealthService the Microsoft Monitoring Agent (5 W).
SERVER_SERVICES = ("OMSDK", "cshost", "HealthService")
AGENT_PORT = 5723
SDK_PORT = 5724

QUESTIONS: Questions = {
    "health.services": services(*SERVER_SERVICES),
    "health.ports": listening_ports(AGENT_PORT, SDK_PORT),
}

# For the hand scom_command, on the server itself: a network logon reaches its own Data Access service, not another's.
COMMANDS: Mapping[str, Mapping[str, Any]] = {
    "health.group": {"verb": "management_group"},
    "health.servers": {"verb": "management_servers"},
}


class Monitored(str, Enum):
    """How the group itself rates a server; SQL says it with 0 to 3, the Data Access service in words (probes 3.3 W, 4.2 D)."""

    UNINITIALIZED = "uninitialized"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"

    @classmethod
    def from_number(cls, number: int | None) -> Monitored | None:
        """The state of a ``health_state`` column; None for NULL and for numbers that mean nothing."""
        return list(cls)[number] if number is not None and 0 <= number < len(cls) else None


@dataclass(frozen=True)
class Sign:
    """One sign of health. ``good`` is None when it could not be read. A sign that does not ``decide`` is shown and nothing more."""

    name: str
    wanted: str
    seen: str
    good: bool | None
    decides: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.seen} (wanted {self.wanted})"


@dataclass(frozen=True)
class Health:
    """The verdict over all signs of one server."""

    signs: tuple[Sign, ...]

    @property
    def is_healthy(self) -> bool:
        """All signs that decide are good; one that could not be read is not good."""
        return bool(self.signs) and all(sign.good is True for sign in self.signs if sign.decides)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What keeps the server from being healthy, in words."""
        return tuple(str(sign) for sign in self.signs if sign.decides and sign.good is not True)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Signs that are not good and do not decide."""
        return tuple(str(sign) for sign in self.signs if not sign.decides and sign.good is not True)

    def text(self) -> str:
        """``healthy``, or why not, in one line."""
        return "healthy" if self.is_healthy else f"not healthy: {'; '.join(self.reasons) or 'nothing was asked'}"

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        signs = [{"name": sign.name, "wanted": sign.wanted, "seen": sign.seen, "good": sign.good} for sign in self.signs]
        return {"healthy": self.is_healthy, "reasons": list(self.reasons), "remarks": list(self.remarks), "signs": signs}


def read(
    answers: Answers,
    sdk: Answers | None = None,
    *,
    name: str = "",
    monitored: Fact[Monitored | None] | None = None,
    rating_decides: bool = True,
) -> Health:
    """The health of one server.

    ``answers``: to QUESTIONS, from the server. ``sdk``: to COMMANDS, None when they were not put. ``name``: its name, to find it among
    the servers its Data Access service lists. ``monitored``: what SQL says of it when the service was not asked.
    ``rating_decides``: False right after a setup with the other servers' services stopped: the group cannot rate anybody then.
    """
    signs = [_service(answers, service) for service in SERVER_SERVICES]
    signs += [_port(answers, port, what) for port, what in ((AGENT_PORT, "agents"), (SDK_PORT, "Data Access"))]
    if sdk is not None:
        signs += [_group_answers(sdk), _rating(_sdk_rating(sdk, name), rating_decides)]
    elif monitored is not None:
        signs += [_rating(monitored, rating_decides)]
    return Health(tuple(signs))


def _service(answers: Answers, service: str) -> Sign:
    found = Fact.reading("services", lambda: answers.data("health.services").get("services", {}), Unreadable, KeyError)
    if not found.is_known:
        return Sign(f"service {service}", "running", found.unread_reason, None)
    status = {name.casefold(): str(raw.get("status")) for name, raw in found.value.items()}.get(service.casefold(), "not installed")
    return Sign(f"service {service}", "running", status, status == "running")


def _port(answers: Answers, port: int, what: str) -> Sign:
    found = Fact.reading("ports", lambda: answers.data("health.ports").get("listening", []), Unreadable, KeyError)
    if not found.is_known:
        return Sign(f"TCP {port} ({what})", "listening", found.unread_reason, None)
    listens = any(int(one["port"]) == port for one in found.value)
    return Sign(f"TCP {port} ({what})", "listening", "listening" if listens else "nobody listens", listens)


def _group_answers(sdk: Answers) -> Sign:
    answer = sdk["health.group"] if "health.group" in sdk else Answer("health.group", State.UNKNOWN)
    reason = answer.error.message if answer.error else answer.state.value
    return Sign("Data Access service", "answers", "answers" if answer.is_present else reason, answer.is_present)


def _sdk_rating(sdk: Answers, name: str) -> Fact[Monitored | None]:
    def state() -> Monitored | None:
        servers = sdk.data("health.servers").get("servers", [])
        found = next((one for one in servers if same_host(str(one["name"]), name)), None)
        return Monitored(str(found["health_state"]).casefold()) if found else None

    return Fact.reading("rating", state, Unreadable, KeyError, ValueError)


def _rating(monitored: Fact[Monitored | None], decides: bool) -> Sign:
    wanted = "success"
    if not monitored.is_known:
        return Sign("rating by the group", wanted, monitored.unread_reason, None, decides)
    state = monitored.value
    if state is None:
        return Sign("rating by the group", wanted, "none", None, decides)
    # A warning can have any cause (a full log folder, say) and stays for days; the server works.
    if state is Monitored.WARNING:
        return Sign("rating by the group", wanted, state.value, False, decides=False)
    return Sign("rating by the group", wanted, state.value, state is Monitored.SUCCESS, decides)
