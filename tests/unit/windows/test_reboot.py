"""A restart counts when the boot time has moved and the services are back, not when the host answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.patient_look import REFUSED_LOGONS
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.reboot import NotBack, Reboot
from hypothesis import given

from tests.unit.windows.fakes import LOST, Clock, FakeHost
from tests.unit.windows.test_unreadable_answers import LOOK, damaged

BEFORE, AFTER = "2026-03-01T00:00:00Z", "2026-03-01T02:00:00Z"


def look(boot: str, status: str = "running") -> dict[str, Any]:
    services = {"OMSDK": {"status": status}}
    return {
        "answers": {
            "system": {"state": "present", "data": {"boot_time_utc": boot}},
            "services": {"state": "present", "data": {"services": services}},
        }
    }


def reboot(host: FakeHost, clock: Clock) -> Reboot:
    return Reboot(host, lambda: None, ("OMSDK",), timeout_seconds=300, interval_seconds=10, clock=clock, sleep=clock.sleep)


def test_a_host_that_answers_with_its_old_boot_time_has_not_been_restarted() -> None:
    with pytest.raises(NotBack, match="its boot time has not moved"):
        reboot(FakeHost(look(BEFORE)), Clock()).run()


def test_a_restarted_host_is_back_when_its_services_run_in_two_looks() -> None:
    host = FakeHost(look(BEFORE), LOST, look(AFTER, "start_pending"), look(AFTER), look(AFTER))

    assert reboot(host, Clock()).run() == AFTER
    assert len(host.calls) == 5


def test_a_service_that_starts_and_falls_is_not_back() -> None:
    host = FakeHost(look(BEFORE), look(AFTER), look(AFTER, "stopped"))

    with pytest.raises(NotBack, match="its services are not running: OMSDK"):
        reboot(host, Clock()).run()


def test_a_host_that_is_going_down_already_is_held_against_the_boot_time_known_before() -> None:
    host, clock = FakeHost(LOST, look(AFTER), look(AFTER)), Clock()
    restarting = Reboot(host, lambda: None, ("OMSDK",), 300, 10, before=BEFORE, clock=clock, sleep=clock.sleep)

    assert restarting.run() == AFTER
    assert len(host.calls) == 3


REFUSED = ConnectionLost("ms1", "failed to authenticate with the server: Failed to authenticate the user", was_open=False)


def test_the_line_of_before_a_restart_is_given_up_before_anything_is_asked_over_it() -> None:
    host = FakeHost(look(BEFORE), look(AFTER), look(AFTER))
    asked: list[tuple[int, int]] = []
    Reboot(host, lambda: asked.append((len(host.calls), host.disconnects)), ("OMSDK",), 300, 10, clock=Clock(), sleep=lambda _: None).run()
    assert asked == [(1, 0)]
    assert host.disconnects == 1


def test_a_logon_that_is_refused_after_a_restart_is_not_tried_until_the_account_is_locked() -> None:
    host, clock = FakeHost(look(BEFORE), LOST, REFUSED), Clock()

    with pytest.raises(NotBack, match="the account") as stopped:
        reboot(host, clock).run()

    assert len(host.calls) == 2 + REFUSED_LOGONS
    assert "logon is refused" in stopped.value.seen


def test_a_logon_that_is_refused_until_the_domain_answers_is_tried_again() -> None:
    host = FakeHost(look(BEFORE), REFUSED, LOST, REFUSED, look(AFTER), look(AFTER))

    assert reboot(host, Clock()).run() == AFTER


@given(damaged({"answers": {key: LOOK[key] for key in ("system", "services")}}))
def test_a_damaged_look_after_a_restart_is_waited_over(answer: dict[str, Any]) -> None:
    host, clock = FakeHost(answer), Clock()
    with pytest.raises(NotBack):
        Reboot(host, lambda: None, ("OMSDK",), 30, 10, before="2026-03-01T00:00:00Z", clock=clock, sleep=clock.sleep).run()
