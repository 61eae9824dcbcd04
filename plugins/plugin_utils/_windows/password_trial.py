# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one try of an account's password on a host, before anything on any host logs on with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._upgrade.accounts import Account
from .._upgrade.logons import Outcome, Standing, Trial, account_key
from .._upgrade.questions import Answers, Questions, account, credential
from .._upgrade.redaction import Secrets
from .display_lines import Progress
from .tried_passwords import TriedPasswords

Probe = Callable[[Questions, Mapping[str, str]], Answers]


def try_once(
    tried: TriedPasswords,
    given: Account,
    host: str,
    probe: Probe,
    was_made: Callable[[Exception], bool],
    standing: Standing | None = None,
) -> Trial:
    """What the one try of this run has shown; made here, by C(probe), when none was made yet.

    C(probe) must not repeat a question whose answer was lost, C(was_made) says whether one that failed may have been put to the host.
    C(standing): what was read of the account's lockout; asked when None.
    """
    password, is_asked = given.password or "", False

    def attempt() -> Trial:
        nonlocal is_asked
        near = standing or Standing.read(probe({"account": account(given.name)}, {})["account"])
        if near.forbids:
            return Trial(Outcome.WITHHELD, near.forbids, host)
        tell_unread(Progress(host, Secrets([password])), given.name, near)
        is_asked = True
        return Trial.read(probe({"logon": credential(given.name, "password")}, {"password": password})["logon"], host)

    return tried.once(account_key(given.name, host), password, host, attempt, lambda error: is_asked and was_made(error))


def tell_unread(progress: Progress, name: str, standing: Standing) -> None:
    """Tells an operator that a password is tried although nobody knows what a wrong one would do."""
    if standing.unread:
        progress.line(f"trying the password of {name} once; how close the account is to its lockout was not read: {standing.unread}")
