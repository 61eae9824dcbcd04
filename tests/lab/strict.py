"""Reads plain YAML data into dataclasses and names the key that is wrong.

A scenario is written by people who see nothing but its README: a misspelt key must never be ignored.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class ScenarioError(Exception):
    """A scenario that cannot be built; `where` is the path of the key (`hosts.ms1.memory_gb`).

    >>> str(ScenarioError("scom.relase", "unknown key; did you mean 'release'?"))
    "scom.relase: unknown key; did you mean 'release'?"
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem


def read(cls: type[T], data: Any, where: str = "") -> T:
    """Builds a dataclass from a mapping; fields without a value keep their defaults. Raises ScenarioError.

    >>> @dataclasses.dataclass
    ... class Plan:
    ...     seconds: float = 1.0
    >>> read(Plan, {"secnds": 2}, "setup")
    Traceback (most recent call last):
    ...
    tests.lab.strict.ScenarioError: setup.secnds: unknown key; did you mean 'seconds'?
    """
    if not isinstance(data, Mapping):
        raise ScenarioError(where, f"expected a mapping with keys, got {_show(data)}")
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init and not field.name.startswith("_")}
    refuse_unknown(data, fields, where)
    hints = get_type_hints(cls)
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = convert(hints[name], data[name], _join(where, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ScenarioError(_join(where, name), "is missing")
    return cls(**values)


def refuse_unknown(data: Mapping[Any, Any], known: Any, where: str) -> None:
    """Raises ScenarioError for the first key that is not known, with the nearest known one."""
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), list(known), n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(sorted(known))}"
            raise ScenarioError(_join(where, str(key)), f"unknown key; {hint}")


def convert(wanted: Any, value: Any, where: str) -> Any:
    """Makes one YAML value what a type hint wants. Raises ScenarioError."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return value
    if origin in (Union, types.UnionType):
        return _convert_union(arguments, value, where)
    if origin is Literal:
        return _one_of(value, arguments, where)
    if origin in (list, dict, Mapping):
        return _collection(origin, arguments, value, where)
    if dataclasses.is_dataclass(wanted):
        return read(wanted, value, where)
    return _scalar(wanted, value, where)


def _collection(origin: Any, arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    if origin is list:
        if not isinstance(value, list):
            raise ScenarioError(where, f"expected a list, got {_show(value)}")
        return [convert(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, Mapping):
        raise ScenarioError(where, f"expected a mapping, got {_show(value)}")
    return {str(key): convert(arguments[1], item, _join(where, str(key))) for key, item in value.items()}


def _convert_union(arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in arguments:
        return None
    problems = []
    for candidate in arguments:
        if candidate is type(None):
            continue
        try:
            return convert(candidate, value, where)
        except ScenarioError as error:
            problems.append(error)
    # The problem that lies deepest says most: `servers[0].relase` rather than "expected text".
    raise max(problems, key=lambda error: len(error.where))


def _one_of(value: Any, choices: tuple[Any, ...], where: str) -> Any:
    for choice in choices:
        if value == choice and type(value) is type(choice):
            return choice
    raise ScenarioError(where, f"expected one of {', '.join(map(str, choices))}, got {_show(value)}")


def _scalar(wanted: Any, value: Any, where: str) -> Any:
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, wanted) and not (isinstance(value, bool) and wanted is not bool):
        return value
    names = {str: "text (in quotes)", int: "a whole number", float: "a number", bool: "true or false"}
    raise ScenarioError(where, f"expected {names.get(wanted, wanted)}, got {_show(value)}")


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _show(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r}"
