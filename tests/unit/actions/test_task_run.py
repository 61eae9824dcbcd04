"""A run of any component, here of a third one that is no task: what is started, followed and proved, and when its lock is let go."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.component import Restart
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.task_run import TaskRun
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.under_way import Place
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Attach, Plan
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows import waiting
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import GroupLock
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import left_held
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

from tests.unit.actions.pushed_agents import Group, PushedAgents, Request
from tests.unit.windows.fakes import LOST, Clock, FakeHost
from tests.unit.windows.test_reboot import AFTER, BEFORE, look

START = Plan("agents", "push the agents")
ATTACH = Attach("agents", TaskStatus(TaskState.RUNNING), "they are pushed already")
PROVE = Attach("agents", None, "pushed before")
REFUSED = HandFailed("ms1", "scom_command", {"msg": "no", "refusals": [{"code": "no_licence", "message": "no"}]})
BUSY = HandFailed("ms1", "scom_command", {"msg": "out of memory"})
KEPT, RELEASED = ["acquire"], ["acquire", "release"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that everybody waits by."""
    made = Clock()
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=made, sleep=made.sleep))
    return made


@pytest.fixture
def agents(tmp_path: Path) -> Any:
    """Makes agents whose evidence lies in a folder of the test."""
    return lambda group=None, **more: PushedAgents(group or Group(), str(tmp_path / "evidence"), **more)


class Ran:
    """One run: what was asked of its lock, and its result, or what it raised."""

    def __init__(self, component: PushedAgents, step: Plan | Attach = START, instead: BaseException | None = None) -> None:
        host = FakeHost({"acquired": True})
        lock = GroupLock(host, "scom-prod", "push@ms1", "push")
        self.result: dict[str, Any] = {}
        self.error: BaseException | None = None
        try:
            with lock, TaskRun(component, lock).protecting("old") as run:
                if instead:
                    raise instead
                self.result = run.carry_out(step, "old")
        except BaseException as error:
            self.error = error
        self.lock = host.operations()


def kept(tmp_path: Path) -> dict[str, Path]:
    return {path.name: path for path in (tmp_path / "evidence").rglob("*.*") if path.is_file()}


def failing(error: Exception) -> Any:
    def fail(*_: Any) -> None:
        raise error

    return fail


def test_what_is_started_is_followed_to_its_end_and_proved(agents: Any) -> None:
    component = agents(Group(progress=[Request(False), Request(False), Request(True)]))
    ran = Ran(component)
    assert (ran.result["step"], ran.result["changed"], ran.result["agents"]) == ("started", True, "new")
    assert component.group.asked == ["push", "request", "request", "request", "version"]
    assert component.journal == ["hold", "room", "ended", "tidy", "let go"]
    assert ran.lock == RELEASED


def test_what_runs_already_is_attached_to_and_not_started_again(agents: Any) -> None:
    component = agents()
    assert Ran(component, ATTACH).result["step"] == "attached"
    assert "push" not in component.group.asked


def test_what_was_seen_to_its_end_before_is_only_proved(agents: Any) -> None:
    component = agents()
    ran = Ran(component, PROVE)
    assert (ran.result["step"], ran.result["changed"]) == ("proved", False)
    assert component.group.asked == ["version"]


def test_an_end_that_another_run_has_judged_is_no_change_of_this_one(agents: Any) -> None:
    ran = Ran(agents(Group(progress=[Request(True, started_utc=None)])), ATTACH)
    assert (ran.result["step"], ran.result["changed"]) == ("proved", False)


def test_a_refused_start_has_started_nothing_and_lets_the_lock_go(agents: Any) -> None:
    component = agents(Group(push=REFUSED))
    ran = Ran(component)
    assert ran.error is REFUSED
    assert component.journal == ["hold", "room", "refused", "let go after HandFailed"]
    assert ran.lock == RELEASED


def test_an_error_before_the_start_lets_the_lock_go(agents: Any, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("no folder")
    component = agents()
    ran = Ran(component)
    assert isinstance(ran.error, Stop) and ran.error.text.endswith("nothing was started")
    assert component.group.asked == []
    assert ran.lock == RELEASED


@pytest.mark.parametrize("error", [LOST, BUSY, KeyError("state")], ids=["lost", "failed", "unforeseen"])
def test_a_start_whose_answer_is_unknown_may_have_begun_it_and_keeps_the_lock(agents: Any, error: Exception) -> None:
    component = agents(Group(push=error))
    ran = Ran(component)
    assert isinstance(ran.error, StillRunning) and (ran.error.host, ran.error.task_id) == ("ms1", "push-7")
    assert component.journal == ["hold", "room"], "what was stopped for it stays stopped"
    assert ran.lock == KEPT


def test_a_line_that_is_lost_for_good_keeps_the_lock_and_says_what_is_left(agents: Any) -> None:
    component = agents(Group(progress=[Request(False), LOST]))
    ran = Ran(component)
    assert isinstance(ran.error, StillRunning) and "not reachable for" in ran.error.reason
    assert [what for what in left_held(ran.error) if "monitoring" in what] and [what for what in left_held(ran.error) if "the lock" in what]
    assert "let go" not in " ".join(component.journal)
    assert ran.lock == KEPT


def test_a_line_that_comes_back_is_waited_for_and_followed_on(agents: Any) -> None:
    component = agents(Group(progress=[Request(False), LOST, LOST, Request(True)]))
    assert Ran(component).result["step"] == "started"
    assert [line for line in component.lines if "connected again" in line]


@pytest.mark.parametrize("step", [START, ATTACH], ids=["started", "attached"])
def test_work_that_is_left_to_itself_is_not_asked_about_again(agents: Any, step: Plan | Attach) -> None:
    """A limit that was reached says enough: a host that shows nothing at that moment is not believed."""
    component = agents(Group(progress=[Request(False), LOST]))
    component.ask_host = lambda _: None
    ran = Ran(component, step)
    assert isinstance(ran.error, StillRunning)
    assert "let go" not in " ".join(component.journal)
    assert ran.lock == KEPT


def test_work_that_takes_longer_than_anybody_waits_keeps_the_lock(agents: Any) -> None:
    ran = Ran(agents(Group(progress=[Request(False)])))
    assert isinstance(ran.error, StillRunning) and "watched for" in ran.error.reason
    assert ran.lock[-1] != "release"


@pytest.mark.parametrize("step", [START, ATTACH], ids=["started", "attached"])
@pytest.mark.parametrize("error", [KeyError("length"), Stop("the controller's disk is full")], ids=["unforeseen", "told"])
def test_an_error_while_it_is_followed_keeps_the_lock(agents: Any, error: Exception, step: Plan | Attach) -> None:
    ran = Ran(agents(Group(progress=[error])), step)
    assert isinstance(ran.error, StillRunning if isinstance(error, KeyError) else Stop)
    assert ran.lock == KEPT


def test_an_interruption_keeps_the_lock_and_stays_one(agents: Any) -> None:
    component = agents(Group(progress=[KeyboardInterrupt()]))
    ran = Ran(component)
    assert isinstance(ran.error, KeyboardInterrupt)
    assert component.journal == ["hold", "room"]
    assert ran.lock == KEPT


def test_the_lock_is_released_after_an_error_when_the_end_of_the_work_was_seen(agents: Any) -> None:
    component = agents(Group(versions=[KeyError("state")]))
    ran = Ran(component)
    assert isinstance(ran.error, KeyError) and left_held(ran.error) == ()
    assert component.journal[-1] == "let go after KeyError"
    assert ran.lock == RELEASED


def test_what_runs_before_the_lock_is_taken_keeps_it_whatever_goes_wrong_then(agents: Any) -> None:
    component = agents(runs=True)
    ran = Ran(component, instead=LOST)
    assert isinstance(ran.error, StillRunning)
    assert component.journal == ["hold while it may run"]
    assert ran.lock == KEPT


def test_what_the_host_says_counts_for_more_than_what_this_run_knows(agents: Any) -> None:
    seen_to_end, begun_by_others = agents(runs=True), agents()
    seen_to_end.ask_host = lambda _: None
    begun_by_others.ask_host = lambda _: Place("ms1", "push-7")
    assert Ran(seen_to_end, instead=LOST).lock == RELEASED
    assert Ran(begun_by_others, instead=LOST).lock == KEPT


@pytest.mark.parametrize(("runs", "lock"), [(True, KEPT), (False, RELEASED)], ids=["may run", "never began"])
def test_a_host_that_cannot_be_asked_changes_nothing_of_what_this_run_knows(agents: Any, runs: bool, lock: list[str]) -> None:
    component = agents(runs=runs)
    component.ask_host = failing(ValueError("sideways"))
    assert Ran(component, instead=LOST).lock == lock


class ARestartedHost(FakeHost):
    """One that is restarted when it is asked to."""

    def act(self, module: str, _arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((module, {}))
        return {}


def test_a_restart_that_is_owed_comes_before_the_proof_and_keeps_the_lock_meanwhile(agents: Any) -> None:
    host = ARestartedHost(look(BEFORE), *[LOST] * 12, look(AFTER), look(AFTER))
    component = agents(due=Restart(host, "restarting the server", ("OMSDK",), 1800, 60))
    ran = Ran(component, PROVE)
    assert "ansible.windows.win_reboot" in host.operations()
    assert (ran.result["step"], ran.result["changed"]) == ("proved", True)
    assert ran.lock == ["acquire", "renew", "renew", "release"]


def test_a_restart_that_is_under_way_is_waited_for_and_not_asked_for(agents: Any) -> None:
    host = ARestartedHost(LOST, look(AFTER), look(AFTER))
    Ran(agents(due=Restart(host, "the server restarts", ("OMSDK",), 1800, 60, boot_time=BEFORE, is_under_way=True)))
    assert host.operations() == ["host_probe"] * 3


def test_what_settles_late_is_waited_for_and_told_once(agents: Any) -> None:
    component = agents(Group(versions=["old", "old", LOST, "new"]))
    assert Ran(component).result["agents"] == "new"
    waited = [line for line in component.lines if "waiting for the agents" in line]
    assert [line.partition("waiting for the agents: ")[2].partition(" (")[0] for line in waited] == [
        "version of the agents",
        "it does not answer",
    ]


def test_what_is_not_proved_fails_with_every_sign_and_lets_the_lock_go(agents: Any, tmp_path: Path) -> None:
    component = agents(Group(versions=["old"]))
    ran = Ran(component)
    assert isinstance(ran.error, Stop)
    assert ran.error.text.startswith(
        "agents: the upgrade failed or could not be verified.\n  cause    version of the agents: old (expected new)"
    )
    assert ran.error.facts["still_running"] is False and ran.error.facts["step"] == "started"
    assert "tidy" not in component.journal
    assert ran.lock == RELEASED
    assert str(kept(tmp_path)["evidence.json"]) in ran.error.text


def test_the_evidence_is_kept_in_a_folder_of_the_start(agents: Any, tmp_path: Path) -> None:
    ran = Ran(agents())
    files = kept(tmp_path)
    proof = json.loads(files["evidence.json"].read_text())
    assert files["evidence.json"].parent.name == "2026-03-01T01-12-00"
    assert proof["logs"] == {"agents": str(files["agents.log"])}
    assert proof["step"] == "started" and proof["evidence_directory"] == ran.result["evidence_directory"]


def test_logs_are_kept_also_of_work_that_is_left_to_itself(agents: Any, tmp_path: Path) -> None:
    Ran(agents(Group(progress=[Request(False), LOST])))
    assert kept(tmp_path)["agents.log"].read_text() == "another agent is done\n"


def test_a_disk_that_is_full_leaves_no_server_half_way(agents: Any, tmp_path: Path) -> None:
    component = agents()
    component.prepare = lambda *_: Path(component.evidence.folder).parent.write_text("no folder")
    (tmp_path / "evidence").mkdir()
    ran = Ran(component)
    assert ran.result["agents"] == "new"
    assert [line.partition("cannot be kept")[0].rpartition("  ")[2] for line in component.lines if "cannot be kept" in line] == [
        "the logs ",
        "evidence.json ",
    ]
    assert ran.lock == RELEASED


def test_what_cannot_be_cleared_away_makes_no_failure_of_what_is_proved(agents: Any) -> None:
    component = agents()
    component.clear_away = failing(ConnectionLost("ms1", "reset"))
    assert Ran(component).result["agents"] == "new"
    assert [line for line in component.lines if line.startswith("ms1  ") and "the push is done; the next run clears away" in line]
