# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The web server of a DataMiner Agent on a Wine host: the web API for the controller, the APIGateway's page for the host itself.

It answers by the host's own files. The product's ports are opened where they are free; what asks for those that are not gets its answer
from `AgentWeb.answer`, a hook of the served machine.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.versions import Version
from tests.lab.winrm.certificate import LOOPBACK, certificate
from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import ExecManifest
from tests.wine.dataminer_agent import CLUSTER, ID, RUNNING, SOURCE, TARGET
from tests.wine.wine_host import WineHost

HTTP, HTTPS = 80, 443
GATEWAY, API = "/APIGateway/api/version", "/API/v1/Json.asmx/"
_AWAY = {"Message": "DataMiner is not running (0x80040301).", "ExceptionType": "System.Exception"}
_NO_SESSION = {"Message": "No connection available.", "ExceptionType": "Skyline.DataMiner.Web.Common.NoConnectionWebApiException"}
Reply = tuple[int, Any]


class AgentWeb:
    """Use as a context manager. ``accounts``: passwords by user; ``directory``: of the certificate, which nobody trusts.

    ``url``: of the web API for the controller. ``logins``: users in the order in which they came. ``taken``: ports of the product that this
    machine does not let us have, and why.
    """

    def __init__(self, host: WineHost, address: str, accounts: Mapping[str, str], directory: Path) -> None:
        self.host = host
        self.address = address
        self.accounts = dict(accounts)
        self.logins: list[str] = []
        self.url = ""
        self.taken: dict[int, str] = {}
        self._directory = directory
        # By connection id, the start of DataMiner that it belongs to: no session outlives it.
        self._sessions: dict[str, int] = {}
        self._opened = ExitStack()

    def __enter__(self) -> AgentWeb:
        self.url = f"http://{LOOPBACK}:{self._open(0)}"
        for port in (HTTP, HTTPS):
            try:
                self._open(port)
            except OSError as error:
                self.taken[port] = str(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def answer(self, manifest: ExecManifest) -> Mended | None:
        """The answer to a probe that asks for a port this machine does not let us have; None for every other call."""
        if not self.taken or not manifest.is_module or not manifest.module_name.endswith(".host_probe"):
            return None
        return Mended(self, manifest.module_args)

    def mend(self, answers: dict[str, Any]) -> None:
        """Puts what a node would say in the place of what this machine's own ports say."""
        for name, answer in answers.items():
            if name == "dm.ports":
                others = [one for one in answer["data"]["listening"] if one["port"] not in self.taken]
                answer["data"]["listening"] = others + [{"port": port, "address": "0.0.0.0"} for port in self.taken]
            elif name == "dm.gateway_plain" and HTTP in self.taken:
                status, body = self.get(GATEWAY)
                page = {"status": status, "body": base64.b64encode(json.dumps(body).encode()).decode()}
                answer.update(state="present", error=None, data={**page, "elapsed_ms": 1, "content_type": "application/json"})

    @property
    def version(self) -> Version:
        """What the node runs, by the last line of its version history."""
        last = self.host.path(state_files.HISTORY).read_text(encoding="utf-8").splitlines()[-1]
        return next(one for one in (SOURCE, TARGET) if one.installed in last)

    @property
    def start(self) -> int | None:
        """Which start of DataMiner runs; None while it does not."""
        try:
            return self.host.path(RUNNING).stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def get(self, path: str) -> Reply:
        if path.partition("?")[0] != GATEWAY:
            return 404, {}
        if self.start is None:
            return 503, {}
        return 200, [{"Name": "APIGateway", "Version": "0.0.1.52414"}, {"Name": "SLNet", "Version": self.version.module}]

    def post(self, path: str, arguments: Mapping[str, Any]) -> Reply:
        method = path.partition("?")[0].removeprefix(API)
        if method == "GetDataMinerAPIVersion":
            return 200, {"d": self.version.four}
        if (start := self.start) is None:
            return 500, _AWAY
        if method == "ConnectAppAndInfo":
            return 200, {"d": self._connect(arguments, start)}
        if self._sessions.get(str(arguments.get("connection"))) != start:
            return 500, _NO_SESSION
        methods: dict[str, Callable[[], Any]] = {
            "GetDataMinerAgentsInfo": self._agents,
            "GetDataMinerAgentsStatistics": lambda: [{"ID": ID, "AmountElements": 12, "AmountElementsActive": 11, "AmountServices": 3}],
            "GetActiveAlarmsCount": lambda: 4,
            "LogOut": lambda: self._log_out(str(arguments["connection"])),
        }
        return (200, {"d": methods[method]()}) if method in methods else (500, {"Message": f"Unknown web method {method}."})

    def _connect(self, arguments: Mapping[str, Any], start: int) -> dict[str, Any]:
        login = str(arguments["login"])
        self.logins.append(login)
        if self.accounts.get(login) != arguments["password"]:
            return {"Connection": None, "Message": "Invalid user name or password.", "MessageType": "Error", "DMAVersion": None}
        connection = f"session-{len(self.logins)}"
        self._sessions[connection] = start
        version = f"{self.version.four}-{self.version.build}"
        return {"Connection": connection, "Message": "", "MessageType": "", "DMAVersion": version}

    def _log_out(self, connection: str) -> None:
        del self._sessions[connection]

    def _agents(self) -> list[dict[str, Any]]:
        return [{"ID": ID, "Name": "dma1", "PrimaryIP": self.address, "Cluster": CLUSTER, "Status": "Running", "IsFailOver": False}]

    def _open(self, port: int) -> int:
        server = ThreadingHTTPServer((LOOPBACK, port), _handler(self))
        self._opened.callback(server.server_close)
        if port == HTTPS:
            context = certificate(self._directory, ["dma1"]).context()
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self._opened.callback(thread.join)
        self._opened.callback(server.shutdown)
        return int(server.server_address[1])


class Mended:
    """A probe that is run on the host, and whose answers about ports we could not open are ours."""

    def __init__(self, web: AgentWeb, arguments: dict[str, Any]) -> None:
        self._web = web
        self._arguments = arguments

    def feed(self, line: str) -> None:
        """Nothing more is asked of the caller."""

    async def run(self) -> Result:
        result = await asyncio.to_thread(self._web.host.hand, "host_probe", self._arguments)
        self._web.mend(result["answers"])
        return Result(0, [json.dumps(result)], [], False)


def _handler(web: AgentWeb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(*web.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._reply(*web.post(self.path, json.loads(body or b"{}")))

        def log_message(self, format: str, *args: Any) -> None:
            """The test's own output stays free of it."""

        def _reply(self, status: int, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
