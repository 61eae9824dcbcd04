"""A password that YAML has made something else of is refused, and never made text again: each try of a wrong one counts."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import MODULES, documented_spec, retyped_secrets

from tests.unit.plays.in_process import InProcess
from tests.unit.plays.test_left_empty import ACCOUNT, GROUPS, NEEDED, ROLES, product, with_each

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
    result = InProcess.of(tmp_path, GROUPS[chosen], with_each(NEEDED[chosen], [way], digits)).role(role)
    name = f"{'das' if chosen == 'scom' else 'api'}_account.password"
    assert result["failed"] and str(result["msg"]).startswith(f"{name}: not text; nothing was asked, tried or started.")
    assert "lookup('ansible.builtin.env', ...)" in result["msg"]
    assert str(DIGITS) not in str(result)


@pytest.mark.parametrize("password", [DIGITS, False, ["CANARY"]], ids=str)
def test_nobody_logs_on_with_it_to_bring_the_media(password: Any, tmp_path: Path) -> None:
    account = {**ACCOUNT, "password": password}
    told = InProcess.of(tmp_path, GROUPS["scom"], {**NEEDED["scom"], "scom_setup_account": account}).assertions(
        "scom_management_server", "stage"
    )
    assert len(told) == 1
    assert told[0].startswith("The password of scom_setup_account (setup_account.password of the modules) is not text")
    assert "CANARY" not in told[0] and str(DIGITS) not in told[0]


@pytest.mark.parametrize("account", [ACCOUNT, {"name": "SYSTEM"}, {"name": "SYSTEM", "password": None}, {"name": "SYSTEM", "password": ""}])
def test_text_and_no_password_are_taken(account: dict[str, Any], tmp_path: Path) -> None:
    variables = {**NEEDED["scom"], "scom_setup_account": account}
    assert InProcess.of(tmp_path, GROUPS["scom"], variables).assertions("scom_management_server", "stage") == []
