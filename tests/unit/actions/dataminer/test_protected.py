"""The system's lock while an upgrade runs, or may go on: kept whatever ends this run, until the end of the upgrade was seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.upgrade_run import UpgradeRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.task_run import TaskRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Sign
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows import waiting
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.display_lines import Progress
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import GroupLock
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import AnswerUnreadable, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import left_held
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.waiting import Patience

from tests.unit.windows.fakes import Clock, FakeHost

UNREADABLE = AnswerUnreadable("dma1", "host_task", "state is missing")
REFUSED = HandFailed("dma1", "host_task", {"msg": "no", "refusals": [{"code": "wrong_password", "message": "no"}]})
STEP = Start(
    "LAB",
    "upgrade LAB",
    orchestrator="dma1",
    task_id="dm-upgrade",
    upgrade_info=None,
    nodes=("dma1",),
    policy="",
    online_afterwards={},
)


def a_run(monkeypatch: pytest.MonkeyPatch, start: Any, follow: Any = None) -> UpgradeRun:
    """An upgrade whose utility is started with that outcome; whatever it writes down before is left out."""
    run = object.__new__(UpgradeRun)
    task = SimpleNamespace(start=lambda *_: start())
    run.progress, run.evidence = Progress("LAB", Secrets()), SimpleNamespace(keep_logs=lambda _: {}, began=None)
    run._prepared = SimpleNamespace(system=SimpleNamespace(secrets=Secrets()), wanted=lambda: SimpleNamespace(task_id="dm-upgrade"))
    followed = SimpleNamespace(started_utc=None, logs={}, follow=lambda _: follow())
    for name, made in (("prepare", None), ("_task", task), ("_work", None), ("_follow", followed)):
        monkeypatch.setattr(run, name, lambda *_, made=made: made)
    return run


def ended(upgrade: UpgradeRun, then: Any = lambda *_: None) -> tuple[list[str], BaseException]:
    """What was asked of the lock, and what came out, when a run starts, follows, and goes on with something that fails."""
    host = FakeHost({"acquired": True})
    lock = GroupLock(host, "dataminer", "me", "upgrade")
    vars(upgrade)["restart_due"] = then

    def carry_out() -> None:
        with lock, TaskRun(upgrade, lock).protecting(None) as run:
            run.carry_out(STEP, None)

    with pytest.raises(Exception) as caught:
        carry_out()
    return host.operations(), caught.value


def begun() -> TaskStatus:
    return TaskStatus(TaskState.RUNNING)


def raising(error: Exception) -> Any:
    def ends(*_: Any) -> None:
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


def test_what_is_missing_once_it_has_ended_is_waited_for_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, lines = Clock(), []
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=clock, sleep=clock.sleep))
    run = a_run(monkeypatch, begun, lambda: SimpleNamespace(run=SimpleNamespace(never_began=False)))
    run.progress = Progress("LAB", Secrets(), display=lines.append)
    missing = Sign("the web API lets an account in", "it does", "it does not answer", False, "1 D")
    for name, made in (("patience", Patience(20, 15)), ("look", None), ("signs", Proof((missing,)))):
        monkeypatch.setattr(run, name, lambda *_, made=made: made)
    monkeypatch.setattr(run, "facts", raising(KeyError("system")))
    ended(run, lambda *_: None)
    assert lines == ["LAB  --:--  waiting for the last of it: the web API lets an account in"]
    assert clock.sleeps == [15, 15]
