# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe says of events, scheduled tasks, certificates and the audit policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.questions import certificate_store
from tests.powershell.windows import ask


def test_events_are_counted_by_id(everything: dict[str, Any]) -> None:
    data = everything["event_count"]["data"]
    assert data == {"count": 3, "by_id": {"1210": 2, "26319": 1}, "oldest_record_utc": "2026-01-02T03:04:05.000Z"}


def test_an_event_filter_says_time_provider_levels_and_ids() -> None:
    spy = "function Open-EventReader([string]$Log, [string]$Filter) { Stop-Question -State unknown -Type Seen -Message $Filter }"
    question = q.event_count("Operations Manager", "2026-01-01T00:00:00Z", ids=[1210], provider="Health Service", levels=[1, 2])
    assert ask(question, spy)["error"]["message"] == (
        "*[System[TimeCreated[@SystemTime>='2026-01-01T00:00:00.000Z'] and Provider[@Name='Health Service']"
        " and (Level=1 or Level=2) and (EventID=1210)]]"
    )


def test_a_time_that_arrives_as_text_is_read_as_utc() -> None:
    """JSON of Windows PowerShell 5.1 leaves every time as text; PowerShell 7 does so with one that is not written in ISO-8601."""
    spy = "function Open-EventReader([string]$Log, [string]$Filter) { Stop-Question -State unknown -Type Seen -Message $Filter }"
    answer = ask(q.event_count("Application", "Thu, 01 Jan 2026 00:00:00 GMT"), spy)
    assert answer["error"]["message"] == "*[System[TimeCreated[@SystemTime>='2026-01-01T00:00:00.000Z']]]"


def test_a_question_without_ids_and_levels_counts_everything() -> None:
    spy = "function Open-EventReader([string]$Log, [string]$Filter) { Stop-Question -State unknown -Type Seen -Message $Filter }"
    answer = ask({"kind": "event_count", "log": "Application", "since_utc": "2026-01-01T00:00:00Z"}, spy)
    assert answer["error"]["message"] == "*[System[TimeCreated[@SystemTime>='2026-01-01T00:00:00.000Z']]]"


def test_many_event_ids_are_asked_in_several_filters() -> None:
    data = ask(q.event_count("Application", "2026-01-01T00:00:00Z", ids=range(45)))["data"]
    assert data["count"] == 15


def test_no_event_filter_has_more_terms_than_windows_takes() -> None:
    spy = "function Open-EventReader([string]$Log, [string]$Filter) { Stop-Question -State unknown -Type Seen -Message $Filter }"
    question = q.event_count("Application", "2026-01-01T00:00:00Z", ids=range(45), provider="Health Service", levels=range(6))
    assert len(re.findall(r"[A-Za-z]>?=", ask(question, spy)["error"]["message"])) <= 20


@pytest.mark.parametrize(("log", "state"), [("Nope", "absent"), ("Security", "denied")])
def test_a_log_that_is_missing_or_denied_is_not_zero_events(log: str, state: str) -> None:
    assert ask(q.event_count(log, "2026-01-01T00:00:00Z"))["state"] == state


def test_a_task_that_never_ran_has_no_last_run(everything: dict[str, Any]) -> None:
    assert everything["scheduled_tasks"]["data"]["tasks"] == [
        {"name": "never", "state": "ready", "last_result": 267011, "last_run_utc": None}
    ]


def test_a_scheduler_folder_that_is_not_there_is_absent() -> None:
    assert ask(q.scheduled_tasks("\\nowhere"))["state"] == "absent"


def test_a_certificate_has_its_names_and_usages_whatever_the_language(everything: dict[str, Any]) -> None:
    (certificate,) = everything["certificates"]["data"]["certificates"]
    assert certificate["dns_names"] == ["ms1.contoso.lab"]
    assert certificate["enhanced_key_usages"] == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    assert certificate["not_before_utc"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.usefixtures("either_host")
def test_a_certificate_with_many_names_or_none_is_read() -> None:
    names = [f"host-{number}.contoso.lab" for number in range(20)]
    assert ask(q.certificates(), certificate_store(*names))["data"]["certificates"][0]["dns_names"] == names
    assert ask(q.certificates(), certificate_store())["data"]["certificates"][0]["dns_names"] == []


def test_an_audit_policy_that_may_not_be_read_is_unknown_not_off() -> None:
    denied = "function Get-AuditFlag { throw (New-Object System.ComponentModel.Win32Exception 5) }"
    assert ask(q.audit_command_line(), denied)["data"] == {"process_creation_success": None, "include_command_line": True}


def test_an_empty_log_has_no_oldest_record() -> None:
    empty = """
function Open-EventReader {
    $reader = New-Fact @{}
    New-Method $reader ReadEvent { }
    New-Method $reader Dispose { }
    $reader
}"""
    data = ask(q.event_count("Application", "2026-01-01T00:00:00Z"), empty)["data"]
    assert data == {"count": 0, "by_id": {}, "oldest_record_utc": None}


def test_a_task_that_ran_says_when_in_utc() -> None:
    ran = """
function Connect-TaskScheduler {
    $service = New-Fact @{}
    New-Method $service GetFolder {
        $folder = New-Fact @{}
        New-Method $folder GetTasks {
            $last = New-Object System.DateTime 2026, 3, 1, 10, 0, 0, ([System.DateTimeKind]::Utc)
            New-Fact @{ Name = 'ran'; State = 4; LastTaskResult = -2147020576; LastRunTime = $last }
        }
        $folder
    }
    $service
}"""
    (task,) = ask(q.scheduled_tasks("\\"), ran)["data"]["tasks"]
    assert task == {"name": "ran", "state": "running", "last_result": -2147020576, "last_run_utc": "2026-03-01T10:00:00.000Z"}
