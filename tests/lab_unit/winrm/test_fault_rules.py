"""When a fault of the transport is due."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.winrm.faults import At, Effect, FaultRuleError, Faults, Moment, Stage

PROBE = "systemcenter.upgrade.host_probe"


def _moment(
    at: At = At.RECEIVE, stage: Stage = Stage.AFTER, host: str = "ms1.lab.test", module: str | None = PROBE, **marks: bool
) -> Moment:
    return Moment(at, stage, host, module, **({"ends_command": True} if stage is Stage.AFTER and not marks else marks))


def _effects(faults: Faults, *moments: Moment) -> list[Effect | None]:
    return [rule.action if (rule := faults.due(moment)) else None for moment in moments]


def test_a_lost_answer_waits_for_the_one_that_tells_the_end() -> None:
    faults = Faults([{"at": "receive", "action": "reset"}])

    assert _effects(faults, _moment(ends_command=False), _moment(ends_command=True)) == [None, Effect.RESET]


def test_a_receive_can_be_hit_while_the_module_still_runs() -> None:
    faults = Faults([{"at": "receive", "stage": "before", "action": "reset"}])

    assert _effects(faults, _moment(), _moment(stage=Stage.BEFORE)) == [None, Effect.RESET]


@pytest.mark.parametrize("at", ["command", "send"])
def test_a_module_is_hit_when_its_input_is_complete(at: str) -> None:
    faults = Faults([{"at": at, "module": "*.host_*", "action": "close"}])
    arriving = _moment(At(at), Stage.BEFORE, module=None)
    starting = _moment(At(at), Stage.BEFORE, starts_command=True)

    assert _effects(faults, arriving, starting) == [None, Effect.CLOSE]


def test_a_rule_without_a_module_counts_a_request_once() -> None:
    faults = Faults([{"at": "send", "action": "close", "nth": 2}])
    starting = _moment(At.SEND, Stage.BEFORE, starts_command=True)
    arriving = _moment(At.SEND, Stage.BEFORE, module=None)

    assert _effects(faults, arriving, starting, arriving) == [None, None, Effect.CLOSE]


def test_it_begins_with_the_nth_and_happens_so_many_times() -> None:
    faults = Faults([{"at": "receive", "action": "http_503", "nth": 2, "times": 2}])

    assert _effects(faults, *[_moment()] * 5) == [None, Effect.HTTP_503, Effect.HTTP_503, None, None]


def test_zero_times_is_for_ever() -> None:
    faults = Faults([{"at": "receive", "delay_ms": 5, "times": 0}])

    assert _effects(faults, *[_moment()] * 3) == [Effect.DELAY] * 3


def test_hosts_and_modules_are_globs_without_case() -> None:
    faults = Faults([{"at": "receive", "action": "hang", "host": "MS?.lab.test", "module": "systemcenter.*.Host_Probe"}])

    other = (_moment(host="sql1.lab.test"), _moment(module="ansible.windows.win_ping"), _moment(module=None))
    assert _effects(faults, *other, _moment()) == [None, None, None, Effect.HANG]


def test_every_matching_rule_counts_and_the_first_due_happens() -> None:
    faults = Faults([{"at": "receive", "action": "reset", "nth": 2}, {"at": "receive", "action": "close", "nth": 2}])

    assert _effects(faults, *[_moment()] * 3) == [None, Effect.RESET, Effect.CLOSE]


def test_rules_can_come_and_go_while_the_world_runs() -> None:
    faults = Faults()
    faults.add({"at": "receive", "action": "reset", "times": 0})
    before = faults.due(_moment())
    faults.clear()

    assert before is not None
    assert faults.due(_moment()) is None


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"at": "signal", "action": "reset"}, "at: 'signal' is none of create, command, send, receive"),
        ({"at": "send"}, "action: None is none of reset, close"),
        ({"at": "send", "action": "reset", "modul": "x"}, "unknown key modul"),
        ({"at": "send", "action": "truncate", "stage": "before"}, "stage: an answer is truncated after"),
        ({"at": "send", "action": "reset", "nth": 0}, "nth: 0 is no whole number of at least 1"),
        ({"at": "send", "action": "reset", "times": True}, "times: True is no whole number"),
        ({"at": "send", "action": "delay_ms"}, "delay_ms: 0 is no whole number of at least 1"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_named_with_its_key(spec: dict[str, Any], says: str) -> None:
    with pytest.raises(FaultRuleError, match=r"^fault 1: ") as refusal:
        Faults([spec])

    assert says in str(refusal.value)
