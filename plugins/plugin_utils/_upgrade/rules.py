# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules, each named, with a severity and a source, and the books they are in.

A rule is a function from something that was seen to what is wrong with it. Its name is what an operator waives.

    RULES: RuleBook[Databases] = RuleBook()

    @RULES.rule("scom.database.free_space", Severity.BLOCKER, reference="6.1 D")
    def half_free(seen: Databases) -> Finding | None:
        '''Setup needs more than half of the operational database's data file free.'''

Pure: the standard library only.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from .facts import NotRead
from .findings import OR_WAIVE, Finding, Found, Severity, not_checked

S = TypeVar("S")
W = TypeVar("W")


class UnusableName(ValueError):
    """An operator named a rule in a list where it cannot stand."""


class UnknownRule(UnusableName):
    """An operator named a rule that does not exist."""


class WaivedAndRaised(UnusableName):
    """An operator wants findings of one rule not to count, and to block."""


class NotWaivable(UnusableName):
    """An operator wants to waive what no waiver lets pass."""


@dataclass(frozen=True)
class Rule(Generic[S]):
    """A named check of something that was seen. Calling it returns its findings, none when all is well.

    ``waivable``: whether an operator may continue in spite of what it finds; for the others that is refused whatever is waived.
    """

    name: str
    severity: Severity
    reference: str
    check: Callable[[S], Found] = field(repr=False)
    summary: str = ""
    applies: Callable[[S], bool] = field(default=lambda _: True, repr=False)
    waivable: bool = True

    def __call__(self, seen: S) -> tuple[Finding, ...]:
        each: list[Finding] = []
        try:
            found = self.check(seen)
            each.extend([found] if isinstance(found, Finding) else found or [])
        except NotRead as error:
            each.append(not_checked(error))
        return tuple(self._own(one) for one in each)

    def _own(self, one: Finding) -> Finding:
        fix = one.fix if self.waivable else one.fix.removesuffix(OR_WAIVE)
        return replace(one, fix=fix, rule=self.name, severity=self.severity, reference=self.reference, why=self.summary)

    def looking_at(self, part: Callable[[W], S], when: Callable[[W], bool] = lambda _: True) -> Rule[W]:
        """The same rule on something larger, of which it sees a part; it applies only ``when`` that is so."""
        return Rule(
            self.name,
            self.severity,
            self.reference,
            lambda whole: self.check(part(whole)),
            self.summary,
            lambda whole: when(whole) and self.applies(part(whole)),
            self.waivable,
        )


class RuleBook(Generic[S]):
    """Rules in the order they were written, each name once."""

    def __init__(self, rules: Iterable[Rule[S]] = ()) -> None:
        self._rules: dict[str, Rule[S]] = {}
        for rule in rules:
            self._add(rule)

    def rule(
        self, name: str, severity: Severity, *, reference: str, when: Callable[[S], bool] = lambda _: True, waivable: bool = True
    ) -> Callable[[Callable[[S], Found]], Rule[S]]:
        """Decorator: makes a rule of a function and writes it into this book; its docstring's first line says why it exists.

        ``when``: whether the rule has anything to say of what was seen; one that has not is reported as skipped, not as passed.
        """

        def register(check: Callable[[S], Found]) -> Rule[S]:
            rule = Rule(name, severity, reference, check, _first_line(check), when, waivable)
            self._add(rule)
            return rule

        return register

    def looking_at(self, part: Callable[[W], S], when: Callable[[W], bool] = lambda _: True) -> RuleBook[W]:
        """The same rules on something larger, of which they see a part; they apply only ``when`` that is so."""
        return RuleBook(rule.looking_at(part, when) for rule in self)

    def __iter__(self) -> Iterator[Rule[S]]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, name: object) -> bool:
        return name in self._rules

    def __getitem__(self, name: str) -> Rule[S]:
        """The rule of that name; raises UnknownRule naming the nearest one."""
        if name not in self._rules:
            raise UnknownRule(_unknown_rule(name, self._rules))
        return self._rules[name]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._rules)

    def _add(self, rule: Rule[S]) -> None:
        if rule.name in self._rules:
            raise ValueError(f"two rules are named {rule.name}")
        self._rules[rule.name] = rule


def _first_line(check: Callable[..., object]) -> str:
    text = (check.__doc__ or "").strip()
    if not text:
        raise ValueError(f"rule {check.__name__} does not say in a docstring why it exists")
    return text.splitlines()[0].rstrip(".")


def _unknown_rule(name: str, known: Mapping[str, object]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"there is no rule {name!r}" + (f"; the nearest is {nearest[0]!r}" if nearest else "")


def waived_and_raised(rules: RuleBook[S], waived: Iterable[str], raised: Iterable[str]) -> tuple[set[str], set[str]]:
    """The two lists of an operator, each name a rule's.

    Raises UnknownRule, naming the nearest, NotWaivable for a rule that cannot be waived, and WaivedAndRaised for a name in both lists.
    """
    dropped, lifted = _known_names(rules, waived), _known_names(rules, raised)
    if fixed := sorted(name for name in dropped if not rules[name].waivable):
        raise NotWaivable(f"{', '.join(fixed)} cannot be waived: without a fix of what it finds nothing is started; leave it out of waive")
    if both := dropped & lifted:
        raise WaivedAndRaised(f"{', '.join(sorted(both))} cannot be waived and raised at once; leave it out of one of the two")
    return dropped, lifted


def _known_names(rules: RuleBook[S], names: Iterable[str]) -> set[str]:
    return {rules[name].name for name in names}
