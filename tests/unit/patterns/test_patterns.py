"""No text of a host, a log or a package keeps the controller busy: every pattern takes time in proportion to what it is given.

Patterns are found in the modules themselves: a new one is tried as soon as it is there.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins import plugin_utils

from tests.unit.patterns.fills import fills

ROOM = Path(next(iter(plugin_utils.__path__)))
MODULES = tuple(importlib.import_module(found.name) for found in pkgutil.walk_packages(plugin_utils.__path__, f"{plugin_utils.__name__}."))
# Sizes in characters, up to the longest line that a pattern is given; what grows without measure shows on a small one and is not tried on
# the next.
SIZES = (24, 256, 2048, 8192)
# Up to here only what grows without measure takes any time.
TINY = 256
# CPU seconds: what takes less at the largest size cannot be told from nothing; what takes more at four times of it is slow in any case.
NOTHING, SLOW = 0.004, 0.5
# In proportion it is 4, with the square 16. CPU time is taken, so that a busy machine changes neither.
WORST_RATIO = 9
ANYWHERE = ("search", "sub", "subn", "findall", "finditer", "split")


def patterns_of(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern of a module by the name that it is used by: its own, or that of the field it is in."""
    seen: set[int] = set()

    def within(name: str, value: Any) -> Iterator[tuple[str, re.Pattern[str]]]:
        if isinstance(value, re.Pattern):
            yield name, value
        elif id(value) in seen or isinstance(value, str | bytes | ModuleType):
            return
        elif isinstance(value, dict):
            seen.add(id(value))
            for one in (*value.keys(), *value.values()):
                yield from within(name, one)
        elif isinstance(value, tuple | list | set | frozenset):
            seen.add(id(value))
            for one in value:
                yield from within(name, one)
        elif dataclasses.is_dataclass(value) and not inspect.isclass(value):
            seen.add(id(value))
            for field in dataclasses.fields(value):
                yield from within(field.name, getattr(value, field.name))
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            seen.add(id(value))
            for key, one in vars(value).items():
                yield from within(key, one)

    for name, value in vars(module).items():
        yield from within(name, value)


def trees() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(ROOM.rglob("*.py")))


def searched() -> frozenset[str]:
    """The names on which a method is used that begins anywhere in a text."""
    return frozenset(
        node.value.id if isinstance(node.value, ast.Name) else node.value.attr
        for _path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ANYWHERE and isinstance(node.value, ast.Name | ast.Attribute)
    )


PATTERNS = {(pattern.pattern, pattern.flags): (name, pattern) for module in MODULES for name, pattern in patterns_of(module)}
SEARCHED = searched()


def seconds(act: Callable[[str], Any], text: str) -> float:
    began = time.process_time()
    act(text)
    return time.process_time() - began


def four_times(act: Callable[[str], Any], pattern: re.Pattern[str], size: int, number: int) -> float:
    """The time for four times the text; the better of two tries, since one may have been disturbed."""
    text = next(islice(fills(pattern, 4 * size), number, None))
    took = seconds(act, text)
    return took if took < NOTHING else min(took, seconds(act, text))


def trouble(pattern: re.Pattern[str], methods: tuple[str, ...]) -> str:
    """What is wrong with the time a pattern takes; '' for one that takes it in proportion."""
    for method in methods:
        act = getattr(pattern, method)
        for size in SIZES:
            for number, text in enumerate(fills(pattern, size)):
                took = seconds(act, text)
                if took > NOTHING:
                    took = min(took, seconds(act, text))
                if took > SLOW or (took > NOTHING and size <= TINY):
                    return f"{method}: {took:.3f} s for {size:,} characters: {text[:60]!r}..."
                if took > NOTHING and (four := four_times(act, pattern, size, number)) > min(SLOW, WORST_RATIO * took):
                    return f"{method}: {took:.3f} s for {size:,} characters, {four:.3f} s for four times of it: {text[:60]!r}..."
    return ""


@pytest.mark.parametrize(
    ("name", "pattern"), PATTERNS.values(), ids=[f"{name}-{at}" for at, (name, _pattern) in enumerate(PATTERNS.values())]
)
def test_a_pattern_takes_time_in_proportion_to_the_text(name: str, pattern: re.Pattern[str]) -> None:
    methods = ("match", "fullmatch", *(["search"] if name in SEARCHED else []))
    assert not trouble(pattern, methods), pattern.pattern


def test_the_patterns_were_found() -> None:
    assert len(PATTERNS) > 120
    assert {"_ASSIGNMENT", "pattern", "_RECORD", "_FOLDER"} <= {name for name, _pattern in PATTERNS.values()}
    assert {"trace", "_SNMP_LINE"} <= SEARCHED, "also where a table is searched through a field"


@pytest.mark.parametrize(
    "bad",
    [
        r"[\w.]*(?:PASSWORD|PWD)[\w.]*=",
        r"(?m)^\s*snmp\s+(\d{1,5})/udp\b",
        r"(?s)<[?!].*?>",
        r"<rule\b[^>]*\bname\s*=\s*x[^>]*>",
        r"(a+)+b",
        r"\s+$",
    ],
)
def test_a_pattern_that_grows_with_the_square_is_seen(bad: str) -> None:
    """The four that froze a controller for minutes, one without measure, and the commonest of all."""
    assert trouble(re.compile(bad), ("search",))


def test_every_pattern_is_a_constant_that_is_found() -> None:
    """One that is written where it is used, or made there, is tried by nobody."""
    hidden = [
        f"{path.relative_to(ROOM)}:{node.lineno}: {ast.unparse(node)[:100]}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{name}" for name in (*ANYWHERE, "match", "fullmatch")}
    ]
    made_late = [
        f"{path.relative_to(ROOM)}:{node.lineno}: {ast.unparse(node)[:100]}"
        for path, tree in trees()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile" and not isinstance(node.args[0], ast.Name)
    ]
    assert not [*hidden, *made_late]
