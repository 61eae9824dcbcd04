# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the accounts of the upgrade are valid and may do what they have to (9, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._questions import Answers, Questions, State, account, credential, local_group, registry_key, user_rights
from ..._rules import Fact, Finding, NotRead, RuleBook, Severity, finding, for_each
from .facts import fact, hours_between
from .options import AccountWanted, Logon, Options

ADMINISTRATORS = "S-1-5-32-544"
# Everyone, Authenticated Users, Users: what any logon of a domain account carries on a member server.
_EVERYBODY = frozenset({"S-1-1-0", "S-1-5-11", "S-1-5-32-545"})
SERVICE, DENY_SERVICE = "SeServiceLogonRight", "SeDenyServiceLogonRight"
BATCH, DENY_BATCH = "SeBatchLogonRight", "SeDenyBatchLogonRight"
_KERBEROS_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters"
# RC4, AES128, AES256, AES256 for session keys (probes 1.17-1.21 D).
_ENCRYPTION = {4: "RC4", 8: "AES128", 16: "AES256", 32: "AES256-SK"}
_TICKETS = 4 | 8 | 16

_TITLES = {"setup": "setup account", "das": "Data Access service account", "data_reader": "data reader account"}


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
class Account:
    """One account of the upgrade. ``facts`` is None when there is no such account; ``logon_result`` is empty when none was tried."""

    role: str
    wanted: AccountWanted
    facts: Fact[AccountFacts | None]
    logon_result: Fact[str]

    @property
    def title(self) -> str:
        return f"{_TITLES[self.role]} {self.wanted.name}"

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
    """

    accounts: tuple[Account, ...]
    setup: AccountWanted
    rights: Fact[Mapping[str, frozenset[str]]]
    administrators: Fact[frozenset[str]]
    host_encryption: Fact[int | None]
    sysadmin: Mapping[str, Fact[bool]]
    sdk_state: Fact[State]
    now_utc: str
    password_days: int

    def with_roles(self, *roles: str) -> dict[str, Account]:
        """Existing accounts of these roles by their titles; those that do not exist have a rule of their own."""
        return {one.title: one for one in self.accounts if one.role in roles and not (one.facts.is_known and one.facts.value is None)}

    def tokens(self, one: Account) -> frozenset[str]:
        """All SIDs that a logon of the account carries on this server, as far as the local Administrators tell."""
        sids = frozenset({one.known.sid}) | one.known.groups | _EVERYBODY
        return sids | {ADMINISTRATORS} if self.administrators.value & sids else sids

    def is_granted(self, one: Account, right: str, deny: str) -> bool:
        tokens = self.tokens(one)
        return bool(self.rights.value.get(right, frozenset()) & tokens) and not self.rights.value.get(deny, frozenset()) & tokens

    def is_denied(self, one: Account, deny: str) -> bool:
        return bool(self.rights.value.get(deny, frozenset()) & self.tokens(one))


QUESTIONS: Questions = {
    "pre.rights": user_rights(SERVICE, DENY_SERVICE, BATCH, DENY_BATCH),
    "pre.administrators": local_group(ADMINISTRATORS),
    "pre.kerberos": registry_key(_KERBEROS_KEY),
}


def questions(options: Options) -> Questions:
    """What the directory is asked of the accounts.

    A name that has several roles is looked up once, and its password is tried once: each try counts against the lockout.
    """
    asked: Questions = {}
    for role, wanted in _looked_up(options).items():
        first = _first_role(options, wanted.name)
        if role == first:
            asked[f"pre.account.{role}"] = account(wanted.name)
        if role in options.tries_passwords_of and role == _first_tried(options, wanted.name):
            asked[f"pre.credential.{role}"] = credential(wanted.name, role)
    return asked


def read(answers: Answers, options: Options, now_utc: str, sysadmin: Mapping[str, Fact[bool]], sdk_state: Fact[State]) -> Accounts:
    return Accounts(
        accounts=tuple(_account(answers, options, role, wanted) for role, wanted in _looked_up(options).items()),
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
    )


def _looked_up(options: Options) -> dict[str, AccountWanted]:
    return {role: wanted for role, wanted in options.accounts.items() if wanted.logon is not Logon.LOCAL_SYSTEM}


def _first_role(options: Options, name: str) -> str:
    return next(role for role, wanted in _looked_up(options).items() if wanted.name.casefold() == name.casefold())


def _first_tried(options: Options, name: str) -> str | None:
    same = (role for role, wanted in _looked_up(options).items() if wanted.name.casefold() == name.casefold())
    return next((role for role in same if role in options.tries_passwords_of), None)


def _account(answers: Answers, options: Options, role: str, wanted: AccountWanted) -> Account:
    question = f"pre.account.{_first_role(options, wanted.name)}"
    tried = _first_tried(options, wanted.name) if role in options.tries_passwords_of else None
    title = f"{_TITLES[role]} {wanted.name}"
    return Account(
        role=role,
        wanted=wanted,
        facts=fact(title, lambda: _facts(answers.data(question))),
        logon_result=fact(f"a logon of the {title}", lambda: str(answers.data(f"pre.credential.{tried}")["reason"]) if tried else ""),
    )


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


RULES: RuleBook[Accounts] = RuleBook()


@RULES.rule("scom.accounts.exists", Severity.BLOCKER, reference="9 D")
def accounts_exist(seen: Accounts) -> list[Finding]:
    """Setup is given accounts that the directory has to know."""

    def exists(one: Account) -> Finding | None:
        if one.facts.value is not None:
            return None
        return finding(seen="no such account", wanted="an account of the domain or of the server", fix="correct its name")

    return for_each({one.title: one for one in seen.accounts}, exists)


@RULES.rule("scom.accounts.usable", Severity.BLOCKER, reference="10 W")
def accounts_are_usable(seen: Accounts) -> list[Finding]:
    """An account that is disabled, locked or expired fails in the middle of setup."""

    def usable(one: Account) -> Finding | None:
        facts = one.known
        wrong = [
            text
            for flag, text in ((facts.enabled is False, "disabled"), (facts.locked, "locked"), (facts.password_expired, "expired"))
            if flag
        ]
        if not wrong:
            return None
        return finding(
            seen=" and ".join(wrong), wanted="enabled, not locked, its password not expired", fix="mend the account in the directory"
        )

    return for_each(seen.with_roles(*_TITLES), usable)


@RULES.rule("scom.accounts.password", Severity.BLOCKER, reference="10 W")
def passwords_are_right(seen: Accounts) -> list[Finding]:
    """A wrong password fails setup, and every wrong try counts against the lockout."""

    def right(one: Account) -> Finding | None:
        reason = one.logon_result.value
        if reason in ("", "ok"):
            return None
        if reason == "no_logon_server":
            raise NotRead(f"a logon of the {one.title}", "no domain controller answered")
        return finding(
            seen=reason.replace("_", " "), wanted="a logon that succeeds", fix="correct the password that was given, or the account"
        )

    return for_each(seen.with_roles(*_TITLES), right)


@RULES.rule("scom.accounts.password_expiry", Severity.WARNING, reference="10 W")
def passwords_outlive_the_upgrade(seen: Accounts) -> list[Finding]:
    """A password that expires in the window stops services and the servers that come later."""

    def outlives(one: Account) -> Finding | None:
        expires = one.known.password_expires_utc
        if not expires:
            return None
        days = hours_between(seen.now_utc, expires) / 24
        if days >= seen.password_days:
            return None
        return finding(
            seen=f"expires at {expires}", wanted=f"{seen.password_days} days of life or more", fix="change the password before the window"
        )

    return for_each(seen.with_roles(*_TITLES), outlives)


@RULES.rule("scom.accounts.local_admin", Severity.BLOCKER, reference="9 D")
def accounts_are_local_administrators(seen: Accounts) -> list[Finding]:
    """Setup runs with administrator rights, and the Data Access service account is administrator of every management server."""

    def is_administrator(one: Account) -> Finding | None:
        if ADMINISTRATORS in seen.tokens(one):
            return None
        return finding(
            seen="not in the local Administrators, directly or through a group",
            wanted="a member of the local Administrators of this server",
            fix="add it, or a group of it, to the local Administrators",
        )

    return for_each(seen.with_roles("setup", "das"), is_administrator)


@RULES.rule("scom.accounts.service_logon", Severity.BLOCKER, reference="9 D")
def service_account_may_log_on_as_a_service(seen: Accounts) -> list[Finding]:
    """The Data Access service does not start without the right to log on as a service."""
    return for_each(seen.with_roles("das"), lambda one: _right_missing(seen, one, SERVICE, DENY_SERVICE, "log on as a service"))


@RULES.rule("scom.accounts.reader_service_logon", Severity.WARNING, reference="10 D")
def data_reader_may_log_on_as_a_service(seen: Accounts) -> list[Finding]:
    """From 2019 on accounts of the product log on as a service; without the right they fail with event 7002 after the upgrade."""
    return for_each(seen.with_roles("data_reader"), lambda one: _right_missing(seen, one, SERVICE, DENY_SERVICE, "log on as a service"))


@RULES.rule("scom.accounts.batch_logon", Severity.BLOCKER, reference="9 W")
def setup_account_may_log_on_as_a_batch_job(seen: Accounts) -> list[Finding]:
    """Setup runs as a task of Windows, which needs the right to log on as a batch job."""
    return for_each(seen.with_roles("setup"), lambda one: _right_missing(seen, one, BATCH, DENY_BATCH, "log on as a batch job"))


@RULES.rule("scom.accounts.sysadmin", Severity.BLOCKER, reference="9 D")
def setup_account_is_sysadmin(seen: Accounts) -> list[Finding]:
    """Setup changes both databases as a sysadmin of their SQL Servers."""

    def is_sysadmin(answer: Fact[bool]) -> Finding | None:
        if answer.value:
            return None
        return finding(
            seen=f"{seen.setup.name} is no sysadmin",
            wanted="sysadmin on the instance",
            fix=f"make {seen.setup.name} sysadmin for the window, on every node of an availability group",
        )

    return for_each(seen.sysadmin, is_sysadmin)


@RULES.rule("scom.accounts.om_administrator", Severity.WARNING, reference="9 D")
def setup_account_has_a_role_in_the_group(seen: Accounts) -> Finding | None:
    """Setup is run by a member of Operations Manager Administrators; only that it has some role can be seen from here."""
    if seen.sdk_state.value is not State.DENIED:
        return None
    return finding(
        seen="the Data Access service refuses the account that asked it",
        wanted="a direct member of the role Operations Manager Administrators",
        fix=f"add {seen.setup.name} to the role; membership through nested groups was seen to fail",
    )


@RULES.rule("scom.accounts.encryption", Severity.BLOCKER, reference="10 D")
def server_and_accounts_share_an_encryption(seen: Accounts) -> list[Finding]:
    """Without RC4 on the server, accounts without AES cannot be validated (DS_NAME_ERROR_NOT_FOUND)."""
    allowed = seen.host_encryption.value

    def shares(one: Account) -> Finding | None:
        types = one.known.encryption_types
        # No value, or none of these bits, is the default of Windows or the domain, which changes with its updates: not interpreted.
        if not allowed or not allowed & _TICKETS or not types or allowed & types & _TICKETS:
            return None
        return finding(
            seen=f"the server allows {_names(allowed)}, the account has {_names(types)}",
            wanted="an encryption type in common",
            fix="switch on AES for the account and set its password again, or allow RC4 for the window",
        )

    return for_each(seen.with_roles(*_TITLES), shares)


@RULES.rule("scom.accounts.setup_is_system", Severity.WARNING, reference="9 D")
def setup_does_not_run_as_system(seen: Accounts) -> Finding | None:
    """The vendor advises against running setup as NT AUTHORITY\\SYSTEM."""
    if seen.setup.logon is not Logon.LOCAL_SYSTEM:
        return None
    return finding(
        seen=seen.setup.name,
        wanted="an account of the domain with the rights of setup",
        fix="give a setup account; as SYSTEM the machine account has to be sysadmin on every SQL Server",
    )


def _right_missing(seen: Accounts, one: Account, right: str, deny: str, words: str) -> Finding | None:
    if seen.is_granted(one, right, deny):
        return None
    denied = seen.is_denied(one, deny)
    return finding(
        seen=f"the right to {words} is {'denied' if denied else 'not granted'}",
        wanted=f"{right} granted and {deny} not",
        fix=f"{'take it, or its group, out of' if denied else 'grant it'} {deny if denied else right} by policy",
    )


def _names(types: int) -> str:
    return ", ".join(name for bit, name in _ENCRYPTION.items() if types & bit) or f"types {types:#x}"
