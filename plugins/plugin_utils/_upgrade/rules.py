# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules, what they find, and the judgement over all of them.

A rule is a function from something that was seen to what is wrong with it. It has a name (what an operator waives), a severity and a
source. A fact that could not be read is never taken for a good one: its rule answers "could not be checked" with its own severity.

    RULES: RuleBook[Databases] = RuleBook()

    @RULES.rule("scom.database.free_space", Severity.BLOCKER, reference="6.1 D")
    def half_free(seen: Databases) -> Finding | None:
        '''Setup needs more than half of the operational database's data file free.'''

Pure: the standard library only.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from .facts import NotRead

S = TypeVar("S")
T = TypeVar("T")
U = TypeVar("U")
W = TypeVar("W")


class Severity(str, Enum):
    """What a finding means for the work that was asked for."""

    BLOCKER = "blocker"
    WARNING = "warning"
    INFO = "info"


class UnusableName(ValueError):
    """An operator named a rule in a list where it cannot stand."""


class UnknownRule(UnusableName):
    """An operator named a rule that does not exist."""


class WaivedAndRaised(UnusableName):
    """An operator wants findings of one rule not to count, and to block."""


class NotWaivable(UnusableName):
    """An operator wants to waive what no waiver lets pass."""


_OR_WAIVE = ", or waive this rule"


_CONFIDENCE = {"D": "documented", "W": "seen in the field", "I": "inferred", "U": "uncertain"}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it has to be: what was seen, what is wanted and how to mend it.

    ``why`` is the first line of the rule's documentation; ``unknown`` says that the rule could not be checked.
    """

    seen: str
    wanted: str
    fix: str
    subject: str = ""
    rule: str = ""
    severity: Severity = Severity.BLOCKER
    reference: str = ""
    why: str = ""
    host: str = ""
    unknown: bool = False

    @property
    def confidence(self) -> str:
        """The source mark in words: ``documented``, ``seen in the field``, ``inferred`` or ``uncertain``."""
        return _CONFIDENCE.get(self.reference[-1:], "documented")

    def text(self) -> str:
        """The finding as an indented paragraph, in the form of every refusal of this collection."""
        about = f" ({self.subject})" if self.subject else ""
        lines = {"seen": self.seen, "wanted": self.wanted, "fix": self.fix, "why": f"{self.why} ({self.confidence})"}
        return "\n".join([f"  {self.severity.value:<8} {self.rule}{about}", *(f"    {name:<8} {text}" for name, text in lines.items())])

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "subject": self.subject,
            "seen": self.seen,
            "wanted": self.wanted,
            "fix": self.fix,
            "why": self.why,
            "source": f"{self.reference} ({self.confidence})",
            "host": self.host,
            "could_not_be_checked": self.unknown,
        }


Found = Finding | Iterable[Finding] | None


def finding(*, seen: str, wanted: str, fix: str, subject: str = "") -> Finding:
    """What a rule returns; its name, severity and source are put on by the rule itself."""
    return Finding(seen=seen, wanted=wanted, fix=fix, subject=subject)


def not_checked(error: NotRead, subject: str = "") -> Finding:
    """The finding of a rule that could not be checked: it counts as much as the rule itself."""
    return Finding(
        seen=f"could not be checked: {error}",
        wanted=error.what if error.mend else f"{error.what} readable",
        fix=error.mend or f"make {error.what} readable for the account this runs as{_OR_WAIVE}",
        subject=subject,
        unknown=True,
    )


def for_each(subjects: Mapping[str, T], check: Callable[[T], Finding | None]) -> list[Finding]:
    """The findings of one rule on several subjects by name; one that could not be read does not hide the others."""
    found: list[Finding] = []
    for name, subject in subjects.items():
        try:
            one = check(subject)
        except NotRead as error:
            one = not_checked(error)
        found += [replace(one, subject=one.subject or name)] if one else []
    return found


@dataclass(frozen=True)
class Rule(Generic[S]):
    """A named check of something that was seen. Calling it returns its findings, none when all is well.

    ``waivable``: whether an operator may go on in spite of what it finds; for the others that is refused whatever is waived.
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
        fix = one.fix if self.waivable else one.fix.removesuffix(_OR_WAIVE)
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


@dataclass(frozen=True)
class Judgement:
    """What all rules found on one host.

    ``waived`` findings are reported and do not count; ``passed`` are the names of rules that found nothing, ``skipped`` of those that
    do not apply here.
    """

    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    passed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def blockers(self) -> tuple[Finding, ...]:
        return self._of(Severity.BLOCKER)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return self._of(Severity.WARNING)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """Findings that say a rule could not be checked, whatever their severity."""
        return tuple(one for one in self.findings if one.unknown)

    @property
    def is_blocked(self) -> bool:
        return bool(self.blockers)

    def blaming(self, reason: str, fix: str) -> Judgement:
        """The same, where rules that could not be checked for one reason say that alone, and so share a paragraph: its fix is theirs."""

        def told(one: Finding) -> Finding:
            if not one.unknown or reason not in one.seen:
                return one
            return replace(one, seen=f"could not be checked: {reason}", wanted="what these rules look at readable", fix=fix)

        return replace(self, findings=tuple(map(told, self.findings)), waived=tuple(map(told, self.waived)))

    def headline(self) -> str:
        """For example ``2 blockers, 1 warning, 1 waived; 40 checks passed``."""
        counts = [
            _count(len(self.blockers), "blocker"),
            _count(len(self.warnings), "warning"),
            _count(len(self._of(Severity.INFO)), "remark"),
            f"{len(self.waived)} waived" if self.waived else "",
        ]
        return f"{', '.join(filter(None, counts)) or 'nothing found'}; {_count(len(self.passed), 'check') or 'no checks'} passed"

    def text(self) -> str:
        """All findings as paragraphs, blockers first, waivers last."""
        return findings_text((*self.findings, *(replace(one, subject=f"waived {one.subject}".strip()) for one in self.waived)))

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "findings": [one.as_result() for one in self.findings],
            "waived": [one.as_result() for one in self.waived],
            "passed": list(self.passed),
            "not_applicable": list(self.skipped),
            "summary": self.headline(),
        }

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is severity)


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings as paragraphs below each other; rules that could not be checked for one and the same reason share a paragraph."""
    together: dict[object, list[Finding]] = {}
    for number, one in enumerate(findings):
        together.setdefault((one.severity, one.seen, one.fix) if one.unknown else number, []).append(one)
    return "\n".join(_shared_text(group) if len(group) > 1 else group[0].text() for group in together.values())


def _shared_text(unknowns: Sequence[Finding]) -> str:
    """One unreadable database fails a dozen rules; said a dozen times, nobody sees what else is wrong."""
    first = unknowns[0]
    rules = ", ".join(f"{one.rule} ({one.subject})" if one.subject else one.rule for one in unknowns)
    why = "A fact that could not be read counts as much as the rules that need it"
    lines = {"rules": rules, "seen": first.seen, "wanted": first.wanted, "fix": first.fix, "why": why}
    return "\n".join([f"  {first.severity.value:<8} {len(unknowns)} rules", *(f"    {name:<8} {text}" for name, text in lines.items())])


def _count(number: int, what: str) -> str:
    return "" if not number else f"{number} {what}{'s' if number > 1 else ''}"


_ORDER = tuple(Severity)


def judge(rules: RuleBook[S], seen: S, *, waived: Iterable[str] = (), raised: Iterable[str] = (), host: str = "") -> Judgement:
    """Put every rule to what was seen.

    ``waived``: names of rules whose findings are reported and do not count. ``raised``: names of rules whose findings count as blockers.
    Raises UnusableName as `waived_and_raised`.
    """
    dropped, lifted = waived_and_raised(rules, waived, raised)
    found: list[Finding] = []
    passed: list[str] = []
    applying = [rule for rule in rules if rule.applies(seen)]
    for rule in applying:
        each = [replace(one, host=one.host or host) for one in rule(seen)]
        found += [replace(one, severity=Severity.BLOCKER) for one in each] if rule.name in lifted else each
        passed += [] if each else [rule.name]
    counting = _by_severity([one for one in found if one.rule not in dropped])
    skipped = tuple(name for name in rules.names if name not in {rule.name for rule in applying})
    return Judgement(counting, _by_severity([one for one in found if one.rule in dropped]), tuple(passed), skipped)


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


def _by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: _ORDER.index(one.severity)))
