# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The judgement over all rules on what was seen.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .findings import Finding, Severity, findings_text
from .rules import RuleBook, waived_and_raised

S = TypeVar("S")


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


def _by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: _ORDER.index(one.severity)))
