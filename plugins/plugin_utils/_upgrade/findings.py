# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rule finds, and how it is written for an operator.

A fact that could not be read is never taken for a good one: its rule answers "could not be checked" with its own severity.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from .facts import NotRead

T = TypeVar("T")


class Severity(str, Enum):
    """What a finding means for the work that was asked for."""

    BLOCKER = "blocker"
    WARNING = "warning"
    INFO = "info"


OR_WAIVE = ", or waive this rule"
_CONFIDENCE = {"D": "documented", "W": "seen in the field", "I": "inferred", "U": "uncertain"}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it has to be: what was seen, what is wanted and how to fix it.

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
        wanted=error.what if error.fix else f"{error.what} readable",
        fix=error.fix or f"make {error.what} readable for the account this runs as{OR_WAIVE}",
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
    why = "A check whose data could not be read counts as much as a failed one"
    lines = {"rules": rules, "seen": first.seen, "wanted": first.wanted, "fix": first.fix, "why": why}
    return "\n".join([f"  {first.severity.value:<8} {len(unknowns)} rules", *(f"    {name:<8} {text}" for name, text in lines.items())])
