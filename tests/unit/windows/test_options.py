"""What arrives as text and is a dictionary is looked into before anything makes text of a password."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.given import without_blanks
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import (
    documented_spec,
    retyped_secrets,
    with_dictionaries,
)

SPEC = documented_spec("scom_setup")


def retyped(account: Any) -> dict[str, str]:
    return dict(retyped_secrets(SPEC, with_dictionaries(SPEC, {"das_account": account})))


@pytest.mark.parametrize("password", ["42798", "1e5", "true", "[1]"])
def test_a_password_that_is_no_text_is_seen_in_an_account_that_arrives_as_json(password: str) -> None:
    assert [*retyped(f'{{"name": "CONTOSO\\\\svc", "password": {password}}}')] == ["das_account.password"]


def test_a_password_that_is_text_is_taken_from_json_and_from_pairs() -> None:
    assert retyped('{"name": "CONTOSO\\\\svc", "password": "0123456"}') == {}
    assert with_dictionaries(SPEC, {"das_account": "name=svc password=0123456"})["das_account"]["password"] == "0123456"


def test_what_is_left_empty_in_an_account_that_arrives_as_json_is_not_given() -> None:
    given = without_blanks(with_dictionaries(SPEC, {"setup_account": '{"name": "CONTOSO\\\\svc$", "password": ""}'}))
    assert given == {"setup_account": {"name": "CONTOSO\\svc$"}}


def test_text_that_is_no_dictionary_is_left_to_the_validator() -> None:
    assert with_dictionaries(SPEC, {"das_account": "nonsense", "target": "2025"}) == {"das_account": "nonsense", "target": "2025"}
