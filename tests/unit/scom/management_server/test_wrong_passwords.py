"""Which passwords setup is never given."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.reasons import Kind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.wrong_passwords import refusal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Trial

DAS = "Data Access service account CONTOSO\\das"


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.WITHHELD, Outcome.OTHER_PASSWORD])
def test_one_that_was_refused_or_must_not_be_tried_is_told_with_its_account_and_what_to_do(outcome: Outcome) -> None:
    trial = Trial(outcome, "wrong_password", "ms2")
    refused = refusal("ms1", {DAS: trial, "data reader account CONTOSO\\reader": Trial(Outcome.RIGHT, "ok")}, ())
    assert refused is not None and refused.kind is Kind.WRONG_PASSWORD
    assert refused.seen == f"{DAS}: {trial.reads}"
    assert refused.next.startswith(f"{DAS}: {trial.fix}")


@pytest.mark.parametrize("outcome", [Outcome.RIGHT, Outcome.UNTRIED, Outcome.IN_DOUBT])
def test_one_that_is_right_or_of_which_nothing_is_known_is_left_to_the_rules(outcome: Outcome) -> None:
    assert refusal("ms1", {DAS: Trial(outcome)}, ()) is None
