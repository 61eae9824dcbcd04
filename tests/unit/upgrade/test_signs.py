"""Whether something works by its signs, whichever product they are of."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Sign, Signs

GOOD = Sign("version", "2", "2", True, "1 D")
WRONG = Sign("service", "running", "stopped", False, "2 W", "dma1")
UNREAD = Sign("port", "open", "access is denied", None, "3 I")
SHOWN = Sign("alarms", "no more", "9 more", False, "4 D", decides=False)


def test_health_tells_what_is_missing_and_nothing_that_does_not_decide() -> None:
    found = Signs((GOOD, WRONG, UNREAD, SHOWN))
    assert not found.is_healthy
    assert found.missing == (WRONG, UNREAD)
    assert found.text() == "not healthy: dma1: service: stopped (wanted running); port: access is denied (wanted open)"
    assert Signs(()).text() == "not healthy: nothing was asked"


def test_the_result_of_health_tells_unread_from_wrong() -> None:
    assert Signs((GOOD, UNREAD)).as_result() == {
        "healthy": False,
        "reasons": ["port: access is denied (wanted open)"],
        "signs": [
            {"name": "version", "wanted": "2", "seen": "2", "good": True},
            {"name": "port", "wanted": "open", "seen": "access is denied", "good": None},
        ],
    }
