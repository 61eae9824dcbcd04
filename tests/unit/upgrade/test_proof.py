"""What signs prove together, whichever product they are of."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Sign

GOOD = Sign("version", "2", "2", True, "1 D")
WRONG = Sign("service", "running", "stopped", False, "2 W", "dma1")
UNREAD = Sign("port", "open", "access is denied", None, "3 I")
SHOWN = Sign("alarms", "no more", "9 more", False, "4 D", decides=False)
ACCEPTED = replace(WRONG, acknowledged=True)


def test_each_sign_stands_on_a_line_with_what_it_does_to_the_proof() -> None:
    assert Proof((GOOD, WRONG, UNREAD, SHOWN, ACCEPTED)).text().splitlines() == [
        "  agrees   version: 2 (expected 2)",
        "  NOT      dma1: service: stopped (expected running)",
        "  NOT      port: access is denied (expected open)",
        "  look     alarms: 9 more (expected no more)",
        "  accepted dma1: service: stopped (expected running)",
    ]


def test_what_is_acknowledged_or_only_shown_disproves_nothing_and_what_is_unread_does() -> None:
    assert Proof((GOOD, SHOWN, ACCEPTED)).proven
    assert Proof((GOOD, UNREAD, SHOWN)).disagreeing == (UNREAD,)


def test_what_is_only_shown_proves_nothing_by_itself() -> None:
    assert not Proof((replace(GOOD, decides=False),)).proven


def test_the_cause_that_a_log_gives_comes_before_what_disagrees_first() -> None:
    assert Proof((GOOD, WRONG, UNREAD)).first_cause == "dma1: service: stopped (expected running)"
    assert Proof((WRONG,), "the disk is full").first_cause == "the disk is full"
    assert Proof((GOOD,), "a cause of a failure that was mended").first_cause == ""


def test_waiting_ends_with_a_proof_or_with_what_can_never_agree() -> None:
    assert Proof((GOOD,)).is_settled
    assert not Proof((GOOD, WRONG)).is_settled
    assert Proof((WRONG, replace(UNREAD, is_final=True))).is_settled
    assert not Proof((WRONG, replace(SHOWN, is_final=True))).is_settled


def test_what_was_accepted_at_the_start_and_at_the_end_is_told() -> None:
    assert Proof((GOOD, ACCEPTED), "", ("a legacy policy",)).acknowledged == (
        "a legacy policy",
        "dma1: service: stopped (expected running)",
    )


def test_a_result_shows_what_its_product_asks_for_besides_what_all_show() -> None:
    shown = {"name": "port", "expected": "open", "seen": "access is denied", "agrees": False, "source": "3 I"}
    assert Proof((UNREAD,)).as_result() == [shown]
    assert Proof((UNREAD,), details=("host", "decides")).as_result() == [{**shown, "host": "", "decides": True}]
