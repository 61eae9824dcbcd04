"""The other servers' services around one setup: let go only when it is certain that no setup runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.setup_run import SetupRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.task_run import TaskRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.observation import Observation, Wanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import AnswerUnreadable, ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import left_held
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

from tests.unit.scom.builders import ATask, a_peer, an_observation

ACCOUNT = {"name": "CONTOSO\\svc", "password": "CANARY"}
OPTIONS: dict[str, Any] = {
    "accept_license": True,
    "setup_account": ACCOUNT,
    "das_account": {"type": "user", **ACCOUNT},
    "data_reader_account": ACCOUNT,
    "switches": {},
    "poll_interval_seconds": None,
    "patience_minutes": 1,
    "give_up_minutes": 1,
    "expected_minutes": 1,
    "evidence_directory": "evidence",
}
LOST = ConnectionLost("ms1", "reset")
ABSENT, RUNNING = TaskStatus(TaskState.ABSENT), TaskStatus(TaskState.RUNNING)


class Lock:
    """The group's lock, and whether it is kept after an error."""

    is_kept = False

    def renew(self) -> None:
        pass

    def keep(self) -> None:
        self.is_kept = True


class Held:
    """What was asked of the others' services."""

    mine = False

    def __init__(self, trouble: Stop | None = None) -> None:
        self.calls: list[str] = []
        self._trouble = trouble

    def hold_others(self, skip_unreachable: object = None) -> None:
        self.calls.append("hold")

    def left(self) -> str:
        return "the services of ms2 are stopped"

    def release_others(self) -> bool:
        self.calls.append("release")
        if self._trouble:
            raise self._trouble
        return True


def during(error: BaseException | None, *, seen: Observation, now: TaskStatus | Exception, held: Held, lock: Lock | None = None) -> None:
    """An error in the middle of one upgrade, whose task is in a certain state then."""

    def status() -> TaskStatus:
        if isinstance(now, Exception):
            raise now
        return now

    task = SimpleNamespace(id="scom-management-server-2025", status=status)
    server = SimpleNamespace(host=SimpleNamespace(name="ms1"), held=held, long_task=lambda _: task)
    setup = SetupRun(SimpleNamespace(secrets=Secrets()), server, OPTIONS, Wanted(Release.R2025))
    with TaskRun(setup, lock or Lock()).protecting(seen):
        if error:
            raise error


def idle() -> Observation:
    return an_observation(None, a_peer("ms2"))


def attached() -> Observation:
    return an_observation(None, a_peer("ms2", stopped=True), task=ATask("running"))


@pytest.mark.parametrize("now", [ABSENT, LOST], ids=["nothing runs", "it does not answer"])
def test_a_failure_before_anything_is_started_lets_the_others_go(now: TaskStatus | Exception) -> None:
    held = Held()
    with pytest.raises(ConnectionLost):
        during(LOST, seen=idle(), now=now, held=held)
    assert held.calls == ["hold", "release"]


def test_a_failure_while_another_run_of_the_same_work_has_started_setup_lets_nobody_go() -> None:
    held = Held()
    with pytest.raises(StillRunning, match="reset"):
        during(LOST, seen=idle(), now=RUNNING, held=held)
    assert held.calls == ["hold"]


@pytest.mark.parametrize("now", [RUNNING, LOST, HandFailed("ms1", "host_task", {"msg": "busy"})], ids=["it runs", "silent", "busy"])
def test_a_failure_while_attached_lets_nobody_go_and_is_told_as_still_running(now: TaskStatus | Exception) -> None:
    held = Held()
    with pytest.raises(StillRunning):
        during(HandFailed("ms1", "sql_query", {"msg": "out of memory"}), seen=attached(), now=now, held=held)
    assert "release" not in held.calls


def test_an_interruption_while_attached_lets_nobody_go() -> None:
    held = Held()
    with pytest.raises(KeyboardInterrupt):
        during(KeyboardInterrupt(), seen=attached(), now=ABSENT, held=held)
    assert "release" not in held.calls


def test_a_failure_stays_the_first_thing_told_when_the_others_cannot_be_let_go() -> None:
    held = Held(Stop("ms2 could not be restored"))
    with pytest.raises(Stop) as stopped:
        during(Stop("setup failed", exit_code=1603), seen=idle(), now=ABSENT, held=held)
    assert stopped.value.text == "setup failed\nms2 could not be restored"
    assert stopped.value.facts == {"exit_code": 1603}


def test_a_lost_connection_stays_the_first_thing_told_when_the_others_cannot_be_let_go() -> None:
    held = Held(Stop("ms2 could not be restored"))
    with pytest.raises(Stop) as stopped:
        during(LOST, seen=idle(), now=ABSENT, held=held)
    assert stopped.value.text.startswith("ms1: the connection was lost")
    assert stopped.value.text.endswith("ms2 could not be restored")


def test_others_that_cannot_be_let_go_after_an_upgrade_do_not_hide_that_it_went_well() -> None:
    with pytest.raises(Stop, match=r"^ms1: done with this server itself\. ms2 could not be restored$"):
        during(None, seen=idle(), now=ABSENT, held=Held(Stop("ms2 could not be restored")))


UNREADABLE = AnswerUnreadable("ms1", "host_task", "state 'sideways' is none of absent, running, exited, lost")


@pytest.mark.parametrize(
    "now", [UNREADABLE, ValueError("'sideways' is not a valid TaskState"), KeyError("state")], ids=["told", "raw", "key"]
)
@pytest.mark.parametrize("error", [UNREADABLE, KeyError("quiesce_note"), UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates")])
def test_an_answer_that_cannot_be_read_counts_as_a_setup_that_runs(error: Exception, now: Exception) -> None:
    held, lock = Held(), Lock()
    with pytest.raises(StillRunning) as told:
        during(error, seen=attached(), now=now, held=held, lock=lock)
    assert "release" not in held.calls
    assert lock.is_kept
    assert left_held(told.value) == ("the services of ms2 are stopped",)


def test_the_lock_stays_while_a_setup_runs_whatever_this_run_ends_with() -> None:
    held, lock = Held(), Lock()
    with pytest.raises(Stop) as told:
        during(Stop("evidence_directory: disk full"), seen=idle(), now=RUNNING, held=held, lock=lock)
    assert lock.is_kept
    assert left_held(told.value) == ("the services of ms2 are stopped",)


def test_the_lock_is_free_after_an_error_of_ours_when_the_end_of_setup_was_seen() -> None:
    held, lock = Held(), Lock()
    with pytest.raises(KeyError):
        during(KeyError("verdict"), seen=attached(), now=TaskStatus(TaskState.EXITED, exit_code=0), held=held, lock=lock)
    assert not lock.is_kept
    assert held.calls[-1] == "release"
