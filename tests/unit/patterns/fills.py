"""Texts that make a pattern work: out of its own pieces, so that a new pattern is tried without anybody thinking of it."""

from __future__ import annotations

import re
import re._constants as kinds
import re._parser as parser
from collections.abc import Iterator
from itertools import groupby
from typing import Any

BLANKS = (" ", "\t", "\n", "\r\n", " \n", "\t ", "\n\t")
# What most patterns stop at, after a run that they liked.
ENDS = ("", "\0", "!\n")
_REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, getattr(kinds, "POSSESSIVE_REPEAT", kinds.MAX_REPEAT))


def fills(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts of that many characters: runs of what the pattern begins with, of its pieces, and of each piece behind all before it."""
    for begin, run in _runs(pattern):
        body = begin + run * ((size - len(begin)) // len(run) + 1)
        yield from (body[: size - len(end)] + end for end in ENDS)


def _runs(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    samples = [""]
    pieces: list[str] = []
    for piece in _pieces(parser.parse(pattern.pattern, pattern.flags)):
        pieces += piece
        samples += [samples[-1] + piece[0]]
    runs = [("", run) for run in (*BLANKS, *pieces, *(piece[0] for piece in pieces), *samples) if run]
    runs += [(begin, run) for begin in samples if begin for run in (*pieces, " ", "\t", "\n", "a", "0", "\\", '"')]
    return list(dict.fromkeys(runs))


def _pieces(items: Any) -> Iterator[list[str]]:
    """The samples of each item, words in one piece."""
    for is_word, some in groupby(items, lambda item: item[0] is kinds.LITERAL):
        found = [one for one in map(_samples, some) if one]
        yield from [["".join(one[0] for one in found)]] if is_word else found


def _samples(item: tuple[Any, Any]) -> list[str]:
    """Short texts that one item of a pattern takes: the first goes on with what comes behind it, the others are its pieces.

    Positions, looks around and references take nothing by themselves.
    """
    kind, value = item
    found: list[str] = []
    if kind is kinds.LITERAL:
        found = [chr(value)]
    elif kind in (kinds.ANY, kinds.NOT_LITERAL):
        found = ["b" if value == ord("a") else "a"]
    elif kind is kinds.IN:
        found = [char for one in value for char in _of_set(one)] or ["a"]
    elif kind in _REPEATS:
        low, _high, body = value
        some = _all(body)
        found = [some[0] * max(low, 1), *some]
    elif kind is kinds.BRANCH:
        found = [text for branch in value[1] for text in _all(branch)]
    elif kind is kinds.SUBPATTERN:
        found = _all(value[-1])
    elif kind is getattr(kinds, "ATOMIC_GROUP", None):
        found = _all(value)
    return found


def _all(items: Any) -> list[str]:
    found = list(_pieces(items))
    return ["".join(one[0] for one in found) or "a", *(text for one in found for text in one)]


def _of_set(one: tuple[Any, Any]) -> list[str]:
    kind, value = one
    if kind is kinds.LITERAL:
        return [chr(value)]
    if kind is kinds.RANGE:
        return [chr(value[0])]
    return {kinds.CATEGORY_SPACE: [" "], kinds.CATEGORY_DIGIT: ["0"], kinds.CATEGORY_WORD: ["a"]}.get(value, [])
