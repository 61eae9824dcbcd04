"""The name of an account means the same to everybody who reads it."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account, AccountKind

NAMES = {
    AccountKind.SYSTEM: (
        "SYSTEM", "system", "LocalSystem", "Local System", ".\\LocalSystem", "CONTOSO\\system", "S-1-5-18", "NT AUTHORITY\\SYSTEM",
        "NT-AUTORIT\u00c4T\\SYSTEM", " SYSTEM ",
    ),
    AccountKind.GMSA: ("CONTOSO\\svc-scom$", "svc-scom$", " CONTOSO\\svc-scom$ "),
    AccountKind.PASSWORD: ("CONTOSO\\ann", "ann@contoso.lab", ".\\ann", "CONTOSO\\system-admin"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in NAMES.items() for name in names])
def test_an_account_logs_on_in_the_same_way_for_the_task_and_for_the_rules(name: str, kind: AccountKind) -> None:
    password = "CANARY" if kind is AccountKind.PASSWORD else None
    assert Account.from_option({"name": name, "password": password}).kind is kind
    assert Account.named(name).kind is kind
