# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Passwords and the lockout: whether one may be tried, and what its one try in a run has shown.

Every wrong try counts against the lockout of its account, wherever it is made: at most one for each account and run, and none where
the account is locked or close to it (powershell-probes 1.17-1.21 W).

Pure: the standard library and the answers of hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .questions import Answer

# What host_probe says of a logon whose password is right, whatever else keeps it out (powershell-probes 1.17-1.21 D).
_RIGHT = frozenset({"ok", "restriction", "right_missing"})
_NOBODY_ANSWERED = "no_logon_server"
# How ansible-core tells in every language that become was refused for its password, and how the hand host_task does.
_WRONG_PASSWORD, _WRONG_PASSWORD_CODE = "Win32ErrorCode 1326 ", "wrong_password"


class Outcome(str, Enum):
    """What became of the one try of a password."""

    RIGHT = "right"
    REFUSED = "refused"
    WITHHELD = "withheld"
    IN_DOUBT = "in_doubt"
    OTHER_PASSWORD = "other_password"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Trial:
    """The one try of an account's password: what was said to it, and on which host it was made."""

    outcome: Outcome
    reason: str = ""
    where: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the password may be used: no use of it counts against the lockout."""
        return self.outcome is Outcome.RIGHT

    @property
    def forbids_use(self) -> bool:
        """Whether the password must not be used: it is wrong, or it is not known to be right and the lockout is close."""
        return self.outcome in (Outcome.REFUSED, Outcome.WITHHELD, Outcome.OTHER_PASSWORD)

    @property
    def is_settled(self) -> bool:
        """Whether this is the answer for the whole run; what could not be tried on one host may be tried on another."""
        return self.outcome is not Outcome.UNTRIED

    @property
    def reads(self) -> str:
        """The try in words, '' when nothing is wrong with the logon."""
        tried = f"tried once, on {self.where}, and not again in this run"
        if self.outcome is Outcome.RIGHT:
            return "" if self.reason == "ok" else f"{_words(self.reason)} (the password is right)"
        if self.outcome is Outcome.REFUSED:
            return f"{_words(self.reason)}; {tried}"
        if self.outcome is Outcome.WITHHELD:
            return f"not tried: {self.reason}"
        if self.outcome is Outcome.IN_DOUBT:
            return f"its answer was lost; {tried}"
        if self.outcome is Outcome.OTHER_PASSWORD:
            return f"not tried: another password of this account was tried in this run, on {self.where}"
        return f"could not be tried: {self.reason}"

    @property
    def fix(self) -> str:
        """What to do about a password that may not be used."""
        if self.outcome is Outcome.WITHHELD:
            return (
                "unlock the account, or log on with it once, which sets the count of a right password back; then run the same command again"
            )
        if self.outcome is Outcome.OTHER_PASSWORD:
            return "give the account the same password everywhere"
        if self.outcome in (Outcome.IN_DOUBT, Outcome.UNTRIED):
            return "run the same command again"
        return "correct the password that was given, or the account"

    @classmethod
    def read(cls, answer: Answer, where: str) -> Trial:
        """What a host answers to the question C(credential)."""
        if not answer.is_present:
            return cls(Outcome.UNTRIED, answer.error.message if answer.error else answer.state.value, where)
        reason = str(answer.data["reason"])
        if reason == _NOBODY_ANSWERED:
            return cls(Outcome.UNTRIED, "no domain controller answered", where)
        return cls(Outcome.RIGHT if reason in _RIGHT else Outcome.REFUSED, reason, where)


@dataclass(frozen=True)
class Standing:
    """How close an account is to its lockout; None, with the reason in ``unread``, for what could not be read."""

    locked: bool | None = None
    bad_passwords: int | None = None
    threshold: int | None = None
    unread: str = ""

    @classmethod
    def read(cls, answer: Answer) -> Standing:
        """What a host answers to the question C(account)."""
        if not answer.is_present:
            return cls(unread=answer.error.message if answer.error else answer.state.value)
        locked, count, threshold = (answer.data.get(name) for name in ("locked", "bad_password_count", "lockout_threshold"))
        is_told = count is not None and threshold is not None
        return cls(locked, count, threshold, "" if is_told or threshold == 0 else "the directory does not give its count or threshold")

    @property
    def forbids(self) -> str:
        """Why the password must not be tried, '' when it may be.

        A try is kept in reserve for whoever else uses the account, unless nothing is counted yet (powershell-probes 1.17-1.21 W).
        """
        if self.locked:
            return "the account is locked"
        if not self.threshold or self.bad_passwords is None:
            return ""
        left = self.threshold - self.bad_passwords
        if left <= 1 or (left <= 2 and self.bad_passwords > 0):
            return f"{self.bad_passwords} wrong passwords are counted, and {self.threshold} lock the account"
        return ""


def account_key(name: str, host: str) -> str:
    """One spelling for all of an account; a local one is that of its host.

    >>> {account_key(name, "ms1.contoso.lab") for name in ("CONTOSO\\\\Svc", "svc@contoso.lab", "contoso.lab\\\\svc")}
    {'svc@contoso'}
    >>> account_key(".\\\\svc", "ms1.contoso.lab"), account_key("svc", "10.0.0.7")
    ('svc@ms1', 'svc@10.0.0.7')
    """
    domain, _unused, user = name.strip().rpartition("\\")
    if not domain:
        user, _unused, domain = user.partition("@")
    if domain in ("", "."):
        domain = host
    first = domain if domain.replace(".", "").isdigit() else domain.partition(".")[0]
    return f"{user}@{first}".casefold()


def given_two_passwords(given: Mapping[str, tuple[str, str]]) -> str:
    """What to tell when two options give one account different passwords, '' otherwise. ``given``: name and password by option.

    >>> given_two_passwords({"setup_account": ("CONTOSO\\\\a", "1"), "das_account": ("a@contoso.lab", "2")})
    'setup_account and das_account are the same account, CONTOSO\\\\a, with different passwords'
    """
    first: dict[str, tuple[str, str, str]] = {}
    for option, (name, password) in given.items():
        known, known_name, known_password = first.setdefault(account_key(name, ""), (option, name, password))
        if known_password != password:
            return f"{known} and {option} are the same account, {known_name}, with different passwords"
    return ""


def says_wrong_password(result: Mapping[str, Any]) -> bool:
    """Whether a module failed on the host because Windows refused a password."""
    given = result.get("refusals")
    refusals = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    texts = (str(result.get("msg", "")), str(result.get("exception", "")))
    return any(one.get("code") == _WRONG_PASSWORD_CODE for one in refusals) or any(_WRONG_PASSWORD in text for text in texts)


def _words(reason: str) -> str:
    return reason.replace("_", " ")
