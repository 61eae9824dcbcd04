# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the accounts of the upgrade are valid and may do what they have to (9, 10)."""

from __future__ import annotations

from ...._upgrade.accounts import AccountKind
from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.findings import Finding, Severity, finding, for_each
from ...._upgrade.logons import Outcome
from ...._upgrade.questions import State
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import hours_between
from .account_facts import ADMINISTRATORS, BATCH, DENY_BATCH, DENY_SERVICE, SERVICE, TITLES, Accounts, SeenAccount

# RC4, AES128, AES256, AES256 for session keys (probes 1.17-1.21 D).
_ENCRYPTION = {4: "RC4", 8: "AES128", 16: "AES256", 32: "AES256-SK"}
_TICKETS = 4 | 8 | 16

RULES: RuleBook[Accounts] = RuleBook()
# Of the role in the management group, which only its Data Access service knows.
IN_THE_GROUP: RuleBook[Accounts] = RuleBook()


@RULES.rule("scom.accounts.exists", Severity.BLOCKER, reference="9 D")
def accounts_exist(seen: Accounts) -> list[Finding]:
    """Setup is given accounts that the directory must know."""

    def exists(one: SeenAccount) -> Finding | None:
        if one.facts.value is not None:
            return None
        return finding(seen="no such account", wanted="an account of the domain or of the server", fix="correct its name")

    return for_each({one.title: one for one in seen.accounts}, exists)


@RULES.rule("scom.accounts.usable", Severity.BLOCKER, reference="10 W")
def accounts_are_usable(seen: Accounts) -> list[Finding]:
    """An account that is disabled, locked or expired fails in the middle of setup."""

    def usable(one: SeenAccount) -> Finding | None:
        facts = one.known
        wrong = [
            text
            for flag, text in ((facts.enabled is False, "disabled"), (facts.locked, "locked"), (facts.password_expired, "expired"))
            if flag
        ]
        if not wrong:
            return None
        return finding(
            seen=" and ".join(wrong), wanted="enabled, not locked, its password not expired", fix="fix the account in the directory"
        )

    return for_each(seen.with_roles(*TITLES), usable)


@RULES.rule("scom.accounts.password", Severity.BLOCKER, reference="10 W")
def passwords_are_right(seen: Accounts) -> list[Finding]:
    """A wrong password fails setup, and every wrong try counts against the lockout."""

    def right(one: SeenAccount) -> Finding | None:
        trial = one.logon
        if trial is None or not trial.reads:
            return None
        if trial.outcome in (Outcome.UNTRIED, Outcome.IN_DOUBT):
            raise NotRead("a logon of the account", trial.reads, trial.fix)
        return finding(seen=trial.reads, wanted="a logon that succeeds", fix=trial.fix)

    return for_each(seen.with_roles(*TITLES), right)


@RULES.rule("scom.accounts.password_expiry", Severity.WARNING, reference="10 W")
def passwords_outlive_the_upgrade(seen: Accounts) -> list[Finding]:
    """A password that expires in the window stops services and the servers that come later."""

    def outlives(one: SeenAccount) -> Finding | None:
        expires = one.known.password_expires_utc
        if not expires:
            return None
        days = hours_between(seen.now_utc, expires) / 24
        if days >= seen.password_days:
            return None
        return finding(
            seen=f"expires at {expires}", wanted=f"{seen.password_days} days of life or more", fix="change the password before the window"
        )

    return for_each(seen.with_roles(*TITLES), outlives)


@RULES.rule("scom.accounts.local_admin", Severity.BLOCKER, reference="9 D")
def accounts_are_local_administrators(seen: Accounts) -> list[Finding]:
    """Setup runs with administrator rights, and the Data Access service account is administrator of every management server."""

    def is_administrator(one: SeenAccount) -> Finding | None:
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


@RULES.rule("scom.accounts.encryption", Severity.BLOCKER, reference="10 D")
def server_and_accounts_share_an_encryption(seen: Accounts) -> list[Finding]:
    """Without RC4 on the server, accounts without AES cannot be validated (DS_NAME_ERROR_NOT_FOUND)."""
    allowed = seen.host_encryption.value

    def shares(one: SeenAccount) -> Finding | None:
        types = one.known.encryption_types
        # No value, or none of these bits, is the default of Windows or the domain, which changes with its updates: not interpreted.
        if not allowed or not allowed & _TICKETS or not types or allowed & types & _TICKETS:
            return None
        return finding(
            seen=f"the server allows {_names(allowed)}, the account has {_names(types)}",
            wanted="an encryption type in common",
            fix="switch on AES for the account and set its password again, or allow RC4 for the window",
        )

    return for_each(seen.with_roles(*TITLES), shares)


@RULES.rule("scom.accounts.setup_is_system", Severity.WARNING, reference="9 D")
def setup_does_not_run_as_system(seen: Accounts) -> Finding | None:
    """The vendor advises against running setup as NT AUTHORITY\\SYSTEM."""
    if seen.setup.kind is not AccountKind.SYSTEM:
        return None
    return finding(
        seen=seen.setup.name,
        wanted="an account of the domain with the rights of setup",
        fix="give a setup account; as SYSTEM the machine account must be sysadmin on every SQL Server",
    )


@RULES.rule("scom.accounts.managed", Severity.WARNING, reference="3 D")
def media_know_managed_accounts(seen: Accounts) -> list[Finding]:
    """Group managed service accounts came with 2019 UR1, and media are without rollups."""
    managed = [] if seen.media_know_managed else [one for one in seen.accounts if one.wanted.kind is AccountKind.GMSA]
    return [
        finding(
            subject=one.title,
            seen="a group managed service account",
            wanted="an account with a password, until the first rollup of the target is installed",
            fix="upgrade with a normal account, then set the services to the managed one",
        )
        for one in managed
    ]


@IN_THE_GROUP.rule("scom.accounts.om_administrator", Severity.BLOCKER, reference="9 D", when=lambda seen: seen.sdk_state.is_known)
def setup_account_has_a_role_in_the_group(seen: Accounts) -> Finding | None:
    """Setup is run by a member of Operations Manager Administrators; only that it has some role can be seen from here."""
    if seen.sdk_state.value is not State.DENIED:
        return None
    return finding(
        seen=f"the Data Access service refuses {seen.setup.name}",
        wanted="a direct member of the role Operations Manager Administrators",
        fix=f"add {seen.setup.name} to the role; membership through nested groups was seen to fail",
    )


# A Data Access service that does not answer proves nothing against the account, and may be what the upgrade is to fix.
@IN_THE_GROUP.rule("scom.accounts.om_administrator_unknown", Severity.WARNING, reference="9 D")
def role_in_the_group_is_known(seen: Accounts) -> Finding | None:
    """Whether the account of setup has a role in the group can be asked of the Data Access service alone."""
    if seen.sdk_state.is_known:
        return None
    return finding(
        seen=f"not known: {seen.sdk_state.unread_reason}",
        wanted=f"an answer of the Data Access service to {seen.setup.name}",
        fix=f"let OMSDK of this server answer, or make sure that {seen.setup.name} is in the role Operations Manager Administrators",
    )


def _right_missing(seen: Accounts, one: SeenAccount, right: str, deny: str, words: str) -> Finding | None:
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
