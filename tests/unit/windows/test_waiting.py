"""Waiting for a host: until it is good or the time is over, over trouble, and never until an account is locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.patient_look import look_until
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.waiting import Once, Patience

from tests.unit.windows.fakes import LOST, Clock

REFUSED = ConnectionLost("ms1", "failed to authenticate the user", was_open=False)


def looking(*found: Any) -> Callable[[], Any]:
    """Looks that find one thing after the other, the last one again and again; what is an error is raised."""
    left = list(found)

    def look() -> Any:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return one

    return look


def waited_for(*found: Any, seconds: float = 60, clock: Clock | None = None, **told: Any) -> Any:
    clock = clock or Clock()
    return look_until(looking(*found), lambda one: one == "good", Patience(seconds, 10, clock, clock.sleep), **told)


def test_what_is_good_at_once_is_not_waited_for() -> None:
    clock = Clock()
    assert waited_for("good", clock=clock) == "good"
    assert clock.sleeps == []


def test_what_was_seen_last_is_returned_when_the_time_is_over() -> None:
    clock = Clock()
    assert waited_for("bad", clock=clock) == "bad"
    assert clock.sleeps == [10] * 7, "one look more once the time is over"


def test_nothing_is_told_of_waiting_where_nobody_waits_any_more() -> None:
    told: list[str] = []
    waited_for("bad", seconds=15, on_pause=told.append)
    assert told == ["bad"] * 2


def test_a_host_that_does_not_answer_for_a_while_is_waited_for_and_told() -> None:
    told: list[Exception] = []
    assert waited_for(LOST, LOST, "good", on_trouble=told.append) == "good"
    assert told == [LOST, LOST]


def test_a_host_that_does_not_answer_when_the_time_is_over_is_the_trouble_that_it_has() -> None:
    with pytest.raises(ConnectionLost, match="reset"):
        waited_for("bad", LOST)


def test_a_logon_that_is_refused_three_times_in_a_row_is_tried_no_more() -> None:
    clock = Clock()
    with pytest.raises(ConnectionLost):
        waited_for("bad", REFUSED, clock=clock)
    assert clock.sleeps == [10] * 3


@pytest.mark.parametrize("between", ["bad", HandFailed("ms1", "host_probe", {"msg": "busy"})], ids=["an answer", "a helper that failed"])
def test_a_host_that_lets_us_in_has_forgotten_the_logons_that_it_refused(between: Any) -> None:
    assert waited_for(REFUSED, REFUSED, between, REFUSED, REFUSED, "good") == "good"


def test_refused_logons_count_on_while_the_host_is_away_in_between() -> None:
    with pytest.raises(ConnectionLost, match="authenticate"):
        waited_for(REFUSED, LOST, REFUSED, LOST, REFUSED, "good")


def test_the_pause_grows_with_the_time_that_was_waited() -> None:
    clock = Clock()
    Patience(2000, Limits().interval, clock, clock.sleep).until(lambda: "bad", lambda _: False)
    assert sorted(set(clock.sleeps)) == [5, 15, 60] and clock.sleeps == sorted(clock.sleeps)


def test_the_same_thing_is_told_once_until_another_one_was() -> None:
    told: list[str] = []
    once = Once(told.append)
    for what in ("OMSDK", "OMSDK", "cshost", "OMSDK"):
        once(what)
    assert told == ["OMSDK", "cshost", "OMSDK"]
