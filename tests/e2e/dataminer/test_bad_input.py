"""What an operator can get wrong is told in one paragraph that names it, before anything is uploaded, started or locked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import UPGRADE, a_system, variables
from tests.e2e.plays import Play, play
from tests.lab.client import ServedWorld

AT_ONCE = 3
PACKAGE = {"source": "/nowhere/DataMiner 10.5.0.0-16806 CU12.dmupgrade", "sha256": "0" * 64}

# What is given with the command, and what the message has to name.
MISTAKES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a misspelt variable": ({"dataminer_failover_polcy": "backup_first"}, ("dataminer_failover_polcy", "dataminer_other_variables")),
    "a package without a hash": ({"dataminer_package": {"source": PACKAGE["source"]}}, ("dataminer_package.sha256 is not set",)),
    "an unknown rule": ({"dataminer_waive": ["dataminer.snmp.prot"]}, ("dataminer_waive", "dataminer.snmp.prot")),
    "a package that is not there": ({"dataminer_package": PACKAGE}, ("dataminer_package.source", "/nowhere/DataMiner")),
    "an orchestrator that is no node": ({"dataminer_orchestrator": "dma9"}, ("dataminer_orchestrator", "dma9")),
    "a web server without HTTPS": ({"dataminer_api_url": "http://dma1"}, ("dataminer_api_url", "http://dma1", "dataminer_api_allow_http")),
    "one rule waived and raised": (
        {"dataminer_waive": ["dataminer.backup.age"], "dataminer_raise": ["dataminer.backup.age"]},
        ("dataminer_raise", "dataminer.backup.age", "waived and raised"),
    ),
}


@pytest.fixture(scope="module")
def world(serve_for_module: Serve) -> ServedWorld:
    return serve_for_module(a_system())


@pytest.fixture(scope="module")
def plays(world: ServedWorld) -> dict[str, Play]:
    def run(given: dict[str, Any]) -> Play:
        return play(world, *UPGRADE, *variables(world, **given))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(MISTAKES, pool.map(run, [given for given, _names in MISTAKES.values()]), strict=True))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_in_one_paragraph(plays: dict[str, Play], name: str) -> None:
    failed = plays[name]
    assert failed.completed.code in (2, 4), failed.text
    (message,) = failed.messages.values()
    assert "\n\n" not in message.strip()
    assert "Traceback" not in message
    assert all(word in message for word in MISTAKES[name][1]), message


def test_no_mistake_uploads_starts_or_locks_anything(world: ServedWorld, plays: dict[str, Play]) -> None:
    assert len(plays) == len(MISTAKES)
    assert {one.event for one in world.journal.entries} <= {"world.begin", "request", "web.request"}
