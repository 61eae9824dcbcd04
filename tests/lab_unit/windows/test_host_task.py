"""host_task: started once, attached to ever after (windows-tasks 2, 3, 5, 8)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.lab.windows import task_definition
from tests.lab_unit.windows.media_host import EXE, ID, SECRET, START, a_media_host, ended, poll, start
from tests.lab_unit.windows.test_host_task_tree import Leaving

from .builders import ADMIN, SETUP, SETUP_PASSWORD, asynchronous


@asynchronous
async def test_a_task_runs_as_the_account_with_the_secret_in_its_command_line_alone() -> None:
    host, program = a_media_host()
    result = await start(host)
    await program.began.wait()

    assert (result["changed"], result["state"], result["phase"], result["attached"]) == (True, "running", "working", False)
    assert program.process is not None
    assert program.process.command_line == f'"{EXE}" /silent /p:{SECRET}'
    assert program.process.user == SETUP
    assert program.process.environment["LOCALAPPDATA"] == r"C:\Users\svc-setup\AppData\Local"
    for file in host.files.walk():
        for secret in (SECRET, SETUP_PASSWORD):
            assert secret.encode() not in file.content and secret.encode("utf-16-le") not in file.content
    assert not any(entry.event == "violation" for entry in host.world.journal.entries)


@asynchronous
async def test_the_secret_is_gone_once_the_program_runs() -> None:
    host, program = a_media_host(times={"task_start_seconds": 1.05})
    waiting = await start(host, start_timeout=1)
    secret = rf"{waiting['folder']}\secret.bin"

    assert (waiting["state"], waiting["phase"], waiting["secret_present"]) == ("running", "starting", True)
    assert host.files.is_file(secret)
    await program.began.wait()
    assert not host.files.is_file(secret)
    assert (await poll(host))["secret_present"] is False


@asynchronous
async def test_a_second_start_attaches_and_starts_nothing() -> None:
    host, program = a_media_host()
    await start(host)
    second = await start(host, spec_hash="other")

    assert (second["changed"], second["attached"], second["spec_hash"]) == (False, True, "abc")
    assert program.runs == 1
    program.end()
    await ended(host)
    assert (await start(host))["attached"] is True and program.runs == 1


@pytest.mark.parametrize(
    ("code", "signed", "unsigned", "text"),
    [
        (3010, 3010, 3010, "0x00000BC2"),
        (-17, -17, 4294967279, "0xFFFFFFEF"),
        (3221225786, -1073741510, 3221225786, "0xC000013A"),
    ],
)
def test_exit_codes_are_told_in_three_spellings(code: int, signed: int, unsigned: int, text: str) -> None:
    @asynchronous
    async def whole() -> None:
        host, program = a_media_host()
        await start(host)
        program.end(code)
        await ended(host)
        result = await poll(host)
        assert result["state"] == "exited"
        assert (result["exit_code"], result["exit_code_unsigned"], result["exit_code_hex"]) == (signed, unsigned, text)

    whole()


@asynchronous
async def test_the_journal_has_the_programs_beginning_and_end_but_no_arguments() -> None:
    host, program = a_media_host()
    await start(host)
    program.end(5)
    await ended(host)

    entries = [entry for entry in host.world.journal.entries if entry.event in ("task.start", "task.end")]
    assert [(entry.event, entry.get("id"), entry.get("user"), entry.get("exit_code")) for entry in entries] == [
        ("task.start", ID, SETUP, None),
        ("task.end", ID, SETUP, 5),
    ]
    assert "canary" not in "".join(entry.as_line() for entry in host.world.journal.entries)


REFUSALS = [
    ({"files": {EXE: None}}, {"command": {"exe": r"C:\nothing.exe", "arguments": ""}}, "exe_missing"),
    ({"disks": {"C:": {"size_gb": 10, "free_gb": 0.1}}}, {}, "disk_full"),
    ({}, {"run_as": {"account": r"CONTOSO\nobody", "kind": "password"}}, "account_unknown"),
    ({"rights": {"SeDenyBatchLogonRight": [SETUP]}}, {}, "batch_right_denied"),
    ({"registry": {r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa": {"DisableDomainCreds": 1}}}, {}, "password_storage_forbidden"),
    ({"services": {"Schedule": {"status": "stopped"}}}, {}, "scheduler_stopped"),
    ({}, {"run_as_password": "wrong"}, "wrong_password"),
    ({"accounts": {SETUP: {"password": SETUP_PASSWORD, "administrator": True, "locked": True}}}, {}, "account_locked"),
    ({"accounts": {SETUP: {"password": SETUP_PASSWORD, "administrator": True, "enabled": False}}}, {}, "account_disabled"),
    ({"accounts": {SETUP: {"password": SETUP_PASSWORD, "administrator": True, "must_change": True}}}, {}, "password_expired"),
    ({"accounts": {SETUP: {"password": SETUP_PASSWORD}}}, {}, "batch_right_missing"),
    ({"accounts": {SETUP: {"password": SETUP_PASSWORD, "rights": ["SeBatchLogonRight"]}}}, {}, "not_elevated"),
]


@pytest.mark.parametrize(("spec", "changes", "code"), REFUSALS, ids=[code for _unused, _unused, code in REFUSALS])
def test_a_start_that_cannot_work_is_refused_by_name_and_leaves_nothing(spec: Any, changes: Any, code: str) -> None:
    @asynchronous
    async def whole() -> None:
        host, program = a_media_host(**spec)
        result = await start(host, **changes)
        assert result["failed"] is True
        assert [one["code"] for one in result["refusals"]] == [code]
        assert (await poll(host))["state"] == "absent"
        assert not host.files.exists(task_definition.path(ID))
        assert program.runs == 0

    whole()


@asynchronous
async def test_all_reasons_are_told_together() -> None:
    host, _unused = a_media_host(rights={"SeDenyBatchLogonRight": [SETUP]}, disks={"C:": {"size_gb": 1, "free_gb": 0.1}})
    result = await start(host)

    assert [one["code"] for one in result["refusals"]] == ["disk_full", "batch_right_denied"]
    assert "disk_full" in result["msg"]


@asynchronous
async def test_a_wrong_password_costs_one_try() -> None:
    host, _unused = a_media_host()
    await start(host, run_as_password="wrong")
    user = host.accounts.find(SETUP)

    assert user is not None and user.bad_passwords == 1


@asynchronous
async def test_check_mode_starts_nothing() -> None:
    host, program = a_media_host()
    result = await start(host, check=True)

    assert (result["changed"], result["state"]) == (True, "absent")
    assert program.runs == 0 and not host.files.exists(task_definition.path(ID))


@asynchronous
async def test_system_needs_no_password() -> None:
    host, program = a_media_host()
    await start(host, run_as={"account": "SYSTEM", "kind": "system"}, run_as_password=None)
    await program.began.wait()

    assert program.process is not None and program.process.user == r"NT AUTHORITY\SYSTEM"


@asynchronous
async def test_a_program_that_is_gone_when_it_should_run_is_a_launch_error() -> None:
    host, program = a_media_host(times={"task_start_seconds": 0.01})
    starting = asyncio.ensure_future(start(host))
    await host.world.journal.wait_for("task.claim")
    host.files.delete(EXE)
    await starting
    result = await poll(host)

    assert (result["state"], result["exit_code"], result["launch_error"]["native"]) == ("exited", None, 2)
    assert program.runs == 0


@pytest.mark.parametrize(
    "changes", [{"title": f"setup with {SETUP_PASSWORD}"}, {"command": {"exe": EXE, "arguments": f"/p:{SETUP_PASSWORD}"}}]
)
def test_a_secret_outside_its_placeholder_is_a_violation(changes: Any) -> None:
    @asynchronous
    async def whole() -> None:
        host, _unused = a_media_host()
        await start(host, **changes)
        violations = [entry.get("rule") for entry in host.world.journal.entries if entry.event == "violation"]
        assert violations == ["secret_in_task_definition"]

    whole()


@asynchronous
async def test_the_program_outlives_its_starters_connection() -> None:
    host, program = a_media_host()
    await start(host)
    host.power.go_down()
    host.power.come_up()
    program.end(7)
    await ended(host)

    assert (await poll(host))["exit_code"] == 7


@asynchronous
async def test_the_requester_is_who_was_connected() -> None:
    host, _unused = a_media_host()

    assert (await start(host))["requester"] == ADMIN


@asynchronous
async def test_variables_of_the_command_are_added_with_their_secrets_filled_in() -> None:
    host, program = a_media_host(Leaving())
    command = {**START["command"], "environment": {"TOKEN": "{secret:das}", "MODE": "silent"}}
    await start(host, command=command)
    await ended(host)

    assert (program.saw["TOKEN"], program.saw["MODE"], program.saw["USERNAME"]) == (SECRET, "silent", "svc-setup")
    assert not any(SECRET.encode() in file.content for file in host.files.walk())


@asynchronous
async def test_a_secret_that_was_not_given_is_named_before_anything_starts() -> None:
    host, program = a_media_host()
    result = await start(host, secrets=None)

    assert result["failed"] is True and "{secret:das}" in result["msg"]
    assert program.runs == 0
