"""What a node answers over HTTP: APIGateway's version page, the web API v1, and on an offline node the other one's answers.

Sources: dataminer 0.8 (reverse proxy), 6 (the orchestrator answers last), 9 (ladder), 10 (web API); log-shapes 10 (shapes).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tests.lab.products.dataminer import web_api
from tests.lab.products.dataminer.node import Node, State
from tests.lab.products.dataminer.versions import is_at_least

JSON, HTML = "application/json; charset=utf-8", "text/html"
_PROXY_SINCE = "10.2.0 CU9 / 10.2.12"
_OPEN_ORCHESTRATOR_SINCE = "10.7.0 / 10.6.6"


@dataclass(frozen=True)
class Request:
    """One request; `target` is path and query."""

    method: str
    target: str
    body: bytes = b""
    port: int = 443

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = HTML


class Web:
    """The web server of every node of a system."""

    def __init__(self, system: Any) -> None:
        self._system = system
        self._sessions = web_api.Sessions(system)

    def answer(self, node: Node, request: Request) -> Reply:
        """What a node's web server says. The caller has seen that something listens on the port."""
        if request.port == 8004:
            return Reply(500)  # remoting has no pages; any answer means that SLNet listens (9 D)
        other = self._proxied(node, request)
        if other is None:
            return self._own(node, request)
        if not other.is_service_running("W3SVC"):
            return Reply(502, b"<h1>502.3 - Bad Gateway</h1>")
        return self._own(other, replace(request, target=request.target))

    def _proxied(self, node: Node, request: Request) -> Node | None:
        """The node an offline one hands its requests to, unless the query ends with bypassProxy=true (0.8)."""
        if node.pair is None or node.is_online or node.pair.online is None or not is_at_least(node.version, _PROXY_SINCE):
            return None
        if self._system.uncertain.reverse_proxy == "shared_name_only" and node.pair.is_virtual:
            return None
        online: Node = node.pair.online
        return None if request.query.lower().endswith("bypassproxy=true") else online

    def _own(self, node: Node, request: Request) -> Reply:
        path = request.path.lower()
        if path == "/apigateway/api/version":
            return self._gateway(node)
        if path.startswith("/api/v1/json.asmx/"):
            return self._api(node, request)
        return Reply(200, b"<html>DataMiner</html>") if path in ("/", "/endpoints.txt") else Reply(404)

    def _gateway(self, node: Node) -> Reply:
        if not node.is_service_running("DataMiner APIGateway"):
            return Reply(503, b"Service Unavailable")
        running = node.is_service_running("SLNet")
        hidden = self._system.uncertain.gateway_null_version and not is_at_least(node.version, "10.5.0 CU14 / 10.6.0 CU2 / 10.6.5")
        modules: dict[str, str | None] = {"APIGateway": "0.0.1.52414"}
        if running:
            modules |= dict.fromkeys(("SLNet", "SLNetUpgradeService"), None if hidden else node.started_version.module)
        return Reply(200, json.dumps(self._shaped(modules)).encode(), JSON)

    def _shaped(self, modules: dict[str, str | None]) -> Any:
        """The shape of the page is not published (10 U)."""
        shape = self._system.uncertain.gateway_shape
        if shape == "map":
            return modules
        name, version, endpoint = ("name", "version", "endpoint") if shape == "lower_case" else ("Name", "Version", "Endpoint")
        rows = [{name: one, version: its, endpoint: f"https://localhost/{one}"} for one, its in modules.items()]
        rows[0].pop(endpoint)  # only modules behind the proxy have one
        return {"Modules": rows} if shape == "object" else rows

    def _api(self, node: Node, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(500, b"Request format is unrecognized.")
        try:
            arguments = json.loads(request.body or b"{}")
        except ValueError:
            return Reply(500, _error("Invalid JSON primitive.", "System.ArgumentException"), JSON)
        method = request.path.rpartition("/")[2]
        try:
            result = self._sessions.call(node, method, arguments, is_open=self._is_open(node))
        except web_api.Refused as refused:
            return Reply(refused.status, _error(refused.message, refused.type), JSON)
        return Reply(200, json.dumps({"d": result}).encode(), JSON)

    def _is_open(self, node: Node) -> bool:
        """Whether one can log in: the agent runs, is online, and is no orchestrator whose run goes on (6 D)."""
        if node.state is not State.RUNNING or not node.is_online:
            return False
        operation = self._system.operation
        if operation is None or not operation.is_installing or operation.package.kind != "full":
            return True
        return operation.orchestrator is not node or is_at_least(node.version, _OPEN_ORCHESTRATOR_SINCE)


def _error(message: str, type: str) -> bytes:
    return json.dumps({"Message": message, "StackTrace": "", "ExceptionType": type}).encode()
