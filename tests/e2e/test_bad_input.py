"""What an operator can get wrong is told in one paragraph that names it, before anything is started, stopped or locked."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, Play, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

MEDIA = r"C:\Media\SCOM2025"
AT_ONCE = 3
OF_VARIABLES, OF_THE_WORLD = "of variables", "of the world"

Worlds = dict[str, ServedWorld]


@dataclass(frozen=True)
class Mistake:
    """Variables given with the command, or a change of the inventory, and what the message has to name."""

    names: tuple[str, ...]
    given: dict[str, Any] | None = None
    inventory: Callable[[dict[str, Any]], object] | None = None
    limit: str = ""


def of_the_group(top: dict[str, Any]) -> dict[str, Any]:
    """The group of the servers, with variables of its own."""
    group: dict[str, Any] = top["children"]["scom_management_servers"]
    group.setdefault("vars", {})
    return group


def first_is(server: str) -> dict[str, str]:
    return {"scom_first_management_server": full(server)}


MISTAKES = {
    "a folder without media": Mistake((r"no C:\Nowhere\setup.exe", "scom.media.present"), {"scom_media": {"path": r"C:\Nowhere"}}),
    "media on a share": Mistake(("scom_media.path", r"\\files\scom", "local folder"), {"scom_media": {"path": r"\\files\scom"}}),
    "a wrong hash": Mistake(("scom.media.hash", "SHA-256 abc"), {"scom_media": {"path": MEDIA, "sha256": "abc" + "0" * 61}}),
    "an unknown release": Mistake(("scom_target", "2030", "2025"), {"scom_target": "2030"}),
    "a release that cannot follow": Mistake(("scom.path.hop",), {"scom_target": "2019"}),
    "an unknown switch": Mistake(
        ("scom_switches", "UseMicrosoftUpdates", "UseMicrosoftUpdate"), {"scom_switches": {"UseMicrosoftUpdates": 1}}
    ),
    "an unknown rule": Mistake(
        ("scom_waive", "scom.database.free_spice", "scom.database.free_space"), {"scom_waive": ["scom.database.free_spice"]}
    ),
    "a misspelt variable": Mistake(("scom_patience_minute must be corrected", "scom_patience_minutes"), {"scom_patience_minute": 45}),
    "a misspelt variable of a limited play": Mistake(
        ("scom_patience_minute must be corrected",), {"scom_patience_minute": 45}, limit="ms2.contoso.lab"
    ),
    "a first server that is not in the group": Mistake(
        ("scom_first_management_server is ms9", "ms1.contoso.lab"), inventory=lambda top: of_the_group(top)["vars"].update(first_is("ms9"))
    ),
    "a wrong password of the setup account": Mistake(
        (r"CONTOSO\svc-scom-setup", "password"),
        {"scom_setup_account": {"name": r"CONTOSO\svc-scom-setup", "password": "CANARY-wrong"}},
    ),
    "a setup account without a password": Mistake(
        ("scom_setup_account", "password"), {"scom_setup_account": {"name": r"CONTOSO\svc-scom-setup"}}
    ),
    "a wrong password of the connection": Mistake(
        (r"CONTOSO\ansible", "logon of the connection was refused"), {"ansible_password": "CANARY-wrong"}
    ),
    "a password of digits without quotes": Mistake(
        ("scom_setup_account.password is not text",), {"scom_setup_account": {"name": r"CONTOSO\svc-scom-setup", "password": 123456}}
    ),
    "an empty group": Mistake(
        ("scom_management_servers", "empty or missing"), inventory=lambda top: top["children"].pop("scom_management_servers")
    ),
    "an empty group of a limited play": Mistake(
        ("scom_management_servers", "empty or missing"),
        inventory=lambda top: top["children"].pop("scom_management_servers"),
        limit="ms2.contoso.lab",
    ),
    "a server of the group left out": Mistake(
        ("ms2.contoso.lab", "scom.group.complete"),
        inventory=lambda top: top["children"]["scom_management_servers"]["hosts"].pop(full("ms2")),
    ),
}


def run_with(world: ServedWorld, name: str, mistake: Mistake) -> Play:
    """The upgrade with one mistake in it."""
    given = ["--extra-vars", json.dumps(mistake.given)] if mistake.given else []
    given += ["--limit", mistake.limit] if mistake.limit else []
    if mistake.inventory is None:
        return play(world, *UPGRADE, *given)
    inventory = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))
    mistake.inventory(inventory["all"])
    path = world.directory / f"{name.replace(' ', '_')}.yml"
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return play(world, *UPGRADE, *given, "--inventory", str(path), env={"ANSIBLE_INVENTORY": str(path)})


def is_of_variables(name: str) -> bool:
    """Whether the mistake can be known from the variables and the inventory alone."""
    others = ("a first server that is not in the group", "a password of digits without quotes")
    return name.startswith(("a misspelt", "an empty group")) or name in others


@pytest.fixture(scope="module")
def worlds(serve_for_module: Serve) -> Worlds:
    return {OF_VARIABLES: serve_for_module(a_group(scom={"media": {"place": "share"}})), OF_THE_WORLD: serve_for_module(a_group())}


@pytest.fixture(scope="module")
def plays(worlds: Worlds) -> dict[str, Play]:
    def run(item: tuple[str, Mistake]) -> Play:
        return run_with(worlds[OF_VARIABLES if is_of_variables(item[0]) else OF_THE_WORLD], *item)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(MISTAKES, pool.map(run, MISTAKES.items()), strict=True))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_in_one_paragraph(plays: dict[str, Play], name: str) -> None:
    failed = plays[name]
    assert failed.completed.code in (2, 4), failed.text
    assert failed.messages, failed.text
    for message in failed.messages.values():
        assert "\n\n" not in message.strip()
        assert "Traceback" not in message
    assert all(any(word in message for message in failed.messages.values()) for word in MISTAKES[name].names), failed.messages


def test_no_mistake_starts_stops_or_locks_anything(worlds: Worlds, plays: dict[str, Play]) -> None:
    assert len(plays) == len(MISTAKES)
    for world in worlds.values():
        assert {one.event for one in world.journal.entries} <= {"world.begin", "request", "account.refused"}
        assert len(world.journal.refused) <= 1


def test_a_mistake_in_the_variables_is_told_before_anybody_is_asked_or_media_are_copied(worlds: Worlds, plays: dict[str, Play]) -> None:
    assert [name for name in plays if is_of_variables(name)]
    assert worlds[OF_VARIABLES].journal.requests() == []


WORLDS = {
    "a setup account that is no administrator": (
        a_group(accounts={"setup": {"not_admin_on": ["ms1"]}}),
        ("scom.accounts.local_admin",),
    ),
    "a setup account that is no sysadmin": (a_group(accounts={"setup": {"sysadmin": False}}), ("scom.accounts.sysadmin",)),
    "a setup account without a role in the management group": (
        a_group(accounts={"setup": {"operations_manager_administrator": False}}),
        ("scom.accounts.om_administrator",),
    ),
    "a connecting account that is no administrator": (
        a_group(accounts={"operator": {"local_admin": False, "operations_manager_administrator": False}}),
        ("logon of the connection was refused",),
    ),
    "media of another product": (
        a_group(scom={"media": {"product_name": "Microsoft System Center Virtual Machine Manager"}}),
        ("scom.media.product", "Virtual Machine Manager"),
    ),
    "media that cannot be read": (
        a_group(
            scom={"servers": 1, "media": {"given_folder": r"C:\Denied"}},
            hosts={"ms1": {"files": {r"C:\Denied\setup.exe": {"text": "MZ", "denied": True}}}},
        ),
        ("scom.media.present", "Access to the path"),
    ),
    "a host that is no management server": (
        a_group(hosts={"web1": {"groups": ["scom_management_servers"]}}),
        ("web1.contoso.lab", "it is no management server"),
    ),
}


@pytest.mark.parametrize(("scenario", "names"), WORLDS.values(), ids=list(WORLDS))
def test_a_world_that_is_not_ready_is_refused_by_name(serve: Serve, scenario: dict[str, Any], names: tuple[str, ...]) -> None:
    world = serve(scenario)
    refused = play(world, *UPGRADE)
    text = "\n".join(refused.messages.values())
    assert refused.completed.code == 2, refused.text
    assert all(name in text for name in names), text
    assert refused.touches == []
