"""Accounts, groups, rights and logons (powershell-probes 1.17-1.21, windows-tasks 2.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.lab.windows.accounts import ADMINISTRATORS, Accounts
from tests.lab.windows.clock import Clock
from tests.lab.windows.directory import Directory, Logon

CLOCK = Clock()


def some_accounts(directory: Directory | None = None) -> Accounts:
    return Accounts("MS1", directory or Directory(), CLOCK.now)


@pytest.mark.parametrize("spelling", [r"CONTOSO\svc", r"contoso\SVC", "svc@contoso.lab", "svc"])
def test_every_spelling_finds_the_same_domain_account(spelling: str) -> None:
    accounts = some_accounts()
    user = accounts.add(r"CONTOSO\svc", password="x")

    assert accounts.find(spelling) is user


def test_a_bare_name_is_the_hosts_before_the_domains() -> None:
    accounts = some_accounts()
    accounts.add(r"CONTOSO\admin", password="domain")
    local = accounts.add("admin", password="local")

    assert accounts.find("admin") is local
    assert accounts.find(r"ms1\admin") is local


def test_wrong_passwords_lock_the_account_at_the_threshold() -> None:
    accounts = some_accounts(Directory(lockout_threshold=3))
    accounts.add(r"CONTOSO\svc", password="right")

    ends = [accounts.logon(r"CONTOSO\svc", "wrong") for _unused in range(3)]

    assert ends == [Logon.WRONG_PASSWORD] * 3
    assert accounts.logon(r"CONTOSO\svc", "right") is Logon.LOCKED


def test_a_right_password_resets_the_count() -> None:
    accounts = some_accounts(Directory(lockout_threshold=2))
    accounts.add(r"CONTOSO\svc", password="right")

    for password in ("wrong", "right", "wrong"):
        accounts.logon(r"CONTOSO\svc", password)

    assert accounts.logon(r"CONTOSO\svc", "right") is Logon.OK


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"enabled": False}, Logon.DISABLED),
        ({"expired": True}, Logon.ACCOUNT_EXPIRED),
        ({"must_change": True}, Logon.MUST_CHANGE),
        ({"password_expires": CLOCK.now() - timedelta(hours=1)}, Logon.EXPIRED),
        ({"restricted": True}, Logon.RESTRICTION),
    ],
)
def test_the_state_of_an_account_is_told_only_to_who_knows_its_password(facts: dict[str, object], end: Logon) -> None:
    accounts = some_accounts()
    accounts.add(r"CONTOSO\svc", password="right", **facts)

    assert accounts.logon(r"CONTOSO\svc", "wrong") is Logon.WRONG_PASSWORD
    assert accounts.logon(r"CONTOSO\svc", "right") is end


def test_accounts_of_one_domain_are_the_same_on_all_its_hosts() -> None:
    directory = Directory()
    first, second = Accounts("MS1", directory, CLOCK.now), Accounts("MS2", directory, CLOCK.now)
    first.add(r"CONTOSO\svc", password="right", locked=True)

    assert second.logon(r"CONTOSO\svc", "right") is Logon.LOCKED


def test_rights_are_held_through_nested_groups() -> None:
    accounts = some_accounts()
    user = accounts.add(r"CONTOSO\svc", password="x", groups=[r"CONTOSO\SCOM Admins"])
    accounts.groups[ADMINISTRATORS].append(r"CONTOSO\SCOM Admins")

    assert accounts.is_administrator(r"CONTOSO\svc")
    assert accounts.has_right("SeBatchLogonRight", user)


def test_only_those_who_may_log_on_are_known_to_the_front_end() -> None:
    accounts = some_accounts()
    accounts.add(r"CONTOSO\admin", password="a", administrator=True)
    accounts.add(r"CONTOSO\locked", password="b", administrator=True, locked=True)
    accounts.add(r"CONTOSO\nobody", password="c")

    assert dict(accounts) == {r"CONTOSO\admin": "a", "admin@contoso.lab": "a"}
    assert r"CONTOSO\nobody" not in accounts


def test_system_is_an_administrator_by_every_name() -> None:
    accounts = some_accounts()

    assert all(accounts.is_administrator(name) for name in ("SYSTEM", r"NT AUTHORITY\SYSTEM", "S-1-5-18", "LocalSystem"))
    assert accounts.full_name("system") == r"NT AUTHORITY\SYSTEM"
