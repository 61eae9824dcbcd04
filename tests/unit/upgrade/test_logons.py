"""Whether a password may be tried, and what its one try has shown (powershell-probes 1.17-1.21)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import (
    Outcome,
    Standing,
    Trial,
    account_key,
    given_two_passwords,
    says_wrong_password,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

from tests.unit.scom.builders import answer, unanswered


def standing(**data: Any) -> Standing:
    return Standing.read(Answers.from_result({"account": answer(**data)})["account"])


@pytest.mark.parametrize(
    ("count", "threshold", "may"),
    [(0, 5, True), (2, 5, True), (3, 5, False), (4, 5, False), (9, 5, False), (0, 2, True), (1, 2, False), (1, 3, False), (0, 1, False)],
)
def test_a_password_is_not_tried_close_to_the_lockout(count: int, threshold: int, may: bool) -> None:
    near = standing(locked=False, bad_password_count=count, lockout_threshold=threshold)
    assert (near.forbids == "") is may
    assert near.unread == ""


def test_the_reason_names_both_numbers() -> None:
    near = standing(locked=False, bad_password_count=4, lockout_threshold=5)
    assert near.forbids == "4 wrong passwords are counted, and 5 lock the account"


@pytest.mark.parametrize("threshold", [0, 5, None])
def test_a_locked_account_is_never_tried(threshold: int | None) -> None:
    assert standing(locked=True, bad_password_count=0, lockout_threshold=threshold).forbids == "the account is locked"


@pytest.mark.parametrize("count", [0, 99, None])
def test_an_account_that_never_locks_is_tried(count: int | None) -> None:
    near = standing(locked=False, bad_password_count=count, lockout_threshold=0)
    assert (near.forbids, near.unread) == ("", "")


@pytest.mark.parametrize(("count", "threshold"), [(None, 5), (2, None), (None, None)])
def test_what_is_not_told_of_the_lockout_is_said_and_forbids_nothing(count: int | None, threshold: int | None) -> None:
    near = standing(locked=False, bad_password_count=count, lockout_threshold=threshold)
    assert near.forbids == ""
    assert near.unread


def test_a_directory_that_does_not_answer_is_said_in_its_own_words() -> None:
    near = Standing.read(Answers.from_result({"account": unanswered("unsupported", "second hop")})["account"])
    assert (near.forbids, near.unread) == ("", "second hop")


def trial(**data: Any) -> Trial:
    return Trial.read(Answers.from_result({"logon": answer(**data)})["logon"], "ms1")


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        *((word, Outcome.RIGHT) for word in ("ok", "restriction", "right_missing")),
        *((word, Outcome.REFUSED) for word in ("wrong_password", "expired", "disabled", "locked", "must_change")),
        ("no_logon_server", Outcome.UNTRIED),
    ],
)
def test_every_answer_to_a_logon_says_whether_the_password_may_be_used(reason: str, outcome: Outcome) -> None:
    found = trial(valid=reason == "ok", code=1, reason=reason)
    assert found.outcome is outcome
    assert found.is_right is (outcome is Outcome.RIGHT)
    assert (found.reads == "") is (reason == "ok")


def test_a_logon_that_nobody_could_judge_settles_nothing() -> None:
    found = Trial.read(Answers.from_result({"logon": unanswered("broken", "Win32 code 1789")})["logon"], "ms1")
    assert not found.is_right and not found.is_settled
    assert found.reads == "could not be tried: Win32 code 1789"


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_but_a_good_one_reads_and_says_what_to_do(outcome: Outcome) -> None:
    found = Trial(outcome, "wrong_password", "ms1")
    assert found.reads and found.fix
    assert found.is_right is (outcome is Outcome.RIGHT)


@pytest.mark.parametrize("other", ["CONTOSO\\svc2", "svc@fabrikam.lab", ".\\svc", "svc", "MS1\\svc"])
def test_accounts_that_differ_are_told_apart(other: str) -> None:
    assert account_key(other, "ms1.contoso.lab") != account_key("CONTOSO\\svc", "ms1.contoso.lab")


def test_a_local_account_is_another_one_on_every_host() -> None:
    assert account_key(".\\svc", "ms1.contoso.lab") == account_key("MS1\\svc", "ms2.contoso.lab") == account_key("svc", "ms1")
    assert account_key("svc", "ms1") != account_key("svc", "ms2")


def test_different_passwords_of_different_accounts_are_ordinary() -> None:
    assert given_two_passwords({"a": ("CONTOSO\\a", "1"), "b": ("CONTOSO\\b", "2"), "c": ("contoso\\A", "1")}) == ""


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ({"msg": "Failed to logon svc (Falsches Kennwort, Win32ErrorCode 1326 - 0x0000052E)"}, True),
        ({"msg": "x", "exception": "Win32ErrorCode 1326 - 0x0000052E"}, True),
        ({"msg": "Win32ErrorCode 1909 - 0x00000775"}, False),
        ({"msg": "x", "refusals": [{"code": "disk_full"}, {"code": "wrong_password"}]}, True),
        ({"msg": "x", "refusals": [{"code": "account_locked"}]}, False),
        ({}, False),
    ],
)
def test_a_refused_password_is_recognised_in_every_language(result: dict[str, Any], wrong: bool) -> None:
    assert says_wrong_password(result) is wrong
