# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about one node, put to every node of a system: one that cannot be checked on a node does not hide the others (8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ..._upgrade.findings import Finding
from ..._upgrade.rules import Rule, RuleBook

N = TypeVar("N")
W = TypeVar("W")


def on_every_node(book: RuleBook[N], nodes: Callable[[W], Mapping[str, N]]) -> RuleBook[W]:
    """The same rules on a whole system; findings carry the node's name as their host, and as their subject where they have none."""
    return RuleBook(_lifted(rule, nodes) for rule in book)


def _lifted(rule: Rule[N], nodes: Callable[[W], Mapping[str, N]]) -> Rule[W]:
    def check(whole: W) -> list[Finding]:
        applying = {name: node for name, node in nodes(whole).items() if rule.applies(node)}
        return [replace(one, host=name, subject=one.subject or name) for name, node in applying.items() for one in rule(node)]

    return Rule(
        rule.name,
        rule.severity,
        rule.reference,
        check,
        rule.summary,
        lambda whole: any(rule.applies(node) for node in nodes(whole).values()),
        rule.waivable,
    )
