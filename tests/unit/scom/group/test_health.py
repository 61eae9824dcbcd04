"""Whether a management server works, told from its services, its ports, its Data Access service and its group."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import health
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import server as member
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import SERVER_SERVICES, Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Signs

from tests.unit.scom.builders import a_management_server, a_setup, answer, health_answers, unanswered


def sdk(state: str = "success", group: dict | None = None) -> Answers:
    servers = [{"name": "MS1.contoso.lab", "version": "10.25.10132.0", "health_state": state, "is_gateway": False, "is_root": False}]
    return Answers.from_result(
        {"health.group": group or answer(name="PROD", version="10.25.10132.0"), "health.servers": answer(servers=servers)}
    )


def shown(verdict: Signs) -> list[str]:
    """What is shown and does not decide."""
    return [str(sign) for sign in verdict.signs if not sign.decides]


def test_a_server_is_healthy_when_services_run_ports_listen_and_the_service_answers():
    verdict = health.read(health_answers(), sdk(), name="ms1.contoso.lab")
    assert verdict.is_healthy and verdict.text() == "healthy" and verdict.reasons == ()


@pytest.mark.parametrize("service", SERVER_SERVICES)
def test_a_stopped_service_is_the_reason(service):
    verdict = health.read(health_answers(running=[name for name in SERVER_SERVICES if name != service]))
    assert verdict.reasons == (f"service {service}: stopped (wanted running)",)


@pytest.mark.parametrize("port", [5723, 5724])
def test_both_ports_have_to_listen(port):
    assert not health.read(health_answers(ports=[port])).is_healthy


def test_a_service_that_is_not_installed_is_no_healthy_one():
    answers = Answers.from_result({"health.services": answer(services={}), "health.ports": answer(listening=[])})
    assert "service OMSDK: not installed (wanted running)" in health.read(answers).reasons


def test_what_could_not_be_read_is_not_healthy():
    answers = Answers.from_result({"health.services": unanswered(), "health.ports": unanswered()})
    verdict = health.read(answers)
    assert not verdict.is_healthy
    assert all(sign.good is None for sign in verdict.signs)
    assert not Signs(()).is_healthy


def test_a_data_access_service_that_does_not_answer_is_the_reason():
    verdict = health.read(health_answers(), sdk(group=unanswered("broken", "the service is not running")), name="ms1.contoso.lab")
    assert verdict.reasons == ("Data Access service: the service is not running (wanted answers)",)
    assert not health.read(health_answers(), Answers({}), name="ms1").is_healthy


@pytest.mark.parametrize("state", ["error", "uninitialized"])
def test_the_rating_of_the_group_decides_unless_the_others_are_held_still(state):
    assert not health.read(health_answers(), sdk(state), name="ms1.contoso.lab").is_healthy
    verdict = health.read(health_answers(), sdk(state), name="ms1.contoso.lab", rating_decides=False)
    assert verdict.is_healthy and f"rating by the group: {state} (wanted success)" in shown(verdict)


def test_a_warning_is_remarked_and_does_not_decide():
    verdict = health.read(health_answers(), sdk("warning"), name="ms1.contoso.lab")
    assert verdict.is_healthy and "rating by the group: warning (wanted success)" in shown(verdict)


def test_a_server_that_its_group_does_not_list_is_not_rated():
    assert not health.read(health_answers(), sdk(), name="ms9.contoso.lab").is_healthy


def test_the_rating_of_the_database_stands_in_for_the_service():
    assert not health.read(health_answers(), monitored=Fact.known(Monitored.ERROR)).is_healthy
    assert health.read(health_answers(), monitored=Fact.known(Monitored.SUCCESS)).is_healthy
    assert not health.read(health_answers(), monitored=Fact.unread("rating", "login failed")).is_healthy


def test_a_verdict_is_plain_data():
    result = health.read(health_answers(ports=[])).as_result()
    assert result["healthy"] is False and len(result["signs"]) == 5


def member_answers(**answers):
    detected = {name: answer() for name in member.detect.QUESTIONS}
    detected["scom.services"] = answer(services={})
    detected["scom.programs"] = detected["scom.agent_programs"] = answer(programs=[])
    others = {"health.services": answer(services={}), "health.ports": answer(listening=[])}
    return Answers.from_result({**detected, **others, "member.setups": {"state": "absent"}, "member.tasks": {"state": "absent"}, **answers})


def test_setups_and_tasks_of_a_server_are_read_by_name():
    seen = member.read(
        member_answers(
            **{
                "member.setups": answer(processes=[{"name": "setup", "process_id": 7, "started_utc": "2026-03-01T01:00:00Z"}]),
                "member.tasks": answer(
                    entries=[
                        {"name": "SCOM-management-server-2025", "is_directory": True},
                        {"name": "scom-management-server-x", "is_directory": False},
                    ]
                ),
            }
        )
    )
    assert [one.process_id for one in seen.setups.value] == [7]
    assert seen.tasks.value == ("scom-management-server-2025",)


def test_no_folder_of_tasks_means_no_tasks_and_an_unread_one_means_unknown():
    assert member.read(member_answers()).tasks.value == ()
    assert not member.read(member_answers(**{"member.tasks": unanswered()})).tasks.is_known
    assert not member.read(member_answers(**{"member.setups": unanswered()})).setups.is_known


def test_services_that_are_starting_count_as_not_stopped():
    server = a_management_server(running=["OMSDK"])
    assert server.running_services == ("OMSDK",)


def test_the_oldest_setup_tells_since_when():
    assert a_management_server(setups=[a_setup(), a_setup("2026-03-01T01:50:00Z")]).setup_since() == "since 01:12 UTC (41 min)"
    assert a_management_server(setups=[a_setup("")]).setup_since() == ""
    assert member.since("not a time", "2026-03-01T01:50:00Z") == ""


@pytest.mark.parametrize("name", ["MS1.contoso.lab", "ms1", "ms1.contoso.lab."])
def test_a_server_is_found_in_its_group_however_its_name_is_written(name):
    assert health.read(health_answers(), sdk(), name=name).is_healthy
