"""An answer in no shape that its hand has ends as one failure that names the host and the hand, never in the words of Python."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.fields import Fields, Misshapen
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers, Unreadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.explanation import explain
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits, StillRunning
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import GroupLock
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import AnswerUnreadable, HandFailed, Host
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.long_task import LongTask
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.service_notes import QuiescedServices
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskStatus
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.windows.fakes import Clock, FakeHost
from tests.unit.windows.test_long_task import LOGS, Seen, piece, running

NUMBERS = st.integers() | st.floats() | st.sampled_from([-1, 2**63, 10**400])
TEXTS = st.text(max_size=5) | st.sampled_from(["sideways", "running", "absent", "\0", "\ud800", "2026-13-45T99:00:00Z", "AAA"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda within: st.lists(within, max_size=2) | st.dictionaries(st.text(max_size=5), within, max_size=2),
    max_leaves=4,
)

POLL = {
    **running(
        exit_code=0,
        launch_error={"message": "no such program"},
        failure={"message": "no such account"},
        lost_reason="rebooted",
        spec_hash="ab",
        requester="CONTOSO\\admin",
        ended_utc="2026-03-01T01:52:00Z",
        elapsed_seconds=3.5,
        boot_time_utc="2026-03-01T00:00:00.1234567Z",
        left_running=[{"name": "msiexec.exe"}, "setup.exe"],
        folder=r"C:\ProgramData\systemcenter.upgrade\tasks\one",
    ),
    "logs": piece(b"a line", 0, 6),
}
LOOK = {
    "system": {"state": "present", "data": {"boot_time_utc": "2026-03-01T00:00:00Z"}, "error": None, "ms": 3},
    "services": {"state": "present", "data": {"services": {"OMSDK": {"status": "running", "start_mode": "auto", "delayed": False}}}},
    "broken": {"state": "broken", "error": {"type": "IOException", "message": "no", "hresult": -2147024891, "native": 5}},
}


def places(found: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something can be put in the place of what is there."""
    below = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [*([above] if above else []), *(place for name, value in below for place in places(value, (*above, name)))]


@st.composite
def damaged(draw: st.DrawFn, sound: Any) -> Any:
    """A sound answer with something else in one place, or with something missing."""
    answer = copy.deepcopy(sound)
    *way, last = draw(st.sampled_from(places(answer)))
    within = answer
    for name in way:
        within = within[name]
    if isinstance(within, dict) and draw(st.booleans()):
        del within[last]
    else:
        within[last] = draw(ANYTHING)
    return answer


@given(damaged(POLL))
def test_a_damaged_look_at_a_task_is_read_or_told_as_one_that_cannot_be_read(answer: dict[str, Any]) -> None:
    seen, clock = Seen(), Clock()
    task = LongTask(FakeHost(answer), "one", Limits(patience_seconds=0, give_up_seconds=-1), clock, clock.sleep)
    try:
        task.follow(LOGS, seen.watcher())
        status = task.status()
    except (StillRunning, AnswerUnreadable):
        return
    assert (status.rebooted_since, status.is_running) is not None
    assert all(isinstance(one, str) for one in status.left_running)
    "".join([status.started_utc or "", *status.left_running, status.folder or ""]).encode()


@given(ANYTHING)
def test_whatever_a_task_answers_nothing_but_a_status_or_misshapen_comes_of_it(answer: Any) -> None:
    try:
        assert TaskStatus.from_result(answer).elapsed_seconds is not None
    except Misshapen as told:
        assert str(told)


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("nan"), 1e13, True, "5"])
def test_a_time_span_that_is_none_is_misshapen(value: Any) -> None:
    with pytest.raises(Misshapen):
        Fields({"elapsed_seconds": value}).seconds("elapsed_seconds")


@given(damaged(LOOK))
def test_a_damaged_probe_is_read_or_misshapen(answers: dict[str, Any]) -> None:
    try:
        found = Answers.from_result(answers)
    except Misshapen as told:
        assert str(told)
        return
    for answer in found.values():
        assert isinstance(answer.data.get("anything", ""), str)


NOTED = {
    "answers": {
        "quiesce_note": {"state": "present", "data": {"values": {"OMSDK": {"type": "string", "value": "running;auto;at once"}}}},
        "quiesce_services": LOOK["services"],
    }
}


@given(damaged(NOTED))
def test_services_are_held_and_put_back_or_told_as_unreadable(answer: dict[str, Any]) -> None:
    def reply(arguments: dict[str, Any]) -> dict[str, Any]:
        return answer if "questions" in arguments else {}

    services = QuiescedServices(FakeHost(reply), ("OMSDK",))
    for act in (services.hold, services.restore):
        try:
            assert act() in (True, False)
        except (AnswerUnreadable, Unreadable) as told:
            assert str(told)


@given(ANYTHING)
def test_a_lock_is_held_or_not_and_never_guessed(acquired: Any) -> None:
    host = FakeHost({"acquired": acquired})
    try:
        with GroupLock(host, "scom-prod", "me", "upgrade"):
            assert acquired is True
    except AnswerUnreadable as told:
        assert told.host == "ms1" and told.hand == "host_lock" and not isinstance(acquired, bool)
    except Exception as held:
        assert acquired is False, held


def test_an_unknown_state_names_host_hand_and_what_is_wrong() -> None:
    with pytest.raises(AnswerUnreadable) as told:
        LongTask(FakeHost({"state": "sideways"}), "one", Limits()).status()
    text = explain(told.value, "another")
    assert text.startswith("ms1: the answer of host_task cannot be read: state 'sideways' is none of absent, running, exited, lost.")
    assert "next     run the same command again" in text


def test_an_unknown_state_of_a_running_task_is_asked_for_again_and_left_running_in_the_end() -> None:
    clock, seen = Clock(), Seen()
    task = LongTask(FakeHost(running(), {"state": "sideways"}), "one", Limits(patience_seconds=60), clock, clock.sleep)
    with pytest.raises(StillRunning, match="sideways"):
        task.follow(LOGS, seen.watcher())


def test_a_log_that_goes_back_is_not_followed_for_ever() -> None:
    back = {"wizard": {**piece(b"", 5, 9)["wizard"], "next_offset": -7}}
    clock = Clock()
    with pytest.raises(StillRunning, match=r"logs\.wizard"):
        LongTask(FakeHost(running(logs=back)), "one", Limits(patience_seconds=0), clock, clock.sleep).follow(LOGS, Seen().watcher())


def test_a_question_without_an_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    host = object.__new__(Host)
    host.name = "ms1"
    monkeypatch.setattr(Host, "ask", lambda _self, _hand, **_arguments: {"answers": {"one": {"state": "absent"}}})
    with pytest.raises(AnswerUnreadable, match="no answer to two"):
        host.probe({"one": {}, "two": {}})


def test_halves_of_characters_in_an_answer_are_shown_as_what_they_are() -> None:
    host = object.__new__(Host)
    host.name = "ms1"
    assert host._judged("win_stat", {"stat": [{"path": "C:\\a\ud800b"}]}) == {"stat": [{"path": "C:\\a\N{REPLACEMENT CHARACTER}b"}]}


@pytest.mark.parametrize("refusals", ["yes", [1], [{"message": "x"}], {"code": "x"}])
def test_refusals_that_cannot_be_read_are_none_so_that_work_may_have_begun(refusals: Any) -> None:
    failed = HandFailed("ms1", "host_task", {"msg": "no", "refusals": refusals})
    assert failed.refusals == ()
    assert explain(failed, "ms1") == "ms1: no"
