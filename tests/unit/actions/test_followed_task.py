"""A program that runs as a task: followed by its logs, and for as long as what it left behind goes on with the work."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.followed_task import FollowedTask
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.run_evidence import Log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.long_task import LongTask
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.windows.fakes import LOST, Clock, FakeHost
from tests.unit.windows.test_long_task import LOGS, Seen, exited, piece, running


def test_a_program_is_followed_by_its_logs_until_nothing_of_its_work_goes_on() -> None:
    host, clock, seen = FakeHost(running(logs=piece(b"abc", 0, 3)), exited(), LOST, exited(), exited()), Clock(), Seen()
    left = [False, False, True]
    looks: list[int] = []
    watch = SimpleNamespace(watched=LOGS, logs={"wizard": Log("OpsMgrSetupWizard.log", b"abc")}, watcher=seen.watcher)
    task = LongTask(host, "scom-management-server-2025", Limits(), clock, clock.sleep)
    followed = FollowedTask(task, "2026-03-01T01:12:00Z", watch, lambda _: left.pop(0))

    status: TaskStatus = followed.follow(lambda: looks.append(len(host.operations())))

    assert (status.state, left) == (TaskState.EXITED, [])
    assert (seen.log, followed.logs) == (b"abc", watch.logs)
    assert looks == [0, 1, 2, 3, 4], "before every look, also one that is lost"
