"""Long work is started once, attached to ever after, waited for over broken lines, and never ended by us."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account, AccountKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits, StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.long_task import LongTask, WatchedLog, Watcher, Work
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.windows.fakes import LOST, Clock, FakeHost

LOGS = (WatchedLog("wizard", r"%LOCALAPPDATA%\SCOM\Logs\OpsMgrSetupWizard.*"),)
ACCOUNT = Account("CONTOSO\\svc-setup", AccountKind.PASSWORD, "CANARY-password")


class Seen:
    """What a watcher was told."""

    def __init__(self) -> None:
        self.log = b""
        self.looks: list[TaskStatus] = []
        self.trouble: list[str] = []

    def watcher(self) -> Watcher:
        return Watcher(lambda _name, _file, _offset, content: self._add(content), self.looks.append, self.trouble.append)

    def _add(self, content: bytes) -> None:
        self.log += content


def running(**more: Any) -> dict[str, Any]:
    return {"state": "running", "phase": "working", "started_utc": "2026-03-01T01:12:00Z", **more}


def exited(code: int = 0, **more: Any) -> dict[str, Any]:
    return {"state": "exited", "exit_code": code, "ended_utc": "2026-03-01T01:52:00Z", **more}


def piece(text: bytes, offset: int, length: int) -> dict[str, Any]:
    return {
        "wizard": {
            "file": r"C:\Users\svc-setup\AppData\Local\SCOM\Logs\OpsMgrSetupWizard.log",
            "offset": offset,
            "next_offset": offset + len(text),
            "length": length,
            "head_hash": "abc",
            "bytes": base64.b64encode(text).decode(),
        }
    }


def task(host: FakeHost, clock: Clock, **limits: Any) -> LongTask:
    return LongTask(host, "scom-management-server-2025", Limits(**limits), clock, clock.sleep)


def work(**changes: Any) -> Work:
    given: dict[str, Any] = {
        "task_id": "scom-management-server-2025",
        "title": "upgrade to 2025",
        "exe": r"C:\media\setup.exe",
        "arguments": "/silent /DASAccountPassword:{secret:das}",
        "run_as": ACCOUNT,
        "logs": LOGS,
        "secrets": {"das": '"CANARY-das"'},
    }
    return Work(**{**given, **changes})


def test_a_connection_lost_while_starting_is_answered_by_starting_again_which_attaches() -> None:
    host, clock = FakeHost(LOST, LOST, running(attached=True)), Clock()

    status = task(host, clock).start(work())

    assert status.is_running
    assert host.operations() == ["start", "start", "start"]
    assert len({str(arguments) for _unused, arguments in host.calls}) == 1


def test_a_dropped_connection_is_waited_for_and_told_once() -> None:
    host, clock, seen = FakeHost(running(), LOST, LOST, LOST, running(), exited()), Clock(), Seen()

    status = task(host, clock).follow(LOGS, seen.watcher())

    assert status.state is TaskState.EXITED
    assert [line.partition(" (")[0] for line in seen.trouble] == ["connection lost", "connected again"]


def test_an_unreachable_host_is_reported_as_still_running_never_as_failed() -> None:
    host, clock, seen = FakeHost(running(), LOST), Clock(), Seen()

    with pytest.raises(StillRunning, match="not reachable for 11 min"):
        task(host, clock, patience_seconds=600, interval_seconds=60).follow(LOGS, seen.watcher())

    assert set(host.operations()) == {"poll"}


def test_a_look_that_fails_on_the_host_is_no_failure_of_the_work() -> None:
    host, clock, seen = FakeHost(HandFailed("ms1", "host_task", {"msg": "out of memory"}), running(), exited()), Clock(), Seen()

    status = LongTask(host, "t", Limits(), clock, clock.sleep).follow(LOGS, seen.watcher())

    assert status.state is TaskState.EXITED
    assert len(seen.trouble) == 2 and "out of memory" in seen.trouble[0]


def test_looks_that_go_on_failing_are_reported_as_still_running() -> None:
    host, clock = FakeHost(HandFailed("ms1", "host_task", {"msg": "access is denied"})), Clock()

    with pytest.raises(StillRunning, match="access is denied"):
        LongTask(host, "t", Limits(patience_seconds=60), clock, clock.sleep).follow(LOGS, Seen().watcher())


def test_a_refused_logon_is_not_tried_until_the_account_is_locked() -> None:
    host, clock = FakeHost(ConnectionLost("ms1", "ntlm: the specified credentials were rejected by the server")), Clock()

    with pytest.raises(StillRunning, match="refused 3 times"):
        LongTask(host, "t", Limits(), clock, clock.sleep).follow(LOGS, Seen().watcher())

    assert len(host.operations()) == 3


def test_a_start_that_the_host_refuses_is_not_tried_again() -> None:
    host = FakeHost(HandFailed("ms1", "host_task", {"msg": "wrong password", "refusals": [{"code": "wrong_password"}]}))

    with pytest.raises(HandFailed):
        LongTask(host, "t", Limits()).start(Work("t", "title", "setup.exe", "/silent", ACCOUNT))

    assert host.operations() == ["start"]


def test_a_log_that_gives_nothing_although_it_is_longer_is_not_asked_for_without_a_pause() -> None:
    host, clock = FakeHost(running(logs=piece(b"", 0, 10)), running(logs=piece(b"", 0, 10)), exited()), Clock()

    LongTask(host, "t", Limits(), clock, clock.sleep).follow(LOGS, Seen().watcher())

    assert clock.sleeps == [5, 5]


def test_why_a_task_ended_before_its_program_began_is_kept() -> None:
    failure = {"code": "wrong_password", "message": "the password is wrong"}
    assert TaskStatus.from_result({"state": "absent", "failure": failure}).launch_error == "the password is wrong"


def test_work_that_takes_longer_than_the_limit_is_left_running() -> None:
    host, clock, seen = FakeHost(running()), Clock(), Seen()

    with pytest.raises(StillRunning, match="watched for 61 min") as caught:
        task(host, clock, give_up_seconds=3600).follow(LOGS, seen.watcher())

    assert caught.value.status is not None
    assert set(host.operations()) == {"poll"}


def test_polling_backs_off_from_five_seconds_to_a_minute() -> None:
    host, clock, seen = FakeHost(running()), Clock(), Seen()

    with pytest.raises(StillRunning):
        task(host, clock, give_up_seconds=3600).follow(LOGS, seen.watcher())

    assert sorted(set(clock.sleeps)) == [5, 15, 60]
    assert clock.sleeps == sorted(clock.sleeps)


def test_every_byte_of_a_log_arrives_once_and_polling_goes_on_until_it_is_read_to_its_end() -> None:
    replies = (
        running(logs=piece(b"abc", 0, 3)),
        exited(logs=piece(b"defgh", 3, 10)),
        exited(logs=piece(b"ij", 8, 10)),
    )
    host, clock, seen = FakeHost(*replies), Clock(), Seen()

    task(host, clock).follow(LOGS, seen.watcher())

    assert seen.log == b"abcdefghij"
    assert [arguments["offsets"][0]["offset"] for _unused, arguments in host.calls] == [0, 3, 8]
    assert host.calls[1][1]["offsets"][0]["file"].endswith("OpsMgrSetupWizard.log")


def test_a_log_that_cannot_be_read_does_not_stop_the_watch() -> None:
    locked = {"wizard": {"file": r"C:\x.log", "error": "locked"}}
    host, clock, seen = FakeHost(running(logs=locked), exited(logs=locked)), Clock(), Seen()

    assert task(host, clock).follow(LOGS, seen.watcher()).exit_code == 0
    assert seen.trouble == [r"C:\x.log cannot be read now: locked"] * 2


def test_secrets_change_neither_the_hash_of_the_work_nor_appear_in_its_representation() -> None:
    assert work().spec_hash == work(secrets={"das": "other"}, run_as=Account(ACCOUNT.name, ACCOUNT.kind, "other")).spec_hash
    assert work().spec_hash != work(arguments="/silent").spec_hash
    assert "CANARY" not in repr(work())


def test_a_host_that_was_started_after_the_work_ended_needs_no_second_restart() -> None:
    assert TaskStatus.from_result(exited(3010, boot_time_utc="2026-03-01T01:55:00Z")).rebooted_since
    assert not TaskStatus.from_result(exited(3010, boot_time_utc="2026-02-01T00:00:00Z")).rebooted_since
