"""Other servers are reached as this one is, wherever the connection's user and password come from."""

from __future__ import annotations

import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import releases
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

CREDENTIALS = ("ansible_user", "ansible_password")


def take_out(world: ServedWorld, *names: str) -> dict[str, str]:
    """Takes variables out of the inventory and returns them."""
    inventory = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))
    taken = {name: str(inventory["all"]["vars"].pop(name)) for name in names}
    world.inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return taken


def test_user_and_password_of_the_command_line_reach_the_other_servers(serve: Serve) -> None:
    """As with a machine credential of AWX."""
    world = serve(a_group())
    taken = take_out(world, *CREDENTIALS)
    password = world.directory / "password"
    password.write_text(taken["ansible_password"], encoding="utf-8")
    upgraded = play(world, *UPGRADE, "--user", taken["ansible_user"], "--connection-password-file", str(password))
    assert upgraded.completed.code == 0, upgraded.text
    assert set(releases(world).values()) == {"2025 RTM"}


def test_connection_variables_of_a_play_reach_the_other_servers(serve: Serve) -> None:
    world = serve(a_group())
    taken = take_out(world, *CREDENTIALS)
    role = {"name": "Upgrade", "ansible.builtin.include_role": {"name": "systemcenter.upgrade.scom_management_server"}}
    variables = {"the_password": taken["ansible_password"], "ansible_user": taken["ansible_user"], "ansible_password": "{{ the_password }}"}
    book = {"name": "Own play", "hosts": "scom_management_servers", "gather_facts": False, "serial": 1, "vars": variables, "tasks": [role]}
    (world.directory / "own.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    upgraded = play(world, "ansible-playbook", "own.yml")
    assert upgraded.completed.code == 0, upgraded.text
    assert set(releases(world).values()) == {"2025 RTM"}


def test_a_connection_may_be_named_in_full(serve: Serve) -> None:
    world = serve(a_group())
    upgraded = play(world, *UPGRADE, "--extra-vars", "ansible_connection=ansible.builtin.psrp")
    assert upgraded.completed.code == 0, upgraded.text
    assert set(releases(world).values()) == {"2025 RTM"}
