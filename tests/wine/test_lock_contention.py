# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two processes of one host want one lock in the same moment: powershell-probes.md section 5."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wine.wine_host import WineEngine, WineHost

ROUNDS = 8
CLOCK = "function Get-UtcNow {{ ConvertFrom-UtcText '2026-01-31T{time}Z' }}"


@pytest.fixture(scope="module")
def engines(wine_host: WineHost) -> tuple[WineEngine, WineEngine]:
    both = wine_host.engine(), wine_host.engine()
    for engine in both:
        engine.hand("host_lock", {"operation": "inspect", "name": "warm-up"})
    return both


def _at_once(engines: tuple[WineEngine, WineEngine], name: str, clock: str = "") -> list[dict[str, Any]]:
    together = threading.Barrier(2)

    def acquire(number: int) -> dict[str, Any]:
        together.wait(60)
        return engines[number].hand(
            "host_lock", {"operation": "acquire", "name": name, "owner": f"owner-{number}", "ttl_seconds": 60}, clock
        )

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(acquire, range(2)))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_one_of_two_gets_a_lock_that_nobody_has_used(engines: tuple[WineEngine, WineEngine], number: int) -> None:
    answers = _at_once(engines, f"new-{number}")

    assert sorted(answer["acquired"] for answer in answers) == [False, True]
    assert {answer["owner"] for answer in answers} == {f"owner-{[answer['acquired'] for answer in answers].index(True)}"}


def test_one_of_two_takes_over_an_expired_lock(engines: tuple[WineEngine, WineEngine]) -> None:
    early, late = CLOCK.format(time="12:00:00"), CLOCK.format(time="12:05:00")
    engines[0].hand("host_lock", {"operation": "acquire", "name": "stale", "owner": "gone", "ttl_seconds": 60}, early)

    answers = _at_once(engines, "stale", late)

    assert sorted(answer["acquired"] for answer in answers) == [False, True]
    assert sorted(answer["took_over"] for answer in answers) == [False, True]


def test_a_lock_outlives_a_restart_of_its_host(wine_host: WineHost) -> None:
    wine_host.hand("host_lock", {"operation": "acquire", "name": "lasting", "owner": "one"})

    wine_host.reboot()

    assert wine_host.hand("host_lock", {"operation": "inspect", "name": "lasting"})["owner"] == "one"
