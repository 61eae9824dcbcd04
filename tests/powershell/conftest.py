# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every test in this room needs a PowerShell engine; some need something to look at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.engine import host_that_transcribes, require_pwsh

ROOM = Path(__file__).parent
LAST = ("test_unreached_statements", "test_transcription")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What was reached, and what was transcribed, is known when everything else has run."""
    items.sort(key=lambda item: LAST.index(item.path.stem) if item.path.stem in LAST else -1)


@pytest.fixture
def whole_room(request: pytest.FixtureRequest) -> bool:
    """Whether all tests of this room run in this process."""
    options = request.config.option
    files = {item.path for item in request.session.items}
    chosen = options.keyword or options.markexpr or any("::" in str(argument) for argument in request.config.args)
    return files >= set(ROOM.glob("test_*.py")) and not chosen


@pytest.fixture(scope="session", autouse=True)
def pwsh() -> str:
    """The path of the engine; without one the whole room is skipped with the reason."""
    return require_pwsh()


@pytest.fixture(params=[True, False], ids=["transcribed", "not transcribed"])
def either_host(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test is run on a host with the policy of transcription, as all are, and on one without, where the binder takes another way."""
    with host_that_transcribes(request.param):
        yield


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = int(self.path.rpartition("/")[2] or 200)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(b"hello world")

    def log_message(self, *_: Any) -> None:
        """Keeps the test's output to itself."""


@pytest.fixture(scope="session")
def web() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Setup.log").write_bytes(b"0123456789")
    (tmp_path / "setup.log1").write_bytes(b"older")
    (tmp_path / "sub.log").mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory, web: str) -> dict[str, Any]:
    """One round trip with a question of every kind. The collection can be imported only when the tests run, not when this file is read."""
    from tests.powershell.questions import certificate_store, one_of_every_kind
    from tests.powershell.windows import probe, registry

    folder = tmp_path_factory.mktemp("logs")
    (folder / "Setup.log").write_bytes(b"0123456789")
    questions = one_of_every_kind(folder, web)
    tree = registry()
    del tree["HKLM"]["SOFTWARE"]["Locked"]
    return probe(questions, certificate_store("ms1.contoso.lab"), tree, secrets='{"das": "right"}')
