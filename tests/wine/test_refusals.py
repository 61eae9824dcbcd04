# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A start that the host or its scheduler refuses leaves nothing behind: windows-tasks.md sections 2.2, 2.5, 8.2."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wine.long_tasks import PASSWORD, LongTasks
from tests.wine.wine_host import WineHost


@pytest.fixture
def scheduler(wine_host: WineHost) -> Iterator[WineHost]:
    """The scheduler's facts, cleared afterwards."""
    yield wine_host
    wine_host.clear_facts("Scheduler")


def _assert_nothing_left(tasks: LongTasks) -> None:
    assert not tasks.kept.exists()
    assert not list(tasks.host.path(r"C:\windows\system32\Tasks").rglob(tasks.id))
    assert tasks.poll()["state"] == "absent"


def test_a_wrong_password_is_found_when_the_task_is_registered(tasks: LongTasks, scheduler: WineHost) -> None:
    scheduler.set_facts(r"Scheduler\Accounts", **{scheduler.user: "another"})

    refused = tasks.start(tasks.stub(exit=0), "{secret:pw}", secrets={"pw": "x"})

    assert [refusal["code"] for refusal in refused["refusals"]] == ["wrong_password"]
    assert refused["refusals"][0]["hresult"] == -2147023570
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert PASSWORD not in str(refused["msg"])
    _assert_nothing_left(tasks)


def test_a_logon_that_fails_although_the_password_was_accepted_is_told_apart(tasks: LongTasks, scheduler: WineHost) -> None:
    scheduler.set_facts("Scheduler", FailRunResult=-2147023570)

    refused = tasks.start(tasks.stub(exit=0))

    assert refused["refusals"][0]["code"] == "start_failed"
    assert "Credential Guard" in refused["refusals"][0]["message"]
    _assert_nothing_left(tasks)


def test_a_missing_batch_right_shows_at_the_run_because_registration_succeeds(tasks: LongTasks, scheduler: WineHost) -> None:
    scheduler.set_facts("Scheduler", FailRunResult=-2147023511)

    refused = tasks.start(tasks.stub(exit=0))

    assert refused["refusals"][0]["code"] == "batch_right_missing"
    _assert_nothing_left(tasks)


def test_a_policy_against_stored_passwords_is_found_before_anything_is_written(tasks: LongTasks) -> None:
    lsa = r"HKLM:\SYSTEM\CurrentControlSet\Control\Lsa"
    tasks.host.powershell(f"Set-ItemProperty '{lsa}' DisableDomainCreds 1")
    try:
        refused = tasks.start(tasks.stub(exit=0))
    finally:
        tasks.host.powershell(f"Remove-ItemProperty '{lsa}' DisableDomainCreds")

    assert [refusal["code"] for refusal in refused["refusals"]] == ["password_storage_forbidden"]
    assert not tasks.kept.exists()


def test_everything_that_is_wrong_is_told_at_once(tasks: LongTasks) -> None:
    refused = tasks.start(r"C:\nowhere\setup.exe", run_as={"account": r"NOWHERE\nobody", "kind": "password"})

    assert [refusal["code"] for refusal in refused["refusals"]] == ["exe_missing", "account_unknown"]


def test_a_task_that_would_run_as_somebody_else_gives_up_before_the_program_starts(tasks: LongTasks) -> None:
    """A Wine host has one user only, so that a task for SYSTEM runs as another account than was asked for."""
    refused = tasks.start(tasks.actor(rf"[IO.File]::WriteAllText('{tasks.folder}\ran', '')"), run_as={"kind": "system"})

    assert refused["refusals"][0]["code"] == "start_failed"
    assert "instead of SYSTEM" in refused["refusals"][0]["message"]
    assert not tasks.host.path(rf"{tasks.folder}\ran").exists()
    _assert_nothing_left(tasks)


def test_a_program_that_windows_cannot_start_is_an_end_of_its_own(tasks: LongTasks) -> None:
    tasks.host.write(rf"{tasks.folder}\setup.exe", "no program")

    tasks.start(rf"{tasks.folder}\setup.exe")
    ended = tasks.wait()

    assert (ended["state"], ended["exit_code"]) == ("exited", None)
    assert ended["launch_error"]["native"] == 193
    assert ended["launch_error"]["message"]
