"""Methods of the web API v1, as far as an upgrade needs them (dataminer 10)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from tests.lab.products.dataminer.node import Node
from tests.lab.products.dataminer.users import login

_TYPES = "Skyline.DataMiner.Web.Common.v1."
_NO_SESSION = "Skyline.DataMiner.Web.Common.NoConnectionWebApiException"
Arguments = Mapping[str, Any]


class Refused(Exception):
    """An HTTP error with the exception's name."""

    def __init__(self, status: int, message: str, type: str = "System.Exception") -> None:
        super().__init__(message)
        self.status, self.message, self.type = status, message, type


class Sessions:
    """The API of all nodes. A session belongs to the node that gave it, and dies when DataMiner stops there."""

    def __init__(self, system: Any) -> None:
        self._system = system
        self._sessions: dict[str, Node] = {}
        for node in system.nodes.values():
            node.on_change.append(self._drop)

    def call(self, node: Node, method: str, arguments: Arguments, *, is_open: bool) -> Any:
        """The result of one method. Raises Refused."""
        if method in _ANONYMOUS:
            return _ANONYMOUS[method](node)
        if not is_open:
            raise Refused(500, "DataMiner is not running, or this agent is offline (0x80040301).")
        if method in ("ConnectApp", "ConnectAppAndInfo"):
            return self._connect(node, arguments, with_info=method.endswith("Info"))
        if method not in _METHODS and method not in _OF_A_SESSION:
            raise Refused(500, f"Unknown web method {method}.", "System.ArgumentException")
        connection = str(arguments.get("connection", ""))
        is_alive = self._sessions.get(connection) is node
        if method == "IsConnectionAlive":
            return is_alive
        if not is_alive:
            raise Refused(self._system.uncertain.session_error, "No connection available.", _NO_SESSION)
        if method == "LogOut":
            self._sessions.pop(connection)
            return None
        return _METHODS[method](node)

    def _connect(self, node: Node, arguments: Arguments, *, with_info: bool) -> Any:
        if "clientComputerName" not in arguments:
            raise Refused(500, "Missing parameter: clientComputerName.", "System.InvalidOperationException")
        refused = login(self._system, node.host, str(arguments.get("login", "")), str(arguments.get("password", "")))
        if refused and not with_info:
            raise Refused(500, refused)
        connection = None if refused else str(uuid.uuid4())
        if connection:
            self._sessions[connection] = node
        if not with_info:
            return connection
        milliseconds = _milliseconds(node)
        return {
            "__type": f"{_TYPES}DMAConnectAndInfo",
            "Connection": connection,
            "Message": refused or "",
            "MessageType": "Error" if refused else "",
            "DMAVersion": None if refused else _version_text(self._system, node),
            "Time": milliseconds,
            "TimeUTC": milliseconds,
            "ClusterInfo": {"IsCassandraActive": True, "IsSearchActive": True},
        }

    def _drop(self, node: Node) -> None:
        if node.state.value == "Disconnected":
            self._sessions = {id: one for id, one in self._sessions.items() if one is not node}


def _version_text(system: Any, node: Node) -> str:
    """DMAVersion; how it spells the version is uncertain (log-shapes 10)."""
    version = node.started_version
    texts = {"plain": f"{version.four}-{version.build}", "cu": f"{version.four}-{version.build}-CU{version.cu}", "date": version.installed}
    return texts[system.uncertain.version_text]


def _agents(node: Node) -> list[dict[str, Any]]:
    """One row an agent: a pair is one (0.7 D)."""
    rows = []
    for one in node.cluster_members:
        if one.pair and one is not one.pair.main:
            continue
        rows.append(
            {
                "__type": f"{_TYPES}DMAInfo",
                "ID": one.id,
                "Name": one.short_name,
                "PrimaryIP": one.agent_address,
                "Cluster": one.cluster,
                "Status": one.pair.status if one.pair else one.state.value,
                "IsFailOver": one.pair is not None,
                "LastChangeUTC": _milliseconds(one),
            }
        )
    return rows


def _statistics(node: Node) -> list[dict[str, Any]]:
    return [
        {
            "__type": f"{_TYPES}DMAStatistics",
            "ID": one.id,
            "AmountElements": one.spec.elements,
            "AmountElementsActive": one.spec.elements_active,
            "AmountServices": one.spec.services,
        }
        for one in node.cluster_members
        if one.pair is None or one is one.pair.main
    ]


def _cluster(node: Node) -> str:
    return node.cluster


def _web_version(node: Node) -> str:
    return node.web_version.four


def _alarms(node: Node) -> int:
    count: int = node.system.spec.alarms
    return count


def _milliseconds(node: Node) -> int:
    return int(node.host.clock.now().timestamp() * 1000)


def _time_zone(node: Node) -> str:
    return str(node.host.os.time_zone)


def _security(node: Node) -> dict[str, Any]:
    return {"__type": f"{_TYPES}DMASecurity", "AgentsUpgrade": True}


Method = Callable[[Node], Any]
_ANONYMOUS: dict[str, Method] = {"GetDataMinerClusterName": _cluster, "GetDataMinerAPIVersion": _web_version}
_METHODS: dict[str, Method] = {
    "GetDataMinerAgentsInfo": _agents,
    "GetDataMinerAgentsStatistics": _statistics,
    "GetActiveAlarmsCount": _alarms,
    "GetDataMinerAgentTimeUTC": _milliseconds,
    "GetDataMinerAgentTimeZone": _time_zone,
    "GetSecurityInfo": _security,
}
_OF_A_SESSION = ("IsConnectionAlive", "LogOut")
