# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the package's own signed checks found on every node; one that could not be executed is told from one that failed (3.3, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..files.check_results import Outcome, PrerequisiteResult, read_results


@dataclass(frozen=True)
class Checks:
    """The checks of one node. ``expected``: names of those inside the package. ``results``: None when they were not run (yet)."""

    expected: tuple[str, ...]
    results: Fact[tuple[PrerequisiteResult, ...]] | None

    @property
    def were_run(self) -> bool:
        return self.results is not None


def name_of(dll: str) -> str:
    """The name of a check by its file in the package.

    >>> name_of("VerifyOSVersion.dll")
    'VerifyOSVersion'
    """
    return dll[:-4] if dll.casefold().endswith(".dll") else dll


def of_executor(expected: Iterable[str], content: bytes | None) -> Checks:
    """The checks of a node by the one file its executor wrote; None when it wrote none."""
    if content is None:
        return Checks(tuple(expected), Fact.unread("the results of the package's checks", "their executor wrote no file"))
    return Checks(tuple(expected), Fact.known(read_results(content)))


RULES: RuleBook[Checks] = RuleBook()


def _run(seen: Checks) -> bool:
    return seen.were_run


@RULES.rule("dataminer.checks.failed", Severity.BLOCKER, reference="2, 8 D", when=_run)
def no_check_failed(seen: Checks) -> list[Finding]:
    """One agent that fails a check keeps the whole cluster from being upgraded, offline agents too."""
    return [
        finding(
            subject=one.check,
            seen=one.message or "issues detected",
            wanted="no issue",
            fix=one.action or "fix what the check names, then run it again",
        )
        for one in _results(seen, Outcome.FAILED)
    ]


@RULES.rule("dataminer.checks.not_executed", Severity.BLOCKER, reference="3.3, 8 D", when=_run)
def every_check_was_executed(seen: Checks) -> list[Finding]:
    """A check that could not be executed says nothing about the node, and DataMiner refuses the package for it as for a failed one."""
    return [
        finding(
            subject=one.check,
            seen=f"it could not be executed: {one.message or 'no reason given'}",
            wanted="a check that runs",
            fix="find out why it does not run; outside an upgrade some may never do, then waive this and rely on the upgrade's own run",
        )
        for one in _results(seen, Outcome.NOT_EXECUTED)
    ]


@RULES.rule("dataminer.checks.unclear", Severity.BLOCKER, reference="3.3 U", when=_run)
def every_check_says_something_known(seen: Checks) -> list[Finding]:
    """The form of the results is not published: what is not understood does not count as passed."""
    return [
        finding(
            subject=one.check,
            seen=one.message or "an outcome that is not known",
            wanted="an outcome that is known",
            fix="look at the result by hand",
        )
        for one in _results(seen, Outcome.UNCLEAR)
    ]


@RULES.rule("dataminer.checks.missing", Severity.BLOCKER, reference="3.3 I", when=_run)
def every_check_has_a_result(seen: Checks) -> list[Finding]:
    """Every check inside the package has left a result."""
    if seen.results is None:
        return []
    told = {name_of(one.check).casefold() for one in seen.results.value}
    # Where results carry no names of their own, or others than their files, their number has to do.
    names = [name_of(one) for one in seen.expected]
    missing = [name for name in names if name.casefold() not in told]
    if not missing or (not told & {name.casefold() for name in names} and len(seen.results.value) >= len(names)):
        return []
    return [finding(subject=name, seen="no result", wanted="a result of every check", fix="run the checks again") for name in missing]


@RULES.rule("dataminer.checks.warned", Severity.WARNING, reference="8 D", when=_run)
def no_check_warned(seen: Checks) -> list[Finding]:
    """A check may warn without refusing."""
    return [
        finding(subject=one.check, seen=one.message or "a warning", wanted="no warning", fix=one.action or "look at what the check names")
        for one in _results(seen, Outcome.WARNING)
    ]


def _results(seen: Checks, outcome: Outcome) -> list[PrerequisiteResult]:
    return [one for one in seen.results.value if one.outcome is outcome] if seen.results is not None else []
