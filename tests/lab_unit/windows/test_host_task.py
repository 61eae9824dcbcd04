"""host_task: started once, attached to ever after (windows-tasks 2, 3, 5, 8)."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.lab.windows import task_definition
from tests.lab.windows.host import SimulatedHost
from tests.lab.windows.processes import Process
from tests.lab.world import World

from .builders import ADMIN, SETUP, SETUP_PASSWORD, Waiting, a_host, asynchronous, content, hand

ID = "scom-management-server-2025"
EXE = r"C:\Media\setup.exe"
SECRET = r'canary "quoted\" \\ %PATH% ^&'
LOG = r"%LOCALAPPDATA%\SCOM\LOGS\Setup*.log"
REAL_LOG = r"C:\Users\svc-setup\AppData\Local\SCOM\LOGS"
START: dict[str, Any] = {
    "id": ID,
    "title": "upgrade of Operations Manager",
    "command": {"exe": EXE, "arguments": "/silent /p:{secret:das}"},
    "run_as": {"account": SETUP, "kind": "password"},
    "run_as_password": SETUP_PASSWORD,
    "secrets": json.dumps({"das": SECRET}),
    "spec_hash": "abc",
    "logs": [{"name": "setup", "pattern": LOG}],
}


def a_media_host(program: Any = None, **spec: Any) -> tuple[SimulatedHost, Waiting]:
    program = program or Waiting()
    files = {EXE: {"size": 1000, "program": "setup"}, **spec.pop("files", {})}
    return a_host(World(programs={"setup": program}), files=files, **spec), program


async def start(host: SimulatedHost, **changes: Any) -> dict[str, Any]:
    return await hand(host, "host_task", operation="start", **{**START, **changes})


async def poll(host: SimulatedHost, *offsets: dict[str, Any]) -> dict[str, Any]:
    return await hand(host, "host_task", operation="poll", id=ID, offsets=list(offsets))


async def ended(host: SimulatedHost, event: str = "task.end") -> None:
    await host.world.journal.wait_for(event, host.name)


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


@asynchronous
async def test_new_bytes_of_a_log_come_by_offset() -> None:
    host, _unused = a_media_host(files={rf"{REAL_LOG}\Setup0.log": "old"})
    host.files.file(rf"{REAL_LOG}\Setup0.log").modified = host.boot_time
    host.files.file(rf"{REAL_LOG}\Setup0.log").created = host.boot_time
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup1.log", "one\n")
    first = (await poll(host))["logs"]["setup"]
    host.files.append(rf"{REAL_LOG}\Setup1.log", "two\n")
    second = (await poll(host, {"name": "setup", "file": first["file"], "offset": first["next_offset"]}))["logs"]["setup"]

    assert (first["file"], content(first), first["next_offset"]) == (rf"{REAL_LOG}\Setup1.log", b"one\n", 4)
    assert (content(second), second["length"], second["reset"]) == (b"two\n", 8, False)
    assert [one["file"] for one in second["candidates"]] == [rf"{REAL_LOG}\Setup1.log"]


@asynchronous
async def test_text_of_an_earlier_run_is_not_taken_for_ours() -> None:
    path = rf"{REAL_LOG}\Setup0.log"
    host, _unused = a_media_host(files={path: "of an earlier run\n"})
    await start(host)
    host.files.append(path, "ours\n")
    log = (await poll(host))["logs"]["setup"]

    assert (log["file"], content(log), log["offset"]) == (path, b"ours\n", 18)


@asynchronous
async def test_a_log_that_does_not_exist_yet_is_no_error() -> None:
    host, _unused = a_media_host()
    await start(host)
    log = (await poll(host))["logs"]["setup"]

    assert (log["file"], log["candidates"], log["error"], log["bytes"]) == (None, [], None, "")


@asynchronous
async def test_one_poll_brings_at_most_128_kib_of_a_log() -> None:
    host, _unused = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"x" * 200_000)
    log = (await poll(host))["logs"]["setup"]

    assert (log["next_offset"], log["length"]) == (131072, 200_000)


@pytest.mark.parametrize("again", [b"y" * 100, b"z" * 400], ids=["shorter", "another head"])
def test_a_log_that_began_anew_is_read_from_its_beginning(again: bytes) -> None:
    @asynchronous
    async def whole() -> None:
        host, _unused = a_media_host()
        await start(host)
        path = rf"{REAL_LOG}\Setup0.log"
        host.files.write(path, b"x" * 300)
        first = (await poll(host))["logs"]["setup"]
        host.files.write(path, again)
        offset = {"name": "setup", "file": path, "offset": first["next_offset"], "head_hash": first["head_hash"]}
        log = (await poll(host, offset))["logs"]["setup"]
        assert (log["reset"], log["offset"], content(log)) == (True, 0, again)

    whole()


@asynchronous
async def test_a_locked_log_is_the_logs_error_alone() -> None:
    host, _unused = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"x").locked = True
    result = await poll(host)

    assert result["state"] == "running" and result["logs"]["setup"]["error"] == "locked"


@asynchronous
async def test_a_reboot_loses_the_task_and_nothing_starts_again() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    await host.reboot()
    result = await poll(host)

    assert (result["state"], result["lost_reason"], result["exit_code"]) == ("lost", "rebooted", None)
    assert program.was_killed and program.runs == 1
    assert (await start(host))["attached"] is True and program.runs == 1


@asynchronous
async def test_a_reboot_before_the_latch_leaves_a_task_that_may_start() -> None:
    host, program = a_media_host(times={"task_start_seconds": 30, "reboot_down_seconds": 0.01})
    starting = asyncio.ensure_future(start(host))
    await host.world.journal.wait_for("task.claim")
    await host.reboot()
    await starting
    young = await poll(host)
    host.clock.jump(301)
    old = await poll(host)
    host.times.task_start_seconds = 0
    again = await start(host)

    assert (young["state"], young["phase"]) == ("running", "starting")
    assert (old["state"], old["leftover"]) == ("absent", True)
    assert (again["changed"], again["attached"], program.runs) == (True, False, 1)


@asynchronous
async def test_a_finished_task_stays_finished_over_a_reboot() -> None:
    host, program = a_media_host()
    await start(host)
    program.end(3010)
    await ended(host)
    await host.reboot()
    result = await poll(host)

    assert (result["state"], result["exit_code"]) == ("exited", 3010)
    assert result["boot_time_utc"] >= result["ended_utc"]


@asynchronous
async def test_an_orphan_is_running_until_it_ends_and_then_lost() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    host.tasks.kill_wrapper(host.tasks.get(ID), with_program=False)
    orphan = await poll(host)
    program.end()
    await ended(host, "task.lost")
    lost = await poll(host)

    assert (orphan["state"], orphan["orphaned"]) == ("running", True)
    assert (lost["state"], lost["lost_reason"], lost["orphaned"]) == ("lost", "wrapper_died", False)


@asynchronous
async def test_a_program_killed_by_force_exits_with_1() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    host.processes.kill(program.process)
    await ended(host)

    assert (await poll(host))["exit_code"] == 1 and program.was_killed


@asynchronous
async def test_forget_refuses_what_runs_and_the_second_time_changes_nothing() -> None:
    host, program = a_media_host()
    await start(host)
    refused = await hand(host, "host_task", operation="forget", id=ID)
    program.end()
    await ended(host)
    folder = (await poll(host))["folder"]
    first = await hand(host, "host_task", operation="forget", id=ID)
    second = await hand(host, "host_task", operation="forget", id=ID)

    assert refused["failed"] is True and refused["state"] == "running"
    assert (first["changed"], second["changed"]) == (True, False)
    assert not host.files.exists(folder) and not host.files.exists(task_definition.path(ID))


@asynchronous
async def test_a_lost_task_is_forgotten_only_by_force() -> None:
    host, program = a_media_host()
    await start(host)
    await program.began.wait()
    await host.reboot()

    assert (await hand(host, "host_task", operation="forget", id=ID))["failed"] is True
    assert (await hand(host, "host_task", operation="forget", id=ID, force=True))["changed"] is True


@asynchronous
async def test_collect_brings_the_small_files_and_the_tails_of_the_logs() -> None:
    host, program = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"a line")
    program.end()
    await ended(host)
    result = await hand(host, "host_task", operation="collect", id=ID)

    assert json.loads(base64.b64decode(result["files"]["result.json"]["bytes"]))["exit_code"] == 0
    assert any(content(file) == b"a line" for file in result["files"].values())
    assert "secret.bin" not in result["files"]


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


class Leaving:
    """Starts a child that stays, and ends."""

    def __init__(self) -> None:
        self.child: Process | None = None
        self.saw: dict[str, str] = {}

    async def run(self, process: Process) -> int:
        self.saw = dict(process.environment)
        self.child = process.host.processes.spawn("tray.exe", parent_id=process.id, title="Tray")
        return 0


@asynchronous
async def test_a_child_that_stays_is_told_but_not_waited_for() -> None:
    host, program = a_media_host(Leaving())
    await start(host)
    await ended(host)
    result = await poll(host)

    assert (result["state"], [one["name"] for one in result["left_running"]]) == ("exited", ["tray"])
    assert host.processes.get(program.child.id) is program.child


@asynchronous
async def test_waiting_for_the_tree_waits_for_the_child_too() -> None:
    host, program = a_media_host(Leaving())
    await start(host, wait={"policy": "tree", "settle_seconds": 0})
    waiting = await poll(host)
    host.processes.end(program.child)
    await ended(host)

    assert waiting["state"] == "running"
    assert (await poll(host))["left_running"] == []


@asynchronous
async def test_names_that_are_ignored_do_not_hold_up_the_tree() -> None:
    host, _unused = a_media_host(Leaving())
    await start(host, wait={"policy": "tree", "ignore_names": ["tray.exe"], "settle_seconds": 0})
    await ended(host)

    assert [one["name"] for one in (await poll(host))["left_running"]] == ["tray"]


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
