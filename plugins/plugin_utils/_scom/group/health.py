# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a management server works: services, ports, the Data Access service's own answer, and what the group says of it (5)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ..._upgrade.facts import Fact
from ..._upgrade.questions import Answer, Answers, Questions, State, Unreadable, listening_ports, services
from ..._upgrade.signs import Sign, Signs
from ..host.host_names import same_host

# OMSDK is the Data Access service, cshost Management Configuration, HealthService the Microsoft Monitoring Agent (5 W).
SERVER_SERVICES = ("OMSDK", "cshost", "HealthService")
AGENT_PORT = 5723
SDK_PORT = 5724
_SOURCE = "5 W"

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


def read(
    answers: Answers,
    sdk: Answers | None = None,
    *,
    name: str = "",
    monitored: Fact[Monitored | None] | None = None,
    rating_decides: bool = True,
) -> Signs:
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
    return Signs(tuple(signs))


def _service(answers: Answers, service: str) -> Sign:
    found = Fact.reading("services", lambda: answers.data("health.services").get("services", {}), Unreadable, KeyError)
    if not found.is_known:
        return Sign(f"service {service}", "running", found.unread_reason, None, _SOURCE)
    status = {name.casefold(): str(raw.get("status")) for name, raw in found.value.items()}.get(service.casefold(), "not installed")
    return Sign(f"service {service}", "running", status, status == "running", _SOURCE)


def _port(answers: Answers, port: int, what: str) -> Sign:
    found = Fact.reading("ports", lambda: answers.data("health.ports").get("listening", []), Unreadable, KeyError)
    if not found.is_known:
        return Sign(f"TCP {port} ({what})", "listening", found.unread_reason, None, _SOURCE)
    listens = any(int(one["port"]) == port for one in found.value)
    return Sign(f"TCP {port} ({what})", "listening", "listening" if listens else "nothing listens", listens, _SOURCE)


def _group_answers(sdk: Answers) -> Sign:
    answer = sdk["health.group"] if "health.group" in sdk else Answer("health.group", State.UNKNOWN)
    reason = answer.error.message if answer.error else answer.state.value
    return Sign("Data Access service", "answers", "answers" if answer.is_present else reason, answer.is_present, _SOURCE)


def _sdk_rating(sdk: Answers, name: str) -> Fact[Monitored | None]:
    def state() -> Monitored | None:
        servers = sdk.data("health.servers").get("servers", [])
        found = next((one for one in servers if same_host(str(one["name"]), name)), None)
        return Monitored(str(found["health_state"]).casefold()) if found else None

    return Fact.reading("rating", state, Unreadable, KeyError, ValueError)


def _rating(monitored: Fact[Monitored | None], decides: bool) -> Sign:
    wanted = "success"
    if not monitored.is_known:
        return Sign("rating by the group", wanted, monitored.unread_reason, None, _SOURCE, decides=decides)
    state = monitored.value
    if state is None:
        return Sign("rating by the group", wanted, "none", None, _SOURCE, decides=decides)
    # A warning can have any cause (a full log folder, say) and stays for days; the server works.
    if state is Monitored.WARNING:
        return Sign("rating by the group", wanted, state.value, False, _SOURCE, decides=False)
    return Sign("rating by the group", wanted, state.value, state is Monitored.SUCCESS, _SOURCE, decides=decides)
