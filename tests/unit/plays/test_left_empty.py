"""An answer that was left empty counts as not given, for every option of every playbook, whether AWX makes an empty text of it or null."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.judges.tree import ROOT
from tests.unit.plays.in_process import InProcess

Variables = dict[str, Any]
Way = tuple[str, ...]

BLANKS = pytest.mark.parametrize("blank", ["", None], ids=["empty", "null"])
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
GROUPS = {"scom": "scom_management_servers", "dataminer": "dataminer_agents"}
ACCOUNT = {"name": "CONTOSO\\svc", "password": "CANARY"}
# What nothing is done without, and what may be left out inside it.
NEEDED: dict[str, Variables] = {
    "scom": {
        "scom_target": "2025",
        "scom_media": {"path": "D:\\media"},
        "scom_setup_account": {**ACCOUNT},
        "scom_das_account": {**ACCOUNT},
        "scom_data_reader_account": {**ACCOUNT},
    },
    "dataminer": {
        "dataminer_package": {"source": "D:\\media\\DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade", "sha256": "0" * 64},
        "dataminer_accounts": {"api": {**ACCOUNT}, "upgrade": {**ACCOUNT}},
    },
}
# An empty target says to look at the health alone; a role decides itself which server tries passwords.
SAID_BY_EMPTINESS = ("dataminer_verify_target",)
NEEDED_INSIDE = {"path", "name", "source", "sha256", "who", "at", "api", "upgrade", "password"}


def product(role: str) -> str:
    return role.partition("_")[0]


def specs(role: str) -> Variables:
    return dict(
        yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"][
            "options"
        ]
    )


def shorter(role: str) -> Iterator[Way]:
    """The variables of the playbooks that a role reads, and the keys inside those, by the way to them."""
    folder = ROOT / "roles" / role
    text = "".join((folder / part / "main.yml").read_text(encoding="utf-8") for part in ("defaults", "tasks"))
    for name in set(re.findall(rf"\b{product(role)}_[a-z_]+", text)) - {GROUPS[product(role)]}:
        if not name.startswith((role, "scom_upgrade_", "dataminer_accounts")) and f"systemcenter.upgrade.{name}:" not in text:
            yield (name,)
            like = specs(role).get(name.replace(product(role), role, 1), {})
            yield from ((name, key) for key in like.get("options", {}))
    yield from ((f"{product(role)}_accounts", *key) for key in ([()] if product(role) == "dataminer" else []))


def with_each(variables: Mapping[str, Any], ways: Iterable[Way], value: Any) -> Variables:
    """The variables with a value at the end of each of these ways."""
    result: Variables = copy.deepcopy(dict(variables))
    for way in ways:
        place = result
        for name in way[:-1]:
            place = place.setdefault(name, {})
        place[way[-1]] = value
    return result


def outcome(role: str, folder: Path, variables: Variables) -> Any:
    """The options the role's module works with, or why they are refused."""
    result = InProcess.of(folder, GROUPS[product(role)], variables).role(role)
    return str(result["msg"]) if result.get("failed") else result["options"]


@BLANKS
@pytest.mark.parametrize("role", ROLES)
def test_whatever_may_be_left_out_is_left_out_when_it_is_empty(role: str, blank: str | None, tmp_path: Path) -> None:
    needed = NEEDED[product(role)]
    optional = {way for way in shorter(role) if way[0] not in needed or (len(way) > 1 and way[-1] not in NEEDED_INSIDE)}
    assert len(optional) > 5
    left_out = outcome(role, tmp_path, needed)
    assert isinstance(left_out, dict), left_out
    whole = {way for way in optional if len(way) == 1}
    inside = {way for way in optional if len(way) > 1} | {way for way in shorter(role) if len(way) > 1 and way[0] not in needed}
    assert outcome(role, tmp_path, with_each(needed, whole, blank)) == left_out
    assert outcome(role, tmp_path, with_each(needed, inside, blank)) == left_out


@BLANKS
@pytest.mark.parametrize(("chosen", "name"), [(chosen, name) for chosen, needed in NEEDED.items() for name in needed])
def test_whatever_is_needed_is_missed_when_it_is_empty(chosen: str, name: str, blank: str | None, tmp_path: Path) -> None:
    role = f"{chosen}_preflight"
    told = outcome(role, tmp_path, {**NEEDED[chosen], name: blank})
    assert isinstance(told, str)
    assert name.removeprefix(f"{chosen}_").removesuffix("s") in told.replace("api_account", "account")


@BLANKS
@pytest.mark.parametrize("role", ROLES)
def test_a_variable_of_a_role_is_left_out_when_it_is_empty_or_refused_by_its_name(role: str, blank: str | None, tmp_path: Path) -> None:
    needed = NEEDED[product(role)]
    required = {name for name, option in specs(role).items() if option.get("required") or name.endswith(("_nodes", "_servers"))}
    own = [name for name in specs(role) if name.startswith(role) and name not in required and not name.endswith(SAID_BY_EMPTINESS)]
    refused = outcome(role, tmp_path, {**needed, **dict.fromkeys(own, blank)})
    assert isinstance(refused, str)
    quiet = {name: blank for name in own if name not in refused}
    assert outcome(role, tmp_path, {**needed, **quiet}) == outcome(role, tmp_path, needed)


@BLANKS
@pytest.mark.parametrize("name", NEEDED["scom"])
def test_a_needed_variable_that_is_empty_is_named_as_not_set_before_anything_else(name: str, blank: str | None, tmp_path: Path) -> None:
    checks = InProcess.of(tmp_path, GROUPS["scom"], {**NEEDED["scom"], name: blank}).checks("scom/check_inventory.yml")
    assert checks == [f"{name} is not set: nothing was asked, copied or started."]


@BLANKS
@pytest.mark.parametrize("chosen", GROUPS)
def test_the_checks_of_the_playbooks_take_empty_variables_for_none(chosen: str, blank: str | None, tmp_path: Path) -> None:
    known = {way[0] for role in ROLES if product(role) == chosen for way in shorter(role)} | {f"{chosen}_other_variables"}
    variables = {**dict.fromkeys(known, blank), **NEEDED[chosen]}
    assert InProcess.of(tmp_path, GROUPS[chosen], variables).checks(f"{chosen}/check_inventory.yml") == []


def test_every_variable_that_the_playbooks_know_is_among_these() -> None:
    for chosen in GROUPS:
        plays = yaml.safe_load((ROOT / "playbooks" / chosen / "check_inventory.yml").read_text(encoding="utf-8"))
        known = {name for play in plays for task in play["tasks"] for name in task.get("vars", {}).get("known", ())}
        read = {way[0] for role in ROLES if product(role) == chosen for way in shorter(role)}
        assert known - {f"{chosen}_other_variables"} == read - {"dataminer_upload"}
