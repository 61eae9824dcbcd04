"""The check of the variables asks no host, and has nothing to say of the inventories with which the worlds of the lab are upgraded."""

from __future__ import annotations

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task

ROLES = {
    "scom": ["scom_preflight", "scom_management_server"],
    "dataminer": ["dataminer_preflight", "dataminer_upload", "dataminer_upgrade", "dataminer_verify", "dataminer_helper_package"],
}
# The worlds of the demonstrations and of the scenarios of molecule.
WORLDS = {"demo": "scom", "two_servers": "scom", "dataminer_demo": "dataminer", "dataminer_cluster": "dataminer"}


@pytest.mark.parametrize("check", [False, True], ids=["", "check mode"])
@pytest.mark.parametrize("name", WORLDS)
def test_worlds_that_are_upgraded_have_nothing_to_correct_and_are_not_asked(name: str, check: bool, a_world: MakeWorld) -> None:
    world = a_world(name)
    outcome = world.act("upgrade_variables", task=Task(check=check), roles=ROLES[WORLDS[name]])
    assert not outcome.failed, outcome.message
    assert outcome.result["changed"] is False
    assert world.journal.requests() == []


@pytest.mark.parametrize("name", ["two_servers", "dataminer_cluster"])
def test_a_password_is_in_nothing_that_is_told_of_a_mistake(name: str, a_world: MakeWorld) -> None:
    """The world looks for its passwords in everything that an action has said."""
    world = a_world(name)
    product = WORLDS[name]
    wrong = {f"{product}_waive": {"of": world.variables}, f"{product}_of_nobody": world.variables}
    outcome = world.act("upgrade_variables", task=Task(variables=wrong), roles=ROLES[product])
    assert outcome.failed and outcome.result["variables"] == [f"{product}_of_nobody", f"{product}_waive"]
    assert world.journal.requests() == []
