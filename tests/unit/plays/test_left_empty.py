"""An answer that was left empty counts as not given, for every option of every playbook, whether AWX makes an empty text of it or null."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.variables import PRODUCT as DATAMINER
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.variables import PRODUCT as SCOM
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.variables.table import Option, Product, Variable

from tests.judges.tree import ROOT
from tests.unit.plays.in_process import InProcess

Variables = dict[str, Any]
Way = tuple[str, ...]

BLANKS = pytest.mark.parametrize("blank", ["", None], ids=["empty", "null"])
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
PRODUCTS = {"scom": SCOM, "dataminer": DATAMINER}
GROUPS = {name: one.group for name, one in PRODUCTS.items()}
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
LICENCE = {"scom_accept_license": True}
# An empty target says to look at the health alone.
SAID_BY_EMPTINESS = ("target",)
NEEDED_INSIDE = {"path", "name", "source", "sha256", "who", "at", "api", "upgrade", "password"}


def product(role: str) -> str:
    return role.partition("_")[0]


def of(role: str) -> Product:
    return PRODUCTS[product(role)]


def needed_by(role: str) -> Variables:
    return NEEDED[product(role)] | (LICENCE if role == "scom_management_server" else {})


def shorter(role: str) -> Iterator[Way]:
    """The variables of the playbooks that a role reads, and the keys inside those, by the way to them."""
    for variable in of(role).of_role(role):
        if variable.short:
            way = tuple(variable.short.split("."))
            yield way
            yield from ((*way, key) for key in variable.option.keys)


def with_each(variables: Mapping[str, Any], ways: Iterable[Way], value: Any) -> Variables:
    """The variables with a value at the end of each of these ways."""
    result: Variables = copy.deepcopy(dict(variables))
    for way in ways:
        place = result
        for name in way[:-1]:
            place = place.setdefault(name, {})
        place[way[-1]] = value
    return result


def outcome(role: str, folder: Path, variables: Variables, *, by_itself: bool = False) -> Any:
    """The options the role's module works with, or why they are refused."""
    result = InProcess.of(folder, GROUPS[product(role)], variables).role(role, by_itself=by_itself)
    return str(result["msg"]) if result.get("failed") else result["options"]


def another(option: Option, than: object) -> Any:
    """A value that the option can have, and another one than it has already."""
    if option.keys:
        return {key: another(inside, None) for key, inside in option.keys.items()}
    if option.choices:
        return next(one for one in option.choices if one != than) if option.type != "list" else [option.choices[0]]
    if option.hashed_by:
        return r"\\files\media"
    return {"bool": not than, "int": 7, "float": 7, "list": ["ms2"], "dict": {"MaxSpeed": "7"}}.get(option.type, "ms2")


def differing(role: str, defaults: Variables) -> Variables:
    """Every shorter variable of a role with another value than the one that counts without it."""
    result: Variables = {}
    for variable in of(role).of_role(role):
        if variable.short and not variable.reason:
            result = with_each(result, [tuple(variable.short.split("."))], another(variable.option, defaults.get(variable.name)))
    return result


def own_variables(role: str) -> list[Variable]:
    return [one for one in of(role).of_role(role) if one.has_own and one.name not in SAID_BY_EMPTINESS]


@BLANKS
@pytest.mark.parametrize("by_itself", [False, True], ids=["by playbook", "by itself"])
@pytest.mark.parametrize("role", ROLES)
def test_whatever_may_be_left_out_is_left_out_when_it_is_empty(role: str, by_itself: bool, blank: str | None, tmp_path: Path) -> None:
    needed = needed_by(role)
    optional = {way for way in shorter(role) if way[0] not in needed or (len(way) > 1 and way[-1] not in NEEDED_INSIDE)}
    assert len(optional) > 4
    left_out = outcome(role, tmp_path, needed, by_itself=by_itself)
    assert isinstance(left_out, dict), left_out
    whole = {way for way in optional if len(way) == 1}
    inside = {way for way in optional if len(way) > 1} | {way for way in shorter(role) if len(way) > 1 and way[0] not in needed}
    assert outcome(role, tmp_path, with_each(needed, whole, blank), by_itself=by_itself) == left_out
    assert outcome(role, tmp_path, with_each(needed, inside, blank), by_itself=by_itself) == left_out


@BLANKS
@pytest.mark.parametrize(("chosen", "name"), [(chosen, name) for chosen, needed in NEEDED.items() for name in needed])
def test_whatever_is_needed_is_missed_when_it_is_empty(chosen: str, name: str, blank: str | None, tmp_path: Path) -> None:
    told = outcome(f"{chosen}_preflight", tmp_path, {**NEEDED[chosen], name: blank})
    assert isinstance(told, str)
    assert f"{name} is not set" in told or f"{name}.api is not set" in told


@BLANKS
@pytest.mark.parametrize("role", ROLES)
def test_a_variable_of_a_role_that_is_empty_gives_way_to_the_shorter_one(role: str, blank: str | None, tmp_path: Path) -> None:
    needed = needed_by(role)
    left_out = outcome(role, tmp_path, needed)
    given = {**needed, **differing(role, left_out)}
    arrived = outcome(role, tmp_path, given)
    assert isinstance(arrived, dict), arrived
    moved = {name for one in of(role).of_role(role) if one.short and not one.reason for name in (one.name, *one.option.keys)} & {*left_out}
    # ms2 is acknowledged, and this is ms1.
    assert {name for name in moved - {"setup_acknowledged"} if arrived[name] == left_out[name]} == set()
    empty = {one.own(role): blank for one in own_variables(role)}
    assert outcome(role, tmp_path, {**given, **empty}) == arrived


@BLANKS
@pytest.mark.parametrize("role", ROLES)
def test_a_variable_of_a_role_is_left_out_when_it_is_empty_or_refused_by_its_name(role: str, blank: str | None, tmp_path: Path) -> None:
    """Where a play of somebody's own uses the role by itself."""
    needed = needed_by(role)
    given = {**needed, **differing(role, outcome(role, tmp_path, needed))}
    empty = {one.own(role): blank for one in own_variables(role)}
    refused = outcome(role, tmp_path, {**given, **empty}, by_itself=True)
    # Ansible's own check comes first there, and takes an empty text for no number, truth value or dictionary, and nothing for no choice.
    quiet = {name: value for name, value in empty.items() if name not in str(refused)}
    assert quiet
    assert outcome(role, tmp_path, {**given, **quiet}, by_itself=True) == outcome(role, tmp_path, given)


@BLANKS
@pytest.mark.parametrize("name", NEEDED["scom"])
def test_a_needed_variable_that_is_empty_is_named_as_not_set_before_anything_else(name: str, blank: str | None, tmp_path: Path) -> None:
    checks = InProcess.of(tmp_path, GROUPS["scom"], {**NEEDED["scom"], **LICENCE, name: blank}).checks("scom_upgrade.yml")
    assert checks
    assert {told.splitlines()[0] for told in checks} == {f"ms1: {name} must be corrected; nothing was asked, copied or started."}
    assert all(f"{name} is not set" in told for told in checks)


@BLANKS
@pytest.mark.parametrize("playbook", sorted(path.name for path in (ROOT / "playbooks").glob("*.yml")))
def test_the_checks_of_the_playbooks_take_empty_variables_for_none(playbook: str, blank: str | None, tmp_path: Path) -> None:
    chosen = product(playbook)
    variables = {**dict.fromkeys(PRODUCTS[chosen].names, blank), **NEEDED[chosen], **(LICENCE if chosen == "scom" else {})}
    assert InProcess.of(tmp_path, GROUPS[chosen], variables).checks(playbook) == []
