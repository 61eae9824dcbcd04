"""One group, one upgrade at a time; the lock belongs to the work, not to the controller."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import GroupLock, LockHeld
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import left_held

from tests.unit.windows.fakes import LOST, Clock, FakeHost
from tests.unit.windows.test_waiting import REFUSED

MINE = {"acquired": True, "released": True}
HELD = {
    "acquired": False,
    "owner": "scom-management-server-2025@ms2",
    "purpose": "upgrade ms2",
    "acquired_utc": "2026-03-01T01:00:00Z",
    "expires_utc": "2026-03-01T01:15:00Z",
}


def lock(host: FakeHost, clock: Clock) -> GroupLock:
    return GroupLock(host, "scom-prod", "scom-management-server-2025@ms1", "upgrade ms1 to 2025", 900, clock)


def test_the_lock_is_released_after_the_work_and_after_its_failure() -> None:
    for error in (None, ValueError("setup failed")):
        host = FakeHost(MINE)
        try:
            with lock(host, Clock()):
                if error:
                    raise error
        except ValueError:
            pass
        assert host.operations() == ["acquire", "release"]


def test_the_lock_is_kept_when_the_work_goes_on_without_us() -> None:
    host = FakeHost(MINE)

    with pytest.raises(StillRunning), lock(host, Clock()):
        raise StillRunning("ms1", "scom-management-server-2025", "watched for 360 min", None)

    assert host.operations() == ["acquire"]


def test_a_lock_held_by_other_work_says_who_holds_it() -> None:
    with pytest.raises(LockHeld) as caught, lock(FakeHost(HELD), Clock()):
        pass

    assert caught.value.holder.owner == "scom-management-server-2025@ms2"
    assert caught.value.holder.expires_utc == "2026-03-01T01:15:00Z"


def test_the_lock_is_renewed_at_a_third_of_its_life_and_not_at_every_look() -> None:
    host, clock = FakeHost(MINE), Clock()

    with lock(host, clock) as held:
        for _unused in range(61):
            clock.now += 10
            held.renew()

    assert host.operations().count("renew") == 2


def test_a_lock_host_that_reboots_does_not_stop_the_work() -> None:
    host, clock = FakeHost(MINE, LOST, MINE), Clock()

    with lock(host, clock) as held:
        clock.now += 400
        held.renew()
        held.renew()

    assert host.operations() == ["acquire", "renew", "renew", "release"]


def test_a_lock_host_that_refuses_our_logon_is_not_asked_until_the_account_is_locked() -> None:
    clock = Clock()
    host = FakeHost(MINE, REFUSED, MINE)
    held = lock(host, clock)
    held.__enter__()
    for _unused in range(100):
        clock.sleep(5)
        held.renew()
    assert host.operations() == ["acquire", "renew"]
    clock.sleep(150)
    held.renew()
    assert host.operations() == ["acquire", "renew", "renew"]


def test_a_lock_that_others_had_meanwhile_is_taken_again_when_they_leave_it() -> None:
    host, clock = FakeHost(MINE, HELD, HELD, HELD, MINE, MINE), Clock()

    with lock(host, clock) as held:
        clock.now += 400
        held.renew()
        held.renew()
        held.renew()

    assert host.operations() == ["acquire", "renew", "acquire", "renew", "acquire", "release"]


def test_a_lock_host_that_fails_to_renew_does_not_stop_the_work() -> None:
    host, clock = FakeHost(MINE, HandFailed("ms1", "host_lock", {"msg": "disk full"})), Clock()

    with lock(host, clock) as held:
        clock.now += 400
        held.renew()

    assert host.operations() == ["acquire", "renew", "release"]


@pytest.mark.parametrize("error", [KeyError("state"), HandFailed("ms1", "sql_query", {"msg": "out of memory"})], ids=["unknown", "known"])
def test_the_lock_is_kept_for_any_error_while_what_it_protects_may_be_running_and_the_error_says_so(error: Exception) -> None:
    host = FakeHost(MINE)

    with pytest.raises(type(error)), lock(host, Clock()) as held:
        held.keep()
        raise error

    assert host.operations() == ["acquire"]
    assert [text for text in left_held(error) if "the lock scom-prod on ms1" in text and "within 15 min" in text]


def test_the_lock_is_kept_when_somebody_interrupts_the_controller() -> None:
    host = FakeHost(MINE)

    with pytest.raises(KeyboardInterrupt), lock(host, Clock()):
        raise KeyboardInterrupt

    assert host.operations() == ["acquire"]


def test_a_lock_that_was_never_entered_is_taken_at_its_first_renewal_however_young_the_controller_is() -> None:
    """Monotonic clocks begin at the controller's boot, and attaching renews without having entered."""
    host, clock = FakeHost(HELD, MINE), Clock()

    with lock(host, clock).if_free() as attached:
        attached.renew()

    assert host.operations() == ["renew", "acquire", "release"]


def test_work_that_others_have_the_lock_of_goes_on_without_it_until_they_leave_it() -> None:
    host, clock = FakeHost(HELD, HELD, HELD, MINE), Clock()

    with pytest.raises(StillRunning), lock(host, clock).if_free() as attached:
        attached.renew()
        raise StillRunning("ms1", "scom-management-server-2025", "watched for 360 min", None)

    assert host.operations() == ["renew", "acquire", "renew", "acquire"]


def test_a_long_entry_is_shortened_at_the_first_renewal_and_told_as_what_it_is_until_then() -> None:
    host, clock, told = FakeHost(MINE), Clock(), []

    for renewals in (0, 2):
        error = StillRunning("ms1", "scom-management-server-2025", "watched for 360 min", None)
        with pytest.raises(StillRunning), GroupLock(host, "dm-prod", "dm@dma1", "upgrade", 900, clock, entry_seconds=3600) as held:
            for _unused in range(renewals):
                held.renew()
            raise error
        told.append(left_held(error)[0])

    assert [(arguments["operation"], arguments["ttl_seconds"]) for _module, arguments in host.calls] == [
        ("acquire", 3600),
        ("acquire", 3600),
        ("renew", 900),
    ]
    assert "within 60 min" in told[0] and "within 15 min" in told[1]
