"""One try of each account in a run, whichever process makes it, and no password in any file."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.tried_passwords import TriedPasswords

PASSWORD = "CANARY-once"
WRONG = Trial(Outcome.REFUSED, "wrong_password", "ms1")
FORK = multiprocessing.get_context("fork")


class Attempts:
    """Counts the tries that were made."""

    def __init__(self, *ends: Trial | Exception) -> None:
        self.made = 0
        self._ends = list(ends)

    def __call__(self) -> Trial:
        self.made += 1
        end = self._ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


@pytest.fixture
def tried(tmp_path: Path) -> TriedPasswords:
    return TriedPasswords(tmp_path / "tried")


@pytest.mark.parametrize("outcome", [Outcome.RIGHT, Outcome.REFUSED, Outcome.WITHHELD])
def test_a_password_is_tried_once_and_the_others_read_what_was_found(tried: TriedPasswords, outcome: Outcome) -> None:
    found = Trial(outcome, "x", "ms1")
    attempts = Attempts(found)
    assert [tried.once("svc@contoso", PASSWORD, host, attempts) for host in ("ms1", "ms2", "ms3")] == [found] * 3
    assert attempts.made == 1


def test_another_account_is_tried_for_itself(tried: TriedPasswords) -> None:
    attempts = Attempts(WRONG, WRONG)
    for account in ("das@contoso", "setup@contoso"):
        tried.once(account, PASSWORD, "ms1", attempts)
    assert attempts.made == 2


def test_a_second_password_of_an_account_is_not_tried(tried: TriedPasswords) -> None:
    attempts = Attempts(WRONG)
    tried.once("svc@contoso", PASSWORD, "ms1", attempts)
    assert tried.once("svc@contoso", "CANARY-twice", "ms2", attempts) == Trial(Outcome.OTHER_PASSWORD, where="ms1")
    assert attempts.made == 1


def test_a_worker_with_a_key_of_its_own_tries_nothing_a_second_time(tmp_path: Path) -> None:
    attempts = Attempts(WRONG)
    for key in (b"1" * 32, b"2" * 32):
        TriedPasswords(tmp_path / "tried", key).once("svc@contoso", PASSWORD, "ms1", attempts)
    assert attempts.made == 1


def test_what_settles_nothing_is_tried_on_the_next_host(tried: TriedPasswords) -> None:
    attempts = Attempts(Trial(Outcome.UNTRIED, "no domain controller answered", "ms1"), WRONG)
    assert tried.once("svc@contoso", PASSWORD, "ms1", attempts).outcome is Outcome.UNTRIED
    assert tried.once("svc@contoso", PASSWORD, "ms2", attempts) == WRONG


def test_a_try_whose_answer_was_lost_is_not_made_again(tried: TriedPasswords) -> None:
    attempts = Attempts(OSError("reset"))
    with pytest.raises(OSError, match="reset"):
        tried.once("svc@contoso", PASSWORD, "ms1", attempts)
    assert tried.once("svc@contoso", PASSWORD, "ms2", attempts) == Trial(Outcome.IN_DOUBT, where="ms1")
    assert attempts.made == 1


def test_a_try_that_was_surely_not_made_is_made_by_the_next(tried: TriedPasswords) -> None:
    attempts = Attempts(OSError("no route"), WRONG)
    with pytest.raises(OSError, match="no route"):
        tried.once("svc@contoso", PASSWORD, "ms1", attempts, was_made=lambda _: False)
    assert tried.once("svc@contoso", PASSWORD, "ms2", attempts) == WRONG


def test_a_password_that_is_refused_later_is_not_used_again(tried: TriedPasswords) -> None:
    attempts = Attempts(Trial(Outcome.RIGHT, "ok", "ms1"))
    tried.once("svc@contoso", PASSWORD, "ms1", attempts)
    tried.refuse("svc@contoso", PASSWORD, WRONG)
    assert tried.once("svc@contoso", PASSWORD, "ms2", attempts) == WRONG


def test_a_shorter_note_takes_the_place_of_a_longer_one(tried: TriedPasswords) -> None:
    tried.once("svc@contoso", PASSWORD, "a-host-with-a-long-name.contoso.lab", Attempts(Trial(Outcome.RIGHT, "ok", "ms1.contoso.lab")))
    tried.refuse("svc@contoso", PASSWORD, Trial(Outcome.REFUSED, "x", "y"))
    assert tried.once("svc@contoso", PASSWORD, "ms2", Attempts()) == Trial(Outcome.REFUSED, "x", "y")


def test_nothing_that_is_written_tells_the_password(tried: TriedPasswords, tmp_path: Path) -> None:
    tried.once("svc@contoso", PASSWORD, "ms1", Attempts(WRONG))
    TriedPasswords(tmp_path / "other").once("svc@contoso", PASSWORD, "ms1", Attempts(WRONG))
    TriedPasswords(tmp_path / "keyed", b"another key").once("svc@contoso", PASSWORD, "ms1", Attempts(WRONG))
    (one,), (other,), (keyed,) = ([*(tmp_path / folder).iterdir()] for folder in ("tried", "other", "keyed"))
    assert PASSWORD not in one.read_text()
    assert one.read_text() == other.read_text() != keyed.read_text()
    assert one.stat().st_mode & 0o777 == 0o600
    assert one.parent.stat().st_mode & 0o777 == 0o700


def in_a_worker(work: Callable[[], object]) -> multiprocessing.process.BaseProcess:
    process = FORK.Process(target=work)
    process.start()
    return process


def test_workers_that_contend_make_one_try_and_wait_for_it(tmp_path: Path) -> None:
    began, go_on = FORK.Event(), FORK.Event()
    made, found = FORK.SimpleQueue(), FORK.SimpleQueue()

    def slow() -> Trial:
        made.put(os.getpid())
        began.set()
        assert go_on.wait(20)
        return WRONG

    def work() -> None:
        found.put(TriedPasswords(tmp_path / "tried").once("svc@contoso", PASSWORD, "ms1", slow))

    workers = [in_a_worker(work)]
    assert began.wait(20)
    workers += [in_a_worker(work) for _unused in range(3)]
    assert found.empty()
    go_on.set()
    assert [found.get() for _unused in workers] == [WRONG] * 4
    for worker in workers:
        worker.join(20)
    made.get()
    assert made.empty()


def test_a_worker_that_died_in_the_middle_of_its_try_keeps_nobody_waiting(tmp_path: Path) -> None:
    in_a_worker(lambda: TriedPasswords(tmp_path / "tried").once("svc@contoso", PASSWORD, "ms1", lambda: os._exit(1))).join(20)
    attempts = Attempts(WRONG)
    assert TriedPasswords(tmp_path / "tried").once("svc@contoso", PASSWORD, "ms2", attempts).outcome is Outcome.IN_DOUBT
    assert attempts.made == 0


def test_waiting_for_another_ones_try_has_an_end(tmp_path: Path) -> None:
    inner = TriedPasswords(tmp_path / "tried", patience_seconds=0)
    found: list[Trial] = []

    def while_it_is_tried() -> Trial:
        found.append(inner.once("svc@contoso", PASSWORD, "ms2", Attempts()))
        return WRONG

    assert TriedPasswords(tmp_path / "tried").once("svc@contoso", PASSWORD, "ms1", while_it_is_tried) == WRONG
    assert [one.outcome for one in found] == [Outcome.UNTRIED]
