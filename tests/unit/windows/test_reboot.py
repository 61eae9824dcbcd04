"""A restart counts when the boot time has moved and the services are back, not when the host answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.reboot import NotBack, Reboot

from tests.unit.windows.fakes import LOST, Clock, FakeHost

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
