"""Setup is never given a password that was refused, withheld or not the one that was tried, whatever is waived."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.outcome import Outcome
from tests.actions.task import Task
from tests.actions.world import World
from tests.e2e.states import full, left_behind
from tests.e2e.worlds import a_group

FIRST = full("ms1")
WRONG = {"given_password": "CANARY-outdated"}
EVERY_RULE = [f"scom.accounts.{rule}" for rule in ("exists", "usable", "password", "password_expiry", "local_admin")]
ACCOUNTS: dict[str, tuple[dict[str, Any], str]] = {
    "refused": ({"das": WRONG}, "Data Access service account CONTOSO\\svc-scom-das: wrong password; tried once"),
    "refused, of the reader": ({"data_reader": WRONG}, "data reader account CONTOSO\\svc-scom-reader: wrong password"),
    "withheld": ({"das": {"bad_passwords": 4}}, "not tried: 4 wrong passwords are counted, and 5 lock the account"),
    "of no account": ({"das": {"exists": False}}, "Data Access service account CONTOSO\\svc-scom-das"),
}


def waiving(world: World, module: str, task: Task | None = None) -> Outcome:
    return world.act(module, FIRST, task=task, waive=EVERY_RULE)


@pytest.mark.parametrize(("accounts", "told"), ACCOUNTS.values(), ids=list(ACCOUNTS))
def test_no_waiver_lets_a_wrong_password_reach_setup(a_world: MakeWorld, accounts: dict[str, Any], told: str) -> None:
    world = a_world(a_group(accounts=accounts))
    for refused in (waiving(world, "scom_setup"), waiving(world, "scom_setup", Task(check=True)), waiving(world, "scom_prerequisites")):
        assert refused.failed
        assert told in refused.message
        assert "no waiver" in refused.message and "\n  next " in refused.message
        assert refused.touches == []
    assert len(world.journal.events("setup.start")) == 0
    assert [by for _account, by in world.journal.refused if by != "probe"] == []
    assert left_behind(world) == []
