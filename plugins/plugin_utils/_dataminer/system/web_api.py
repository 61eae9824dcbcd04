# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The web services API v1: the calls an upgrade needs, and what their answers say (10, log-shapes 10).

Calls go from the controller to a node over HTTPS; who sends them is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..files.text_lines import decoded
from ..versions.versions import NotAVersion, Version, parse
from .cluster import ApiAgent

PATH = "/API/v1/Json.asmx/"
CLIENT = "systemcenter.upgrade"
_NO_SESSION = "noconnection"


class Trouble(Enum):
    """Why a call brought no answer. ``SESSION``: it has ended, connect again. ``AWAY``: the API is not there, as during an upgrade.

    ``LOST``, ``FAILED``, ``UNREADABLE``: it was asked, and may have done what it was asked.
    """

    SESSION = "the session has ended"
    REFUSED = "the login was refused"
    AWAY = "the web API does not answer"
    LOST = "its answer was lost"
    FAILED = "the web API failed"
    UNREADABLE = "the answer is not one of the web API"


class ApiTrouble(Exception):
    """A call that brought no answer; the message is for people."""

    def __init__(self, kind: Trouble, message: str) -> None:
        self.kind = kind
        self.message = message
        super().__init__(f"{kind.value}: {message}" if message else kind.value)


@dataclass(frozen=True)
class AgentCounts:
    """What one agent has, by its DataMiner ID: elements, active ones, and services."""

    elements: int
    active: int
    services: int

    def has_fewer_than(self, other: AgentCounts) -> bool:
        """Whether anything is missing. More of it is nobody's loss: a system may be worked on during an upgrade."""
        return self.elements < other.elements or self.active < other.active or self.services < other.services

    def __str__(self) -> str:
        return f"{self.elements} elements, {self.active} active, {self.services} services"


@dataclass(frozen=True)
class Call:
    """One POST with a JSON body. The arguments may hold a password and are in no representation."""

    method: str
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def path(self) -> str:
        return PATH + self.method

    @property
    def body(self) -> bytes:
        return json.dumps(dict(self.arguments)).encode()


def connect(login: str, password: str) -> Call:
    """Logs in and tells the version of the agent that answers. ``clientComputerName`` must be there (log-shapes 10)."""
    client = {"clientAppName": CLIENT, "clientAppVersion": "1", "clientComputerName": CLIENT}
    return Call("ConnectAppAndInfo", {"host": "", "login": login, "password": password, **client})


def of_session(method: str, connection: str) -> Call:
    """A call within a session: GetDataMinerAgentsInfo, GetDataMinerAgentsStatistics, GetActiveAlarmsCount, LogOut."""
    return Call(method, {"connection": connection})


AGENTS, STATISTICS, ALARMS, LOG_OUT = "GetDataMinerAgentsInfo", "GetDataMinerAgentsStatistics", "GetActiveAlarmsCount", "LogOut"
# Without a session: of the node that is asked, so that it is asked past the reverse proxy.
WEB_VERSION = Call("GetDataMinerAPIVersion")
BYPASS = "?bypassProxy=true"


# With these the API itself has answered; what stands before it answers 502 to 504 while it is away (10 D).
_ITS_OWN = (200, 500)
# How a login is refused with an error is not published; that DataMiner does not run yet is told with one too, and tries nothing.
_OF_A_LOGON = ("password", "user", "log on", "logon", "login", "credential", "authenticat", "account")


def when_lost(status: int) -> Trouble:
    """What it means that the body of an answer with this status was lost."""
    return Trouble.LOST if status in _ITS_OWN else Trouble.AWAY


def result(status: int, body: bytes) -> Any:
    """What a call brought back. Raises ApiTrouble.

    >>> result(200, b'{"d": 12}')
    12
    """
    value = _json(body)
    if status == 200:
        if not isinstance(value, dict) or "d" not in value:
            raise ApiTrouble(Trouble.UNREADABLE, "it has no d")
        return value["d"]
    message = str(value.get("Message") or "")[:300] if isinstance(value, dict) else ""
    kind = str(value.get("ExceptionType") or "") if isinstance(value, dict) else ""
    if _NO_SESSION in kind.casefold() or (status in (401, 403) and not message):
        raise ApiTrouble(Trouble.SESSION, message)
    speaks_of_it = any(word in message.casefold() for word in _OF_A_LOGON)
    raise ApiTrouble(Trouble.FAILED if status in _ITS_OWN and speaks_of_it else Trouble.AWAY, message or f"HTTP status {status}")


@dataclass(frozen=True)
class Session:
    """A login: its connection id, and the version of the agent that answered, None when it did not say one that can be read."""

    connection: str = field(repr=False)
    version: Version | None


def read_session(answer: Any) -> Session:
    """The session of a login. Raises ApiTrouble when it was refused, also for a second step that nobody is there to take."""
    if not isinstance(answer, dict):
        raise ApiTrouble(Trouble.UNREADABLE, "a login answers with an object")
    connection = answer.get("Connection")
    if not connection:
        kind, message = str(answer.get("MessageType") or ""), str(answer.get("Message") or "")
        second = "it wants a second step; use an account without one" if kind.casefold() == "challenge" else ""
        raise ApiTrouble(Trouble.REFUSED, (second or message)[:300])
    return Session(str(connection), _version(answer.get("DMAVersion")))


def read_agents(answer: Any) -> tuple[ApiAgent, ...]:
    """The agents of the cluster, a pair as one. Raises ApiTrouble.

    >>> read_agents([{"ID": 701, "Name": "dma-a", "PrimaryIP": "10.20.0.11", "Cluster": "labx", "Status": "Running"}])[0].id
    701
    """
    return tuple(
        ApiAgent(
            id=row["ID"],
            name=str(row.get("Name") or ""),
            address=str(row.get("PrimaryIP") or ""),
            cluster=str(row.get("Cluster") or ""),
            status=str(row.get("Status") or ""),
            is_failover=bool(row.get("IsFailOver")),
        )
        for row in _rows(answer)
    )


def read_counts(answer: Any) -> dict[int, AgentCounts]:
    """Elements and services by DataMiner ID. Raises ApiTrouble."""
    return {
        row["ID"]: AgentCounts(*(_count(row.get(name) or 0) for name in ("AmountElements", "AmountElementsActive", "AmountServices")))
        for row in _rows(answer)
    }


def read_alarms(answer: Any) -> int:
    """The number of active alarms. Raises ApiTrouble."""
    return _count(answer)


def read_web_version(answer: Any) -> Version | None:
    """The version of the web applications; None when the answer names none."""
    return _version(answer)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ApiTrouble(Trouble.UNREADABLE, "a count is a number")
    return value


def _version(text: Any) -> Version | None:
    try:
        return parse(text) if isinstance(text, str) else None
    except NotAVersion:
        return None


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _rows(answer: Any) -> list[dict[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(row, dict) and _is_id(row.get("ID")) for row in answer):
        raise ApiTrouble(Trouble.UNREADABLE, "it is no list of agents")
    return answer


def _json(body: bytes) -> Any:
    try:
        return json.loads(decoded(body))
    except (ValueError, RecursionError):
        return None
