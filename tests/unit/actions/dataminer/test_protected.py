"""The system's lock while an upgrade goes on, or may go on: kept whatever ends this run, until the end of the upgrade was seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer import upgrade_run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.upgrade_run import UpgradeRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import GroupLock
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import AnswerUnreadable, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import left_held
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.windows.fakes import FakeHost

UNREADABLE = AnswerUnreadable("dma1", "host_task", "state is missing")
REFUSED = HandFailed("dma1", "host_task", {"msg": "no", "refusals": [{"code": "wrong_password", "message": "no"}]})
STEP = SimpleNamespace(
    orchestrator="dma1",
    task_id="dm-upgrade",
    nodes=("dma1",),
    online_afterwards={},
    acknowledged=(),
    forgets_lost=False,
    upgrade_info=None,
)


def a_run(monkeypatch: pytest.MonkeyPatch, start: Any, follow: Any = None) -> UpgradeRun:
    """A run whose utility is started with that outcome; whatever it writes down before is left out."""
    run = object.__new__(UpgradeRun)
    task = SimpleNamespace(start=lambda *_: start())
    paths = SimpleNamespace(baseline="", upgrade_info="")
    goal = SimpleNamespace(goal=None)
    run._prepared = SimpleNamespace(
        system=SimpleNamespace(long_task=lambda *_: task, secrets=Secrets()),
        staging=SimpleNamespace(paths=paths, write=lambda *_: None),
        wanted=lambda: goal,
    )
    run._options = {"stall_minutes": 1, "begin_minutes": 0, "expected_minutes": 1}
    run._limits = run._interval = run._under_way = None
    run._evidence = SimpleNamespace(keep_before=lambda _: None, keep_logs=lambda _: None, began="")
    run.renew_lock = lambda: None
    monkeypatch.setattr(run, "_work", lambda *_: None)
    monkeypatch.setattr(run, "_followed", lambda *_: None)
    for name in ("waived", "started_with", "write_upgrade_info"):
        monkeypatch.setattr(upgrade_run, name, lambda *_: None)
    monkeypatch.setattr(upgrade_run, "baseline", SimpleNamespace(take=lambda *_: None, write=lambda _: b""))
    monkeypatch.setattr(upgrade_run, "Follow", lambda *_: SimpleNamespace(to_end=follow, logs={}))
    return run


def ended(run: UpgradeRun, then: Any = lambda: None) -> tuple[list[str], BaseException]:
    """What was asked of the lock, and what came out, when a run starts, follows, and goes on with something that fails."""
    host = FakeHost({"acquired": True})
    seen = SimpleNamespace(observation=None, api=SimpleNamespace(counts=None, alarms=None))
    with pytest.raises(Exception) as caught, GroupLock(host, "dataminer", "me", "upgrade") as lock, run.protected_by(lock):
        run.follow(run.start(STEP, seen))
        then()
    return host.operations(), caught.value


def begun() -> TaskStatus:
    return TaskStatus(TaskState.RUNNING)


def raising(error: Exception) -> Any:
    def ends() -> None:
        raise error

    return ends


@pytest.mark.parametrize("error", [UNREADABLE, KeyError("length"), UnicodeEncodeError("utf-8", "x", 0, 1, "no")])
def test_an_error_while_it_is_followed_keeps_the_lock_and_is_told_as_running(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, told = ended(a_run(monkeypatch, begun, raising(error)))
    assert asked == ["acquire"]
    assert isinstance(told, StillRunning) and (told.host, told.task_id) == ("dma1", "dm-upgrade")
    assert "the lock dataminer on ms1" in left_held(told)[0]


def test_a_start_whose_answer_cannot_be_read_may_have_begun_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, told = ended(a_run(monkeypatch, raising(UNREADABLE)))
    assert asked == ["acquire"]
    assert isinstance(told, StillRunning)


def test_a_start_that_was_refused_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, told = ended(a_run(monkeypatch, raising(REFUSED)))
    assert asked == ["acquire", "release"]
    assert told is REFUSED


def test_an_error_after_its_end_was_seen_frees_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    seen_to_end = SimpleNamespace(run=SimpleNamespace(never_began=False))
    asked, told = ended(a_run(monkeypatch, begun, lambda: seen_to_end), raising(KeyError("proof")))
    assert asked == ["acquire", "release"]
    assert isinstance(told, KeyError)
