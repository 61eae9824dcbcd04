"""A wrong password of a DataMiner account is tried once in a run, on one node of all."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import a_system
from tests.e2e.plays import PLAYBOOK, play
from tests.lab.client import ServedWorld

WRONG = {"given_password": "CANARY-outdated"}


def preflight_and_upgrade_of_every_node(world: ServedWorld) -> tuple[str, ...]:
    """The command for a play of somebody's own that runs both roles on all nodes at once, and goes on whatever comes."""
    tasks = [
        {"name": name, "ansible.builtin.include_role": {"name": f"systemcenter.upgrade.{name}", "apply": {"ignore_errors": True}}}
        for name in ("dataminer_preflight", "dataminer_upgrade")
    ]
    book = {"name": "All", "hosts": "dataminer_agents", "gather_facts": False, "strategy": "free", "tasks": tasks}
    (world.directory / "all.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    return (PLAYBOOK, "all.yml")


@pytest.mark.parametrize(("role", "by"), [("dataminer", "probe"), ("dataminer_api", "api")])
def test_a_wrong_password_is_tried_once_over_preflight_and_upgrade_of_all_nodes(serve: Serve, role: str, by: str) -> None:
    accounts: dict[str, Any] = {role: WRONG}
    world = serve({**a_system(3), "accounts": accounts})
    refused = play(world, *preflight_and_upgrade_of_every_node(world))
    assert [one for _account, one in refused.history.refused] == [by]
    assert refused.history.violations == []
    assert refused.history.events("upgrade.start") == []
    assert refused.text.count("tried once, on dma") >= 6
