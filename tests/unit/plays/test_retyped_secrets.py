"""A password that YAML has made something else of is refused, and never made text again: each try of a wrong one counts."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import MODULES, documented_spec, retyped_secrets

from tests.unit.plays.in_process import InProcess
from tests.unit.plays.test_left_empty import ACCOUNT, GROUPS, NEEDED, ROLES, needed_by, product, with_each

DIGITS = 31337421
RETYPED = {"a number": DIGITS, "a boolean": True, "a date": datetime.date(2026, 3, 1), "a list": ["CANARY"], "a dictionary": {"CANARY": 1}}


def secrets_of(spec: dict[str, Any]) -> list[str]:
    """The secrets of a module, by the way to them."""
    inside = [f"{name}.{one}" for name, option in spec.items() for one in secrets_of(option.get("options", {}))]
    return [name for name, option in spec.items() if option.get("no_log")] + inside


@pytest.mark.parametrize("module", sorted(path.stem for path in MODULES.glob("*.yml") if path.with_suffix(".py").exists()))
def test_every_secret_of_every_module_is_looked_at(module: str) -> None:
    spec = documented_spec(module)
    given = with_each({}, [tuple(name.split(".")) for name in secrets_of(spec)], DIGITS)
    assert dict(retyped_secrets(spec, given)) == dict.fromkeys(secrets_of(spec), "a number")


@pytest.mark.parametrize("kind", RETYPED)
def test_whatever_is_no_text_is_told_as_what_it_is_also_in_a_list(kind: str) -> None:
    spec = {
        "accounts": {"type": "list", "elements": "dict", "options": {"password": {"type": "str", "no_log": True, "aliases": ["secret"]}}}
    }
    given = {"accounts": [{"password": "0123456"}, {"secret": RETYPED[kind]}, {"password": None}, {}]}
    assert dict(retyped_secrets(spec, given)) == {"accounts[1].secret": kind}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("digits", [DIGITS, False], ids=["number", "boolean"])
def test_a_role_refuses_it_by_name_and_never_shows_it(role: str, digits: Any, tmp_path: Path) -> None:
    chosen = product(role)
    way = ("scom_das_account", "password") if chosen == "scom" else ("dataminer_accounts", "api", "password")
    result = InProcess.of(tmp_path, GROUPS[chosen], with_each(needed_by(role), [way], digits)).role(role)
    assert result["failed"] and result["variables"] == [".".join(way)]
    assert f"{'.'.join(way)} is not text: it arrived as a {'number' if digits else 'boolean'}" in result["msg"]
    assert "nothing was asked, copied or started" in result["msg"] and "lookup('ansible.builtin.env', ...)" in result["msg"]
    assert str(DIGITS) not in str(result)


@pytest.mark.parametrize("password", [DIGITS, False, ["CANARY"]], ids=str)
def test_nobody_logs_on_with_it_to_bring_the_media(password: Any, tmp_path: Path) -> None:
    account = {**ACCOUNT, "password": password}
    given = {"scom_media": NEEDED["scom"]["scom_media"], "scom_setup_account": account}
    told = InProcess.of(tmp_path, GROUPS["scom"], given).role("scom_management_server", entry="stage")
    assert told["variables"] == ["scom_setup_account.password"]
    assert "CANARY" not in str(told) and str(DIGITS) not in str(told)


@pytest.mark.parametrize("account", [ACCOUNT, {"name": "SYSTEM"}, {"name": "SYSTEM", "password": None}, {"name": "SYSTEM", "password": ""}])
def test_text_and_no_password_are_taken(account: dict[str, Any], tmp_path: Path) -> None:
    given = {"scom_media": NEEDED["scom"]["scom_media"], "scom_setup_account": account}
    assert InProcess.of(tmp_path, GROUPS["scom"], given).role("scom_management_server", entry="stage") == {}
