"""Services come back as they were before anybody touched them, whoever stopped them and however often."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Unreadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.service_notes import QuiescedServices, ServiceNote
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("OMSDK", "HealthService")


class ServiceHost:
    """The few things of Windows that quiescing touches."""

    def __init__(self, **services: dict[str, Any]) -> None:
        self.name = "ms1"
        self.services = services
        self.notes: dict[str, str] = {}
        self.changes = 0

    def probe(self, questions: dict[str, Any]) -> Any:
        from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

        values = {name: {"type": "string", "value": text} for name, text in self.notes.items()}
        note = {"state": "present", "data": {"values": values}} if values else {"state": "absent"}
        return Answers.from_result(
            {"quiesce_note": note, "quiesce_services": {"state": "present", "data": {"services": dict(self.services)}}}
        )

    def run(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.changes += 1
        if module == "ansible.windows.win_regedit":
            if arguments.get("state") == "absent":
                self.notes.clear()
            else:
                self.notes[arguments["name"]] = arguments["data"]
        else:
            mode = arguments["start_mode"]
            self.services[arguments["name"]] = {
                "status": "running" if arguments["state"] == "started" else "stopped",
                "start_mode": "auto" if mode == "delayed" else mode,
                "delayed": mode == "delayed",
            }
        return {}


def service(status: str = "running", start_mode: str = "auto", delayed: bool = False) -> dict[str, Any]:
    return {"status": status, "start_mode": start_mode, "delayed": delayed}


@given(
    st.sampled_from(["running", "stopped"]),
    st.sampled_from(["auto", "manual", "disabled"]),
    st.booleans(),
    st.integers(min_value=1, max_value=3),
)
def test_whatever_a_service_was_it_is_again_after_restoring(status: str, mode: str, delayed: bool, holds: int) -> None:
    before = service(status, mode, delayed and mode == "auto")
    host = ServiceHost(OMSDK=dict(before))

    for _unused in range(holds):
        QuiescedServices(host, NAMES).hold()
    assert host.services["OMSDK"]["status"] == "stopped"
    QuiescedServices(host, NAMES).restore()

    assert host.services["OMSDK"] == before
    assert host.notes == {}


def test_a_second_run_does_not_take_the_stopped_state_for_the_original_one() -> None:
    host = ServiceHost(OMSDK=service(delayed=True), HealthService=service("stopped", "disabled"))
    QuiescedServices(host, NAMES).hold()

    assert QuiescedServices(host, NAMES).hold() is False
    QuiescedServices(host, NAMES).restore()

    assert host.services == {"OMSDK": service(delayed=True), "HealthService": service("stopped", "disabled")}


def test_restoring_without_a_note_touches_nothing() -> None:
    host = ServiceHost(OMSDK=service("stopped", "manual"))

    assert QuiescedServices(host, NAMES).restore() is False
    assert host.changes == 0


def test_a_damaged_note_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="not a note"):
        ServiceNote.parse("half;auto;at once")


@pytest.mark.parametrize("text", ["half;auto;at once", "perhaps", "running;sometimes;at once", "", "running;auto;at once;more"])
def test_whatever_is_no_note_is_an_answer_that_cannot_be_read(text: str) -> None:
    host = ServiceHost(OMSDK=service())
    host.notes["OMSDK"] = text

    for touch in (QuiescedServices(host, NAMES).hold, QuiescedServices(host, NAMES).restore):
        with pytest.raises(Unreadable, match="not a note of a quiesced service"):
            touch()

    assert host.changes == 0


def test_a_look_says_what_holding_and_restoring_would_do_and_does_nothing() -> None:
    host = ServiceHost(OMSDK=service())
    services = QuiescedServices(host, NAMES)

    assert (services.hold(only_look=True), services.restore(only_look=True), host.changes) == (True, False, 0)
    services.hold()
    assert (services.hold(only_look=True), services.restore(only_look=True)) == (False, True)
    host.services["OMSDK"] = service()
    assert services.hold(only_look=True) is True
