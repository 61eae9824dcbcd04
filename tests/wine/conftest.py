# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wine hosts for the tests of this room; every host that is made is stopped."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wine.long_tasks import LongTasks
from tests.wine.served_hosts import ServedHosts
from tests.wine.wine_host import Tools, WineHost, require_tools


@pytest.fixture(scope="session")
def wine_tools() -> Tools:
    return require_tools()


@pytest.fixture(scope="module")
def wine_host(wine_tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WineHost]:
    """One host for all tests of a file; it is restarted by those that say so."""
    host = WineHost(wine_tools, tmp_path_factory.mktemp("wine") / "host")
    try:
        yield host
    finally:
        host.stop()


@pytest.fixture
def tasks(wine_host: WineHost, request: pytest.FixtureRequest) -> LongTasks:
    """Starts, polls and forgets a task of the test's own."""
    return LongTasks(wine_host, f"t-{zlib.crc32(request.node.name.encode()):08x}")


@pytest.fixture(scope="module")
def served(wine_host: WineHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHosts]:
    """The file's host, as `ms1` of an inventory."""
    with ServedHosts(tmp_path_factory.mktemp("served"), {"ms1": wine_host}) as hosts:
        yield hosts


@pytest.fixture
def wine_group(wine_tools: Tools, tmp_path: Path) -> Iterator[Callable[..., ServedHosts]]:
    """Makes fresh hosts by their inventory names and serves them: ``wine_group("ms1.contoso.lab", "ms2.contoso.lab")``."""
    with contextlib.ExitStack() as stack:

        def make(*names: str) -> ServedHosts:
            hosts = {}
            for name in names:
                hosts[name] = WineHost(wine_tools, tmp_path / name)
                stack.callback(hosts[name].stop)
            return stack.enter_context(ServedHosts(tmp_path, hosts))

        yield make
