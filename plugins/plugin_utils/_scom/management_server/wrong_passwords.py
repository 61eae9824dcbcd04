# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Passwords that setup is never given, whatever is waived: setup would use them, again and again, and each use counts (10 W)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._upgrade.findings import Finding
from ..._upgrade.logons import Trial
from ..._upgrade.steps import Refused
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from .reasons import Kind


def refusal(host: str, trials: Mapping[str, Trial], findings: tuple[Finding, ...]) -> Refused | None:
    """Why setup is not started with the passwords given, None when it may be. ``trials``: what their try has shown, by account.

    One that could not be tried, or whose answer was lost, is for the rules: they can be waived.
    """
    wrong = {account: trial for account, trial in trials.items() if trial.forbids_use}
    if not wrong:
        return None
    fixes = "; ".join(f"{account}: {trial.fix}" for account, trial in wrong.items())
    return Refused(
        Kind.WRONG_PASSWORD,
        host,
        "setup would be given a password that must not be used",
        "; ".join(f"{account}: {trial.reads}" for account, trial in wrong.items()),
        "a password that was tried and is right; no waiver lets another one pass",
        f"{fixes}; then {RUN_AGAIN}; {NOTHING_STARTED}",
        findings,
    )
