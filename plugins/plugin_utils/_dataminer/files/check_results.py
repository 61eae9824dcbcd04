# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks inside a package found: their result files, and their lines in progress.log (2, 3.3, 8, log-shapes 9.1, 9.4).

The form of the files is not published. Their names are searched at any depth, and a check that could not be executed is told from one
that failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .text_lines import decoded

_RESULT_FILE = re.compile(r"PreRequisite-Result-(?P<check>[\w.-]{1,200}?)(?:\.dll)?\.json", re.ASCII | re.IGNORECASE)
_FAILED = re.compile(r"\s*(?:- )?Prerequisite (?P<check>[\w.-]{1,200}?)(?:\.dll)? failed: (?P<why>.*)", re.ASCII | re.DOTALL)
_DEEPEST = 50
_LARGEST = 32 * 1024 * 1024
_SHOWN = 2000


class Outcome(str, Enum):
    """What a check found.

    ``NOT_EXECUTED``: it could not be executed, so that nothing is known. ``NOT_APPLICABLE``: it says so of this node itself, an offline
    Failover node mostly, with the outcome of a passed one. ``UNCLEAR``: a word or number that is not known here, to be looked at.
    """

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_EXECUTED = "could not be executed"
    NOT_APPLICABLE = "does not apply"
    UNCLEAR = "unclear"


# Words of the field Outcome (log-shapes 9.4 S). Numbers are not mapped: which stands for which is not known.
_OUTCOMES = {
    "noissues": Outcome.PASSED,
    "issuesdetected": Outcome.FAILED,
    "warning": Outcome.WARNING,
    "notexecuted": Outcome.NOT_EXECUTED,
    "undefined": Outcome.UNCLEAR,
}
_DOES_NOT_APPLY = re.compile(r"does not apply for this Agent", re.IGNORECASE)
# Reasons that speak of the check itself, not of what it looks at (log-shapes 9.1, 9.4).
_COULD_NOT_RUN = re.compile(
    r"\s{0,20}(?:Exception: |Exception during test execution|Test was not executed|Could not load file or assembly"
    r"|.{0,500}This BPA cannot run on )",
    re.IGNORECASE,
)
_FIELDS = {"outcome", "testexecuted", "resultmessage", "impact", "correctiveaction", "detailedjsonresult", "name"}


@dataclass(frozen=True)
class PrerequisiteResult:
    """One check on one node. ``message``, ``impact`` and ``action`` are the check's own words, '' where it has none."""

    check: str
    outcome: Outcome
    message: str = ""
    impact: str = ""
    action: str = ""

    @property
    def refuses(self) -> bool:
        """Whether DataMiner refuses the package for it: a check that could not be executed counts as much as a failed one."""
        return self.outcome in (Outcome.FAILED, Outcome.NOT_EXECUTED, Outcome.UNCLEAR)

    def as_result(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {"check": self.check, "outcome": self.outcome.value, "message": self.message, "impact": self.impact, "action": self.action}


@dataclass(frozen=True)
class FailedPrerequisite:
    """One line of progress.log about a check that failed."""

    check: str
    reason: str


def check_of_file(name: str) -> str | None:
    """The check that a result file in a package's folder is of; None for other files.

    >>> check_of_file("PreRequisite-Result-VerifyOSVersion.dll.json")
    'VerifyOSVersion'
    """
    found = _RESULT_FILE.fullmatch(name)
    return found["check"] if found else None


def failed_prerequisite(text: str) -> FailedPrerequisite | None:
    """What a line of progress.log says of a failed check; None when it says nothing of one.

    >>> failed_prerequisite("    - Prerequisite VerifyGRPCConnection.dll failed: 10.20.0.12: No response was received").check
    'VerifyGRPCConnection'
    """
    found = _FAILED.fullmatch(text)
    if found is None:
        return None
    return FailedPrerequisite(found["check"], found["why"].strip()[:_SHOWN])


def read_results(data: bytes, check: str = "") -> tuple[PrerequisiteResult, ...]:
    """The results in one file, of one check or of many. Never raises.

    ``check``: the name to use where a result has none, from the file's own. A file that is no JSON, or holds no result, is one result
    that could not be executed.

    >>> read_results(b'{"Outcome":"NoIssues","TestExecuted":true,"ResultMessage":"No issues detected"}', "VerifyOSVersion")[0].outcome.value
    'passed'
    """
    try:
        found = tuple(_result(one, check) for one in _objects(json.loads(decoded(data[:_LARGEST]))))
    except (ValueError, RecursionError) as error:
        return (PrerequisiteResult(check, Outcome.NOT_EXECUTED, f"its result is no readable JSON: {error}"[:_SHOWN]),)
    return found or (PrerequisiteResult(check, Outcome.NOT_EXECUTED, "its result file holds no result"),)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Objects with an outcome, at any depth, in their order; names in lower case."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, dict):
            lowered = {str(key).casefold(): inner for key, inner in one.items()}
            if "outcome" in lowered or "testexecuted" in lowered:
                yield {key: inner for key, inner in lowered.items() if key in _FIELDS}
                continue
        inners = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        if depth < _DEEPEST:
            waiting.extend((inner, depth + 1) for inner in reversed(inners))


def _result(found: dict[str, Any], check: str) -> PrerequisiteResult:
    message = _words(found.get("resultmessage")) or _words(found.get("detailedjsonresult")).strip('"')
    return PrerequisiteResult(
        check=_words(found.get("name")) or check,
        outcome=_outcome(found, message),
        message=message,
        impact=_words(found.get("impact")),
        action=_words(found.get("correctiveaction")),
    )


def _outcome(found: dict[str, Any], message: str) -> Outcome:
    if found.get("testexecuted") is False or _COULD_NOT_RUN.match(message):
        return Outcome.NOT_EXECUTED
    outcome = found.get("outcome")
    known = _OUTCOMES.get(outcome.replace(" ", "").casefold(), Outcome.UNCLEAR) if isinstance(outcome, str) else Outcome.UNCLEAR
    return Outcome.NOT_APPLICABLE if known is Outcome.PASSED and _DOES_NOT_APPLY.search(message) else known


def _words(value: Any) -> str:
    return value.strip()[:_SHOWN] if isinstance(value, str) else ""
