# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts of the upgrade: how they are looked up, and what a server grants to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...._upgrade.accounts import Account, AccountKind
from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.logons import Trial
from ...._upgrade.questions import Answers, Questions, State, account, local_group, registry_key, user_rights
from ...._upgrade.windows_facts import fact
from ...setup.command_line import managed_accounts_supported
from .options import Options

ADMINISTRATORS = "S-1-5-32-544"
# Everyone, Authenticated Users, Users: what any logon of a domain account carries on a member server.
_EVERYBODY = frozenset({"S-1-1-0", "S-1-5-11", "S-1-5-32-545"})
SERVICE, DENY_SERVICE = "SeServiceLogonRight", "SeDenyServiceLogonRight"
BATCH, DENY_BATCH = "SeBatchLogonRight", "SeDenyBatchLogonRight"
_KERBEROS_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters"

TITLES = {"setup": "setup account", "das": "Data Access service account", "data_reader": "data reader account"}


@dataclass(frozen=True)
class AccountFacts:
    """An account as the directory shows it. ``encryption_types`` None: the domain's default, which is not interpreted."""

    sid: str
    groups: frozenset[str]
    enabled: bool | None = None
    locked: bool | None = None
    password_expired: bool | None = None
    password_expires_utc: str = ""
    encryption_types: int | None = None


@dataclass(frozen=True)
class SeenAccount:
    """One account of the upgrade as it was found.

    ``facts`` is None when there is no such account; ``logon`` when it was given no password.
    """

    role: str
    wanted: Account
    facts: Fact[AccountFacts | None]
    logon: Trial | None

    @property
    def title(self) -> str:
        return f"{TITLES[self.role]} {self.wanted.name}"

    @property
    def known(self) -> AccountFacts:
        """The facts; raises NotRead for an account that does not exist: a rule of its own says so."""
        facts = self.facts.value
        if facts is None:
            raise NotRead(self.title, "there is no such account")
        return facts


@dataclass(frozen=True)
class Accounts:
    """The accounts that can be looked up, and what this server grants to whom.

    ``rights``: SIDs by right. ``administrators``: SIDs of the local group. ``sysadmin``: by database, whether SQL Server takes the
    account that asked for a sysadmin. ``sdk_state``: how the Data Access service answered, when it was asked.
    ``media_know_managed``: whether the media of the target know group managed service accounts.
    """

    accounts: tuple[SeenAccount, ...]
    setup: Account
    rights: Fact[Mapping[str, frozenset[str]]]
    administrators: Fact[frozenset[str]]
    host_encryption: Fact[int | None]
    sysadmin: Mapping[str, Fact[bool]]
    sdk_state: Fact[State]
    now_utc: str
    password_days: int
    media_know_managed: bool = True

    def with_roles(self, *roles: str) -> dict[str, SeenAccount]:
        """Existing accounts of these roles by their titles; those that do not exist have a rule of their own."""
        return {one.title: one for one in self.accounts if one.role in roles and not (one.facts.is_known and one.facts.value is None)}

    def tokens(self, one: SeenAccount) -> frozenset[str]:
        """All SIDs that a logon of the account carries on this server, as far as the local Administrators tell."""
        sids = frozenset({one.known.sid}) | one.known.groups | _EVERYBODY
        return sids | {ADMINISTRATORS} if self.administrators.value & sids else sids

    def is_granted(self, one: SeenAccount, right: str, deny: str) -> bool:
        tokens = self.tokens(one)
        return bool(self.rights.value.get(right, frozenset()) & tokens) and not self.rights.value.get(deny, frozenset()) & tokens

    def is_denied(self, one: SeenAccount, deny: str) -> bool:
        return bool(self.rights.value.get(deny, frozenset()) & self.tokens(one))


QUESTIONS: Questions = {
    "pre.rights": user_rights(SERVICE, DENY_SERVICE, BATCH, DENY_BATCH),
    "pre.administrators": local_group(ADMINISTRATORS),
    "pre.kerberos": registry_key(_KERBEROS_KEY),
}


def questions(options: Options) -> Questions:
    """What the directory is asked of the accounts. A name that has several roles is looked up once."""
    return {question_of(options, role): account(wanted.name) for role, wanted in _looked_up(options).items()}


def question_of(options: Options, role: str) -> str:
    """The name of the question about the account that has this role."""
    name = options.accounts[role].name.casefold()
    first = next(one for one, wanted in _looked_up(options).items() if wanted.name.casefold() == name)
    return f"pre.account.{first}"


def read(
    answers: Answers,
    options: Options,
    now_utc: str,
    sysadmin: Mapping[str, Fact[bool]],
    sdk_state: Fact[State],
    logons: Mapping[str, Trial],
) -> Accounts:
    """What is seen of the accounts. ``logons``: by role, what the one try of each password that was given has shown."""
    return Accounts(
        accounts=tuple(_account(answers, options, role, wanted, logons) for role, wanted in _looked_up(options).items()),
        setup=options.setup,
        rights=fact("the user rights of the server", lambda: _rights(answers)),
        administrators=fact(
            "the local administrators", lambda: frozenset(str(one["sid"]) for one in answers.data("pre.administrators")["members"])
        ),
        host_encryption=fact("the Kerberos policy of the server", lambda: _host_encryption(answers)),
        sysadmin=sysadmin,
        sdk_state=sdk_state,
        now_utc=now_utc,
        password_days=options.password_days,
        media_know_managed=managed_accounts_supported(options.target),
    )


def _looked_up(options: Options) -> dict[str, Account]:
    return {role: wanted for role, wanted in options.accounts.items() if wanted.kind is not AccountKind.SYSTEM}


def _account(answers: Answers, options: Options, role: str, wanted: Account, logons: Mapping[str, Trial]) -> SeenAccount:
    question, title = question_of(options, role), f"{TITLES[role]} {wanted.name}"
    return SeenAccount(role, wanted, fact(title, lambda: _facts(answers.data(question))), logons.get(role))


def _facts(data: Mapping[str, Any]) -> AccountFacts | None:
    if not data:
        return None
    return AccountFacts(
        sid=str(data["sid"]),
        groups=frozenset(str(sid) for sid in data.get("group_sids") or ()),
        enabled=data.get("enabled"),
        locked=data.get("locked"),
        password_expired=data.get("password_expired"),
        password_expires_utc=str(data.get("password_expires_utc") or ""),
        encryption_types=data.get("encryption_types"),
    )


def _rights(answers: Answers) -> dict[str, frozenset[str]]:
    return {right: frozenset(str(one["sid"]) for one in holders) for right, holders in answers.data("pre.rights")["rights"].items()}


def _host_encryption(answers: Answers) -> int | None:
    values = answers.data("pre.kerberos").get("values", {})
    value = next((one["value"] for name, one in values.items() if name.casefold() == "supportedencryptiontypes"), None)
    return None if value is None else int(value)
