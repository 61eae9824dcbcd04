"""host_task with the Task Scheduler of Windows."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.powershell import engine
from tests.windows.conftest import Hand, Task


@pytest.mark.parametrize("code", [0, 1, 259, 1641, 3010, -17, -1073741510])
def test_exit_code_of_the_program_arrives_unchanged(task: Task, code: int) -> None:
    started = task.start(f"/c exit {code}")
    ended = task.end()
    assert started["changed"] is True
    assert (ended["state"], ended["exit_code"]) == ("exited", code)
    assert ended["exit_code_unsigned"] == code % 2**32


def test_second_start_of_an_id_attaches_and_starts_nothing(task: Task, readable_by_all: Path) -> None:
    trace = readable_by_all / "trace.txt"
    command = f'/c echo started>> "{trace}" & ping -n 4 127.0.0.1 > nul'
    first, second = task.start(command), task.start(command)
    ended = task.end()
    assert (first["changed"], first["attached"]) == (True, False)
    assert (second["changed"], second["attached"]) == (False, True)
    assert (ended["state"], trace.read_text().split()) == ("exited", ["started"])


def test_work_lives_on_when_the_process_that_started_it_is_ended(task: Task) -> None:
    task.start("/c ping -n 6 127.0.0.1 > nul & exit 7")
    engine._engine().stop()
    assert task.ask("poll")["state"] == "running"
    assert task.end()["exit_code"] == 7


def test_log_is_read_while_the_program_writes_it(task: Task, readable_by_all: Path) -> None:
    log = readable_by_all / "work.log"
    task.start(f'/c echo one> "{log}" & ping -n 4 127.0.0.1 > nul & echo two>> "{log}"', logs=[{"name": "work", "pattern": str(log)}])
    while not (early := task.ask("poll"))["logs"].get("work", {}).get("bytes"):
        assert early["state"] == "running"
    task.end()
    piece = early["logs"]["work"]
    rest = task.ask("poll", offsets=[{"name": "work", "file": piece["file"], "offset": piece["next_offset"]}])["logs"]["work"]
    assert [base64.b64decode(each["bytes"]).split() for each in (piece, rest)] == [[b"one"], [b"two"]]


def test_program_gets_the_secret_and_nothing_else_on_the_host_keeps_it(task: Task, readable_by_all: Path) -> None:
    written = readable_by_all / "word.txt"
    task.start(f'/c echo {{secret:word}}> "{written}" & exit {{secret:code}}', secrets=json.dumps({"word": "CANARY-4711", "code": "42"}))
    ended = task.end()
    kept = [path for path in Path(ended["folder"]).rglob("*") if path.is_file()]
    assert (ended["exit_code"], written.read_text().strip()) == (42, "CANARY-4711")
    assert kept
    assert [str(path) for path in kept if any(word in path.read_bytes() for word in (b"CANARY", "CANARY".encode("utf-16-le")))] == []
    assert "CANARY" not in json.dumps(task.ask("collect"))


def test_task_of_an_account_runs_as_that_account(task: Task, account: tuple[dict[str, str], str], readable_by_all: Path) -> None:
    run_as, password = account
    told = readable_by_all / "who.txt"
    task.start(f'/c whoami /all > "{told}"', run_as, run_as_password=password)
    assert task.end()["exit_code"] == 0
    said = told.read_text(errors="replace")
    assert run_as["account"].split("\\")[-1].lower() in said.lower()
    # Administrators, enabled; high integrity; a batch logon (windows-tasks.md section 9, 1).
    assert all(sid in said for sid in ("S-1-5-32-544", "S-1-16-12288", "S-1-5-3"))


def test_wrong_password_is_refused_with_its_reason_and_starts_nothing(task: Task, account: tuple[dict[str, str], str]) -> None:
    refused = task.start("/c exit 0", account[0], run_as_password="not the password")
    assert refused["failed"] is True
    assert [each["code"] for each in refused["refusals"]] == ["wrong_password"]
    assert task.ask("poll")["state"] == "absent"


def test_forgotten_task_leaves_no_trace(task: Task, hand: Hand) -> None:
    task.start("/c exit 0")
    folder = Path(task.end()["folder"])
    assert task.ask("forget")["changed"] is True
    assert task.ask("forget")["changed"] is False
    assert not folder.exists()
    listed = hand("host_probe", {"questions": {"tasks": {"kind": "scheduled_tasks", "folder": "\\systemcenter.upgrade"}}})
    assert task.id not in json.dumps(listed["answers"]["tasks"])
