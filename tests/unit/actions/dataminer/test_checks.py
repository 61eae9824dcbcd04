"""The package's checks when two controllers prepare one upgrade: each gets the results, and neither takes the other's away."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.checks import PackageChecks
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import Checks
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.goal import Goal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account, AccountKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import NAMES_ALONE, Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import HandFailed
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

BEGUN, WRITTEN = "2031-01-15T22:00:00Z", "2031-01-15T22:01:00Z"
RESULTS = b'{"Outcome":"NoIssues","TestExecuted":true,"ResultMessage":"No issues detected"}'
GOAL = Goal("x.dmupgrade", PackageKind.FULL, None, 1, "ab" * 32, prerequisites=("VerifyOSVersion.dll",))

ABSENT = TaskStatus(TaskState.ABSENT)
RUNNING = TaskStatus(TaskState.RUNNING, started_utc=BEGUN)
EXITED = TaskStatus(TaskState.EXITED, exit_code=0, started_utc=BEGUN)
EARLIER = TaskStatus(TaskState.EXITED, exit_code=0, started_utc="2031-01-14T20:00:00Z")


class Paths:
    """Where everything lies on the node."""

    checks, results = r"C:\Staging\Prerequisites", r"C:\Staging\results.json"


@dataclass
class OneNode:
    """A system of one node, with a task that goes through the states given; ``refuses``: its task cannot be forgotten at that moment."""

    states: list[TaskStatus]
    started: TaskStatus = RUNNING
    written_utc: str = WRITTEN
    refuses: tuple[int, ...] = ()
    refusal: str = "still_running"
    id: str = "dm-checks-abababababababab"
    paths: type[Paths] = Paths
    secrets: Secrets = NAMES_ALONE
    done: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> dict[str, OneNode]:
        return {"dma1": self}

    def long_task(self, *_given: Any) -> OneNode:
        return self

    def lay_out_checks(self, _names: list[str]) -> str:
        return r"C:\Staging\Prerequisites\executor\StandaloneBpaExecutor.exe"

    def status(self) -> TaskStatus:
        return self.states.pop(0)

    def start(self, _work: Any) -> TaskStatus:
        self.done.append("start")
        return self.started

    def forget(self, *, lost_too: bool) -> None:
        self.done.append("forget")
        if self.done.count("forget") in self.refuses:
            refusals = [{"code": self.refusal, "message": "it cannot be forgotten"}]
            raise HandFailed("dma1", "host_task", {"refusals": refusals, "lost_too": lost_too})

    def probe(self, _questions: Any) -> Answers:
        content = {"bytes": base64.b64encode(RESULTS).decode()}
        return Answers.from_result(
            {"written": {"state": "present", "data": {"modified_utc": self.written_utc}}, "text": {"state": "present", "data": content}}
        )


def checked(node: Any) -> Checks:
    limits = Limits(interval_seconds=0)
    account = Account("LAB\\svc", AccountKind.PASSWORD, "x")
    return PackageChecks(node, node, account, limits).run(GOAL, ["dma1"])["dma1"]


def are_known(checks: Checks) -> bool:
    return checks.results is not None and checks.results.is_known


def test_what_an_earlier_run_left_is_forgotten_and_they_are_run_again() -> None:
    node = OneNode([EARLIER, EXITED])
    assert are_known(checked(node))
    assert node.done == ["forget", "start", "forget"]


def test_checks_that_run_already_are_attached_to_and_not_forgotten() -> None:
    node = OneNode([RUNNING, RUNNING, EXITED])
    assert are_known(checked(node))
    assert node.done == ["start", "forget"]


def test_results_that_another_controller_has_read_and_forgotten_are_read_too() -> None:
    node = OneNode([RUNNING, RUNNING, ABSENT])
    assert are_known(checked(node))


def test_a_run_that_another_controller_begins_anew_is_waited_for() -> None:
    node = OneNode([ABSENT, ABSENT, RUNNING, RUNNING, EXITED], started=TaskStatus(TaskState.RUNNING))
    assert are_known(checked(node))
    assert node.states == []


@pytest.mark.parametrize("states", [[EARLIER, RUNNING, EXITED], [ABSENT, EXITED]], ids=["still runs", "has ended already"])
def test_a_run_that_another_controller_begins_at_this_moment_is_attached_to(states: list[TaskStatus]) -> None:
    assert are_known(checked(OneNode(states, refuses=(1,))))


def test_what_cannot_be_forgotten_for_another_reason_ends_the_action() -> None:
    with pytest.raises(HandFailed):
        checked(OneNode([EARLIER], refuses=(1,), refusal="no_access"))


def test_a_task_that_is_the_other_controllers_by_now_is_left_to_it() -> None:
    node = OneNode([ABSENT, EXITED], refuses=(2,))
    assert are_known(checked(node))


def test_results_of_an_earlier_run_tell_nothing() -> None:
    node = OneNode([ABSENT, EXITED, EXITED], written_utc="2031-01-15T21:59:00Z")
    assert not are_known(checked(node))
