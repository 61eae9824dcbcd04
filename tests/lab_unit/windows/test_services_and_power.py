"""Services, reboots and what a reboot takes away (windows-tasks 2.4, 6)."""

from __future__ import annotations

import pytest

from tests.lab.windows.host import AUTO_LOGON_CHECKED
from tests.lab.windows.services import SERVICE_ABSENT, SERVICE_DISABLED, ServiceProblem

from .builders import NAME, a_host, asynchronous


def events(host, *names: str) -> list[tuple[str, object]]:
    return [(entry.event, entry.get("service")) for entry in host.world.journal.entries if entry.event in names]


@asynchronous
async def test_starting_and_stopping_is_journalled_once() -> None:
    host = a_host(services={"OMSDK": {"status": "running"}})
    for _unused in range(2):
        host.services.stop("omsdk")
    for _unused in range(2):
        host.services.start("OMSDK")

    assert events(host, "service.stop", "service.start") == [("service.stop", "OMSDK"), ("service.start", "OMSDK")]


@asynchronous
async def test_a_service_that_takes_its_time_is_pending_meanwhile() -> None:
    host = a_host(services={"cshost": {"start_seconds": 0.01}})
    running = host.world.journal.wait_for("seen")
    host.services.listeners.append(lambda service: host.write("seen", status=service.status))
    host.services.start("cshost")

    assert host.services["cshost"].status == "start_pending"
    assert (await running).get("status") == "running"


@asynchronous
async def test_disabled_and_absent_services_cannot_be_started() -> None:
    host = a_host(services={"OMSDK": {"start_mode": "disabled"}})
    codes = []
    for name in ("OMSDK", "nothing"):
        with pytest.raises(ServiceProblem) as refused:
            host.services.start(name)
        codes.append(refused.value.native)

    assert codes == [SERVICE_DISABLED, SERVICE_ABSENT]


@asynchronous
async def test_automatic_services_come_back_after_a_reboot_and_others_do_not() -> None:
    host = a_host(
        services={
            "auto": {"status": "running"},
            "late": {"status": "running", "delayed": True},
            "manual": {"status": "running", "start_mode": "manual"},
            "disabled": {"status": "running", "start_mode": "disabled"},
        }
    )
    late = host.world.journal.wait_for("service.start", NAME, service="late")
    await host.reboot()
    await late

    assert [service.name for service in host.services if service.is_running] == ["auto", "late"]


@asynchronous
async def test_a_reboot_moves_the_boot_time_cuts_the_line_and_clears_what_was_pending() -> None:
    host = a_host(pending_reboot=["component_servicing", {"reason": "file_renames", "detail": [r"C:\x"]}, "computer_rename"])
    host.processes.spawn("mmc")
    before, boot = host.boot_time, host.power.boot_id
    rebooting = host.begin_reboot(0.01)
    await host.world.journal.wait_for("reboot.start")

    assert not host.is_up
    await rebooting
    assert host.is_up and host.power.boot_id != boot
    assert host.boot_time > before
    assert host.pending_reboot.reasons() == []
    assert host.processes.list() == []
    assert host.registry.exists(AUTO_LOGON_CHECKED)


@asynchronous
async def test_two_reboots_at_once_are_one() -> None:
    host = a_host()
    first, second = host.begin_reboot(0.01), host.begin_reboot(0.01)
    await second

    assert first is second
    assert [entry.event for entry in host.world.journal.entries if entry.event.startswith("reboot")] == ["reboot.start", "reboot.end"]


@asynchronous
async def test_building_a_host_is_not_an_event() -> None:
    host = a_host(services={"OMSDK": {"status": "running"}}, registry={r"HKLM\SOFTWARE\X": {"a": 1}}, pending_reboot=["windows_update"])

    assert host.world.journal.entries == []
