"""The hands that answer at once, asked about things that every Windows Server has."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.shape import answer_faults
from tests.windows.conftest import Hand

NOTEPAD = r"C:\Windows\System32\notepad.exe"
QUESTIONS: dict[str, Any] = {
    question["kind"]: question
    for question in (
        q.registry_key(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"),
        q.registry_subkeys(r"SOFTWARE\Microsoft\NET Framework Setup\NDP"),
        q.services("Schedule", "EventLog", "NoSuchService"),
        q.file(NOTEPAD, sha256=True),
        q.directory(r"C:\Windows\System32\drivers\etc", "*"),
        q.operating_system(),
        q.hardware(),
        q.disks(),
        q.pending_reboot(),
        q.processes("svchost"),
        q.listening_ports(135),
        q.tcp("localhost", 135),
        q.programs("*"),
        q.dotnet_framework(),
        q.vc_runtimes(),
        q.features("NET-Framework-45-Core", "Web-Server"),
        q.user_rights("SeServiceLogonRight", "SeBatchLogonRight"),
        q.local_group("S-1-5-32-544"),
        q.event_count("System", "2026-01-01T00:00:00Z", levels=[1, 2]),
        q.scheduled_tasks("\\Microsoft\\Windows\\Defrag"),
        q.certificates(),
        q.audit_command_line(),
        q.session(),
    )
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_question_is_answered_in_the_shape_that_every_ring_has(kind: str, hand: Hand) -> None:
    answer = hand("host_probe", {"questions": {kind: QUESTIONS[kind]}})["answers"][kind]
    assert answer["state"] in {"present", "absent"}, answer
    assert answer_faults(kind, answer) == []


def test_all_questions_at_once_spoil_none(hand: Hand) -> None:
    answers = hand("host_probe", {"questions": QUESTIONS | {"odd": {"kind": "no_such_kind"}}})["answers"]
    assert {name for name, answer in answers.items() if answer["state"] in {"broken", "timeout"}} == {"odd"}


def test_facts_of_the_host_are_those_windows_is_known_for(hand: Hand) -> None:
    answers = hand("host_probe", {"questions": QUESTIONS})["answers"]
    system, services = answers["operating_system"]["data"], answers["services"]["data"]["services"]
    assert system["build"] >= 20348
    assert system["product_type"] == "ServerNT"
    assert set(services) == {"Schedule", "EventLog"}
    assert services["Schedule"]["status"] == "running"
    assert answers["file"]["data"]["size"] == Path(NOTEPAD).stat().st_size
    assert answers["session"]["data"]["is_admin"] is True


def test_lock_is_held_by_one_owner_at_a_time(hand: Hand) -> None:
    name = f"test-{uuid.uuid4().hex[:12]}"

    def lock(operation: str, owner: str) -> dict[str, Any]:
        return hand("host_lock", {"operation": operation, "name": name, "owner": owner, "purpose": "a test"})

    assert lock("acquire", "one")["acquired"] is True
    assert lock("acquire", "two")["acquired"] is False
    assert lock("inspect", "two")["owner"] == "one"
    assert lock("release", "one")["released"] is True
    assert lock("acquire", "two")["acquired"] is True
    assert lock("release", "two")["released"] is True


def test_database_server_that_is_not_there_is_reported_and_fails_nothing(hand: Hand) -> None:
    asked = [{"name": "who", "text": "SELECT 1 AS one"}]
    answer = hand("sql_query", {"server": "localhost,1", "database": "master", "connect_timeout": 2, "queries": asked})
    assert answer["connection"]["state"] not in {"present", "absent"}
    assert answer["answers"] == {}
