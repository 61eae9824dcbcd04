"""Who is held still and who gets services back, when some servers do not answer."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.held_services import HeldServices
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

from tests.unit.windows.test_service_notes import ServiceHost, service


class AHost(ServiceHost):
    """A server with one running service, that can be out of reach."""

    def __init__(self, name: str) -> None:
        super().__init__(OMSDK=service())
        self.name = name
        self.is_reachable = True

    def probe(self, questions: dict[str, Any]) -> Any:
        if not self.is_reachable:
            raise ConnectionLost(self.name, "connection refused")
        return super().probe(questions)

    @property
    def runs(self) -> bool:
        return bool(self.services["OMSDK"]["status"] == "running")


@pytest.fixture
def hosts() -> dict[str, AHost]:
    return {name: AHost(name) for name in ("ms1", "ms2", "ms3")}


def held_by_ms1(hosts: dict[str, AHost]) -> HeldServices:
    return HeldServices(hosts["ms1"], {name: host for name, host in hosts.items() if name != "ms1"})


def test_one_that_cannot_be_held_is_raised_before_setup_and_told_while_it_runs(hosts: dict[str, AHost]) -> None:
    held, told = held_by_ms1(hosts), []
    hosts["ms2"].is_reachable = False
    with pytest.raises(ConnectionLost):
        held.hold_others()
    held.hold_others(told.append)
    assert len(told) == 1 and "ms2" in told[0]
    assert not hosts["ms3"].runs


def test_one_that_cannot_be_reached_keeps_nobody_waiting_and_is_named(hosts: dict[str, AHost]) -> None:
    held = held_by_ms1(hosts)
    held.hold_others()
    hosts["ms2"].is_reachable = False
    with pytest.raises(Stop, match="ms2: the connection"):
        held.release_others()
    assert hosts["ms3"].runs and not hosts["ms2"].runs and hosts["ms2"].notes


def test_one_that_was_seen_without_notes_is_not_missed(hosts: dict[str, AHost]) -> None:
    held = held_by_ms1(hosts)
    for name, host in hosts.items():
        held.see(name, host.probe(held.questions()))
        host.is_reachable = False
    assert held.release_others() is False


def test_one_that_nobody_has_seen_may_be_held_and_is_missed(hosts: dict[str, AHost]) -> None:
    hosts["ms3"].is_reachable = False
    with pytest.raises(Stop, match="ms3"):
        held_by_ms1(hosts).release_others()


def test_one_that_was_held_in_part_is_put_back(hosts: dict[str, AHost]) -> None:
    held = held_by_ms1(hosts)
    held.see("ms2", hosts["ms2"].probe(held.questions()))
    refuse = hosts["ms2"].run

    def run(module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if module == "ansible.windows.win_service" and arguments["state"] == "stopped":
            raise ConnectionLost("ms2", "reset")
        return refuse(module, arguments)

    hosts["ms2"].run = run
    with pytest.raises(ConnectionLost):
        held.hold_others()
    assert hosts["ms2"].notes
    held.release_others()
    assert hosts["ms2"].runs and not hosts["ms2"].notes


def test_what_stays_held_is_named_with_its_hosts_and_the_way_back(hosts: dict[str, AHost]) -> None:
    held = held_by_ms1(hosts)
    for name in ("ms2", "ms3"):
        held.see(name, hosts[name].probe(held.questions()))
    assert held.left() == ""
    held.hold_others()
    assert "of ms2, ms3 are stopped" in held.left()
    assert "systemcenter.upgrade.scom_services with state restored" in held.left()
