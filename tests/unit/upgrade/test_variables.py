"""Whatever stands in variables, what is wrong with it is told by name, and nothing else is said to be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.action.upgrade_variables import CONVERSIONS
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.variables import PRODUCT as DATAMINER
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.variables import PRODUCT as SCOM
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.variables.mistakes import Mistake, mistakes, secrets_in, told
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.variables.table import Given, Option, Product
from hypothesis import assume, given
from hypothesis import strategies as some

PRODUCTS = some.sampled_from([SCOM, DATAMINER])
NAMES = some.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20)
PLAIN = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20) | some.dates()
ANYTHING = some.recursive(
    PLAIN, lambda inside: some.lists(inside, max_size=3) | some.dictionaries(NAMES, inside, max_size=3), max_leaves=10
)
SECRET = "Canary-31337421"
HOSTS = ("ms1", "ms2")


def found(product: Product, values: dict[str, Any], broken: dict[str, str] | None = None) -> tuple[Mistake, ...]:
    return mistakes(product, sorted(product.roles), Given(values, broken or {}, HOSTS), CONVERSIONS)


def fitting(option: Option) -> some.SearchStrategy[Any]:
    """Values that an option can have, none of them empty."""
    if option.keys:
        needed = {key: fitting(inside) for key, inside in option.keys.items() if inside.required}
        return some.fixed_dictionaries(needed, optional={key: fitting(inside) for key, inside in option.keys.items() if key not in needed})
    if option.hashed_by:
        return some.just("\\\\files\\media")
    one = some.sampled_from(option.choices) if option.choices else some.text("abc\\:$ 0", min_size=1, max_size=20)
    kinds: dict[str, some.SearchStrategy[Any]] = {
        "bool": some.just(True) | some.sampled_from(["yes", "true", "1"]),
        "int": some.integers(0, 9999) | some.integers(0, 9999).map(str),
        "float": some.floats(0, 9999) | some.integers(0, 9999) | some.just("1.5"),
        "list": some.lists(one, max_size=3) | one,
        "dict": some.dictionaries(NAMES, some.text(min_size=1, max_size=9), max_size=3),
    }
    return kinds.get(option.type, one)


def filled(product: Product) -> some.SearchStrategy[dict[str, Any]]:
    """Variables of a product as they should be: what is needed, and some of what is not."""
    short = {one.short: fitting(one.option) if not one.names_server else some.sampled_from(HOSTS) for one in product.variables if one.short}
    needed = {one.short for one in product.variables if one.option.required}
    flat = some.fixed_dictionaries(
        {name: value for name, value in short.items() if name in needed},
        optional={name: value for name, value in short.items() if name not in needed},
    )
    return flat.map(_nested)


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in flat.items():
        variable, _dot, key = name.partition(".")
        if key:
            result.setdefault(variable, {})[key] = value
        else:
            result[variable] = value
    return result


@given(some.data(), PRODUCTS)
def test_nothing_is_wrong_with_variables_that_are_as_their_options_are_documented(data: some.DataObject, product: Product) -> None:
    assert found(product, data.draw(filled(product))) == ()


@given(some.data(), PRODUCTS, NAMES)
def test_every_name_that_nothing_reads_is_told_with_the_nearest_that_is_read(data: some.DataObject, product: Product, name: str) -> None:
    stranger = f"{product.name}_{name}"
    assume(stranger not in product.names)
    (only,) = found(product, {**data.draw(filled(product)), stranger: 1})
    assert only.variable == stranger
    assert only.wanted.partition(",")[0] in product.names
    assert found(product, {**data.draw(filled(product)), stranger: 1, product.of_somebody_else: [stranger]}) == ()


@given(some.data(), PRODUCTS)
def test_whatever_is_needed_and_left_empty_is_told_as_not_set(data: some.DataObject, product: Product) -> None:
    needed = data.draw(some.sampled_from(sorted({one.short for one in product.variables if one.option.required and not one.reason})))
    values = data.draw(filled(product))
    variable, _dot, key = needed.partition(".")
    place, last = (values[variable], key) if key else (values, variable)
    place[last] = data.draw(some.sampled_from(["", None, {"name": "", "password": None}]))
    assert [(one.variable, one.seen) for one in found(product, values)] == [(needed, f"{needed} is not set")]


@given(PRODUCTS, some.data())
def test_anything_at_all_can_stand_in_a_variable_and_no_secret_is_told(product: Product, data: some.DataObject) -> None:
    names = some.sampled_from(sorted(product.names))
    values = data.draw(some.dictionaries(names, ANYTHING, max_size=8))
    secret = data.draw(some.sampled_from([one for one in product.variables if one.option.holds_secrets]))
    variable, _dot, key = secret.short.partition(".")
    account = {"name": "svc", "password": data.draw(some.sampled_from([SECRET, [SECRET], {"a": SECRET}, SECRET.encode()]))}
    values[variable] = {key: account} if key else data.draw(some.sampled_from([account, [account], str(account), SECRET]))
    wrong = found(product, values)
    text = told("ms1", wrong)
    assert SECRET not in text and "\n\n" not in text
    assert all(text.count(f"  variable {one.variable}\n") for one in wrong)
    assert all(one.seen and one.wanted and one.fix for one in wrong)


@given(some.data(), PRODUCTS)
def test_every_secret_is_known_wherever_it_was_given(data: some.DataObject, product: Product) -> None:
    values = data.draw(filled(product))
    assert {*secrets_in(product, Given(values, {}, HOSTS))} == {*_passwords(values)}


def _passwords(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if name == "password":
            yield value
        elif isinstance(value, dict) and name != "scom_switches":
            yield from _passwords(value)


def test_a_variable_that_refers_to_nothing_is_told_once_and_not_as_missing() -> None:
    values = {"scom_target": "2025", "scom_media": {"path": "D:"}, "scom_accept_license": True}
    accounts = ("scom_setup_account", "scom_das_account", "scom_data_reader_account")
    wrong = found(SCOM, values, dict.fromkeys(accounts, "'vault' is undefined"))
    assert sorted(one.variable for one in wrong) == sorted(accounts)
    assert all("'vault' is undefined" in one.seen for one in wrong)


def test_only_the_options_that_are_asked_about_are_checked() -> None:
    seen = Given({"scom_media": {"path": "D:"}}, {}, HOSTS)
    wrong = mistakes(SCOM, ["scom_management_server"], seen, CONVERSIONS, ["media", "setup_account"])
    assert [one.variable for one in wrong] == ["scom_setup_account"]
