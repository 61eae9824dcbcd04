"""A wrong password is tried once in a run, whatever the way in, and never where one try more could lock the account."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import PLAYBOOK, PREFLIGHT, UPGRADE, play, setup_alone
from tests.e2e.states import full
from tests.e2e.worlds import Scenario, a_group
from tests.lab.client import ServedWorld

SETUP, DAS = "CONTOSO\\svc-scom-setup", "CONTOSO\\svc-scom-das"
WRONG = {"given_password": "CANARY-outdated"}
ONE_LEFT = {"name": "ms1", "release": "2025"}


def rules(world: ServedWorld) -> list[str]:
    return [str(entry.get("rule")) for entry in world.journal.violations]


def the_second_is_left(**changes: Any) -> Scenario:
    """The first server is done: a run for the second one alone is what there is to do."""
    return a_group(scom={"servers": [ONE_LEFT, {"name": "ms2"}], "database_release": "2025", "target": "2025"}, **changes)


def role_alone(world: ServedWorld) -> tuple[str, ...]:
    """The command for the role without anything before it."""
    task = {"name": "Upgrade", "ansible.builtin.include_role": {"name": "systemcenter.upgrade.scom_management_server"}}
    book = {"name": "Alone", "hosts": full("ms2"), "gather_facts": False, "tasks": [task]}
    (world.directory / "alone.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    return (PLAYBOOK, "alone.yml")


def test_a_wrong_setup_password_is_tried_once_for_four_servers_at_once(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 4}, accounts={"setup": WRONG}))
    refused = play(world, *setup_alone(world))
    assert refused.history.refused == [(SETUP, "probe")]
    assert rules(world) == [] and len(refused.history.setups) == 0
    assert sorted(refused.messages) == [full(f"ms{number}") for number in (1, 2, 3, 4)]
    assert all("wrong password; tried once, on ms" in message for message in refused.messages.values())
    assert "how close the account is to its lockout was not read" in refused.text


def test_a_wrong_setup_password_is_tried_once_where_the_media_are_copied_with_it(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 3, "media": {"place": "share"}}, accounts={"setup": WRONG}))
    refused = play(world, *UPGRADE)
    assert refused.history.refused == [(SETUP, "probe")]
    assert rules(world) == []
    assert all("the password of CONTOSO\\svc-scom-setup is not used" in message for message in refused.messages.values())


@pytest.mark.parametrize("role", ["das", "data_reader"])
def test_a_wrong_password_for_setup_starts_no_setup_when_the_run_is_limited_to_a_later_server(serve: Serve, role: str) -> None:
    world = serve(the_second_is_left(accounts={role: WRONG}))
    refused = play(world, *UPGRADE, "--limit", full("ms2"))
    assert len(refused.history.setups) == 0
    assert [by for _account, by in refused.history.refused] == ["probe"]
    assert "scom.accounts.password" in refused.messages[full("ms2")]


def test_a_wrong_password_for_setup_starts_no_setup_when_the_role_is_used_alone(serve: Serve) -> None:
    world = serve(the_second_is_left(accounts={"das": WRONG}))
    refused = play(world, *role_alone(world))
    assert len(refused.history.setups) == 0
    assert refused.history.refused == [(DAS, "probe")]
    assert "scom.accounts.password" in refused.messages[full("ms2")]


@pytest.mark.parametrize("given", [WRONG, {}], ids=["wrong", "right"])
def test_an_account_one_try_from_its_lockout_is_not_tried(serve: Serve, given: dict[str, str]) -> None:
    world = serve(a_group(accounts={"das": {"bad_passwords": 4, **given}}))
    refused = play(world, *PREFLIGHT)
    assert refused.history.refused == []
    assert world.world["accounts"][DAS] == {"bad_passwords": 4, "locked": False}
    for message in refused.messages.values():
        assert "not tried: 4 wrong passwords are counted, and 5 lock the account" in message
