# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the variables of a host, as far as one can see without asking any host.

Every mistake names the variable that the operator has set or has to set. Values of secrets are in none.

Pure: the standard library only.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import retyped
from ..given import given, is_blank, without_blanks
from .table import Given, Option, Product, Variable, top

# How a value becomes what its option wants, by type; raises TypeError or ValueError.
Conversions = Mapping[str, Callable[[Any], Any]]

NOTHING_ASKED = "nothing was asked, copied or started"
_KINDS = {"bool": "true or false", "int": "a whole number", "float": "a number", "list": "a list", "dict": "a dictionary"}
_SHOWN = 80


@dataclass(frozen=True)
class Mistake:
    """One thing to correct."""

    variable: str
    seen: str
    wanted: str
    fix: str
    why: str = ""

    def text(self) -> str:
        lines = {"seen": self.seen, "wanted": self.wanted, "fix": self.fix, "why": self.why}
        return "\n".join([f"  variable {self.variable}", *(f"    {name:<8} {text}" for name, text in lines.items() if text)])


def told(host: str, mistakes: Iterable[Mistake]) -> str:
    """All of them in one paragraph."""
    found = list(mistakes)
    what = f"{found[0].variable}" if len(found) == 1 else f"{len(found)} variables"
    after = "  next     run the same command again once this is corrected where the inventory, a survey or the command line sets it"
    return "\n".join([f"{host}: {what} must be corrected; {NOTHING_ASKED}.", *(one.text() for one in found), after])


def mistakes(product: Product, roles: Iterable[str], seen: Given, convert: Conversions, only: Iterable[str] = ()) -> tuple[Mistake, ...]:
    """Everything that is wrong with what these roles read, or with those of their options that are named in ``only``."""
    roles = tuple(roles)
    if not seen.hosts and not all(seen.at(f"{role}_{product.servers}") for role in roles):
        return (_no_hosts(product),)
    found = [*_unknown(product, seen), *_bundles(product, seen)]
    for role in roles:
        for variable in product.of_role(role, only):
            found += _of_variable(product, variable, role, seen, convert)
    # Two roles that read one variable find the same in it.
    return tuple(dict.fromkeys(found))


def secrets_in(product: Product, seen: Given) -> Iterator[str]:
    """The values of all secrets, wherever they were given, so that nothing that is told shows them."""
    for variable in product.variables:
        for name in {name for role in variable.roles for name in variable.names(role)}:
            yield from _secrets(seen.at(name), variable.option)


def _secrets(value: object, option: Option) -> Iterator[str]:
    if option.secret and isinstance(value, str):
        yield value
    if isinstance(value, Mapping):
        for key, inside in option.keys.items():
            yield from _secrets(value.get(key), inside)


def _no_hosts(product: Product) -> Mistake:
    return Mistake(
        product.group,
        seen=f"the inventory group {product.group} is empty or missing",
        wanted=product.members,
        fix="list them in that group of the inventory",
    )


def _unknown(product: Product, seen: Given) -> Iterator[Mistake]:
    ours = product.of_somebody_else
    for name in sorted({*seen.values, *seen.broken} - product.names - {*_texts(seen.at(ours))}):
        yield Mistake(
            name,
            seen=f"nothing here reads a variable of this name; is {name} misspelt?",
            wanted=f"{_nearest(name, product.names)}, the nearest name that is read",
            fix=f"correct the name, or list it in {ours} when it is for something else",
        )


def _bundles(product: Product, seen: Given) -> Iterator[Mistake]:
    """Variables that hold several options, such as the accounts: they have to be dictionaries of these."""
    for name in sorted({top(one.short) for one in product.variables if "." in one.short}):
        keys, value = product.keys_of(name), seen.at(name)
        if value is not None:
            yield from _strange_keys(name, value, keys) if isinstance(value, Mapping) else [_wrong(name, value, "a dictionary", keys)]


def _of_variable(product: Product, variable: Variable, role: str, seen: Given, convert: Conversions) -> Iterator[Mistake]:
    names = variable.names(role)
    if unreadable := [name for name in map(top, names) if name in seen.broken]:
        yield from (_broken(name, seen.broken[name]) for name in unreadable)
        return
    name = next((one for one in names if seen.at(one) is not None), "")
    if not name:
        yield from _missing(variable, role, seen)
        return
    value = without_blanks(seen.at(name))
    wrong = tuple(_checked(name, value, variable.option, convert))
    yield from wrong
    if wrong:
        return
    if variable.reason and not convert[variable.option.type](value):
        yield _not_true(name, variable.reason)
    if variable.names_server:
        yield from _stranger(product, name, str(value), role, seen)


def _missing(variable: Variable, role: str, seen: Given) -> Iterator[Mistake]:
    name = variable.short or variable.own(role)
    bundle = seen.at(top(name))
    if variable.reason:
        yield _not_true(name, variable.reason)
    elif variable.option.required and ("." not in name or bundle is None or isinstance(bundle, Mapping)):
        yield _not_set(name, variable.option)


def _not_set(name: str, option: Option) -> Mistake:
    return Mistake(name, seen=f"{name} is not set", wanted=_wanted(option), fix=f"set {name}; one that is empty or null counts as not set")


def _not_true(name: str, reason: str) -> Mistake:
    return Mistake(name, seen=f"{name} is not true", wanted="true", fix=f"set {name}: true when that is so", why=reason)


def _broken(name: str, reason: str) -> Mistake:
    """Without a reason where that could show a part of a password."""
    if not reason:
        fix = "mark a text that is no template and has {{, {% or {# in it, such as a password, as !unsafe"
        return Mistake(name, seen=f"{name} cannot be used: a text in it is taken for a template, and is none", wanted="a value", fix=fix)
    return Mistake(name, seen=f"{name} cannot be used: {reason}", wanted="a value", fix="correct what it refers to")


def _stranger(product: Product, name: str, value: str, role: str, seen: Given) -> Iterator[Mistake]:
    servers = given(seen.at(f"{role}_{product.servers}"), seen.hosts)
    if isinstance(servers, list | tuple) and value not in servers:
        yield Mistake(
            name,
            seen=f"{name} is {value}, which is not in the inventory group {product.group}",
            wanted=f"one of {', '.join(map(str, servers))}",
            fix="use the name that the inventory has for it",
        )


def _checked(name: str, value: Any, option: Option, convert: Conversions) -> Iterator[Mistake]:
    if option.secret:
        if kind := retyped.kind_of(value):
            yield Mistake(name, f"{name} is not text: it arrived as {kind}", retyped.WANTED, retyped.FIX, retyped.WHY)
        return
    try:
        converted = _converted(value, option, convert)
    except (TypeError, ValueError):
        yield _wrong(name, value, _wanted(option), option.keys, is_secret=option.holds_secrets)
        return
    if option.type == "list":
        one = Option(option.elements or "raw", choices=option.choices, keys=option.keys)
        for number, element in enumerate(converted):
            yield from _checked(f"{name}[{number}]", element, one, convert)
    elif option.choices and converted not in option.choices:
        yield _wrong(name, value, f"one of {', '.join(option.choices)}")
    if option.keys and option.type == "dict":
        yield from _keys(name, converted, option, convert)


def _converted(value: Any, option: Option, convert: Conversions) -> Any:
    # Of a list or a dictionary Ansible would make text.
    if option.type in ("str", "path") and isinstance(value, list | tuple | Mapping):
        raise TypeError("no text")
    return convert[option.type](value)


def _keys(name: str, value: Mapping[str, Any], option: Option, convert: Conversions) -> Iterator[Mistake]:
    yield from _strange_keys(name, value, option.keys)
    for key, inside in option.keys.items():
        if is_blank(value.get(key)):
            if inside.required:
                yield _not_set(f"{name}.{key}", inside)
            continue
        wrong = tuple(_checked(f"{name}.{key}", without_blanks(value[key]), inside, convert))
        yield from wrong
        if inside.hashed_by and not wrong:
            yield from _unusable_source(f"{name}.{key}", str(value[key]), f"{name}.{inside.hashed_by}", value.get(inside.hashed_by))


def _unusable_source(name: str, source: str, hashed_by: str, digits: object) -> Iterator[Mistake]:
    """Whatever is behind a URL is run with an administrator's rights: it has to be known by its hash. A share says who may write there."""
    is_url = source.casefold().startswith(("http://", "https://"))
    if source.startswith("\\\\") or (is_url and not is_blank(digits)):
        return
    yield Mistake(
        name,
        seen=f"{name} is {source}" + (f", and {hashed_by} is not set" if is_url else ""),
        wanted=f"a share such as \\\\files\\media, or an http or https URL together with {hashed_by}",
        fix=f"set {hashed_by}" if is_url else f"correct {name}",
    )


def _strange_keys(name: str, value: Mapping[str, Any], known: Iterable[str]) -> Iterator[Mistake]:
    keys = [*known]
    for key in sorted({*map(str, value)} - {*keys}):
        yield Mistake(
            f"{name}.{key}",
            seen=f"nothing here reads the key {key} of {name}; is it misspelt?",
            wanted=f"{_nearest(key, keys)}, the nearest of {', '.join(sorted(keys))}",
            fix="correct the key, or leave it out",
        )


def _wrong(name: str, value: object, wanted: str, keys: Iterable[str] = (), is_secret: bool = False) -> Mistake:
    """The value of another kind. It is shown only where no secret can be in it."""
    kind = retyped.kind_of(value) if isinstance(value, list | tuple | Mapping) or is_secret or [*keys] else ""
    shown = kind or ("text" if is_secret or [*keys] else str(value)[:_SHOWN])
    return Mistake(name, seen=f"{name} is {shown}", wanted=wanted, fix=f"correct {name}")


def _wanted(option: Option) -> str:
    kind = f"one of {', '.join(option.choices)}" if option.choices and option.type != "list" else _KINDS.get(option.type, "text")
    needed = [key for key, inside in option.keys.items() if inside.required]
    free = [key for key in option.keys if key not in needed]
    parts = [f"with {' and '.join(needed)}" if needed else "", f"if need be with {', '.join(free)}" if free else ""]
    return f"{kind} {', '.join(filter(None, parts))}".strip()


def _nearest(name: str, known: Iterable[str]) -> str:
    return difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)[0]


def _texts(value: object) -> list[str]:
    """A list of names; ``-e`` brings one as text, with commas."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value or "").split(",")
