"""What an action of this ring does arrives in the lab as it would over the wire, and what the lab does comes back so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.utils.display import Display

from tests.actions.conftest import MakeWorld
from tests.actions.task import Task
from tests.actions.world import World
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.history import History

FIRST, SECOND = full("ms1"), full("ms2")
SYSTEM_QUESTION = {"system": {"kind": "operating_system"}}


def asked(world: World, ask: Callable[[Any], Any], **task: Any) -> Any:
    """What the host of an action answers; the text of the error when there is none."""
    outcome = world.act("scom_info", FIRST, task=Task(**task, instead=lambda action: ask(action.host)))
    return outcome.message if outcome.failed else outcome.result["answer"]


def test_check_mode_and_become_of_the_task_reach_the_host(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    setup = world.scenario.accounts["setup"]
    asked(world, lambda host: host.probe(SYSTEM_QUESTION).data("system")["build"], check=True, become=(setup.name, setup.password))
    (request,) = world.journal.requests(FIRST)
    assert (request.get("check"), request.get("become")) == (True, setup.name)


def test_the_environment_of_the_task_reaches_the_module(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    manifest = asked(world, lambda host: host._manifest("ansible.windows.win_ping", {}), environment={"COLOUR": "blue"})
    assert manifest.environment == {"COLOUR": "blue"}


def test_an_option_that_a_hand_does_not_document_fails_as_on_windows(a_world: MakeWorld) -> None:
    told = asked(a_world(a_group()), lambda host: host.hand("host_probe", questions={}, nonsense=1))
    assert "nonsense. Supported parameters include: questions" in told


def test_an_option_of_the_wrong_type_fails_as_on_windows(a_world: MakeWorld) -> None:
    wrong = {"operation": "acquire", "name": "a", "owner": "b", "purpose": "c", "ttl_seconds": "soon"}
    assert "ttl_seconds" in asked(a_world(a_group()), lambda host: host.hand("host_lock", **wrong))


def test_what_is_no_json_cannot_be_given_to_a_module(a_world: MakeWorld) -> None:
    told = asked(a_world(a_group()), lambda host: host.run("ansible.windows.win_ping", {"data": object()}))
    assert "not JSON serializable" in told


def test_files_are_copied_to_a_host_and_fetched_from_it(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    source, back = world.directory / "source", world.directory / "back"
    source.write_bytes(b"\x00\xffthe content")

    def there_and_back(host: Any) -> Any:
        host.act("ansible.windows.win_copy", {"src": str(source), "dest": "C:\\Temp\\"})
        host.fetch("C:\\Temp\\source", str(back))

    asked(world, there_and_back)
    assert back.read_bytes() == source.read_bytes()


def test_a_peer_is_reached_with_its_own_variables(a_world: MakeWorld) -> None:
    """The operator of the inventory is not known to the second server under that password."""
    world = a_world(a_group(hosts={"ms2": {"variables": {"ansible_password": "CANARY-wrong-Jd90"}}}))
    refused = world.act("scom_setup", FIRST)
    assert "ms2.contoso.lab" in refused.message
    assert refused.touches == []


def test_an_answer_that_is_lost_is_told_as_lost_and_the_work_was_done(a_world: MakeWorld) -> None:
    world = a_world(a_group())
    world.fault("wire", rule={"at": "receive", "module": "*.win_regedit", "action": "reset"})
    change = {"path": "HKLM:\\SOFTWARE\\Example", "name": "Seen", "data": "yes", "type": "string"}
    told = asked(world, lambda host: host.run("ansible.windows.win_regedit", change))
    assert f"{FIRST}: the connection was lost" in told
    assert world.journal.events("registry.set", FIRST) != []


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ({"at": "create", "action": "http_503"}, "the connection was lost"),
        ({"at": "command", "module": "*.win_ping", "action": "hang"}, "read timeout"),
    ],
    ids=["busy", "silent"],
)
def test_a_call_that_never_arrived_is_told_as_lost_too(a_world: MakeWorld, breaks: dict[str, Any], told: str) -> None:
    world = a_world(a_group(faults=[breaks]))
    assert told in asked(world, lambda host: host.run("ansible.windows.win_ping", {}))
    assert world.journal.requests(FIRST, "win_ping") == []


def test_a_host_that_is_down_is_unreachable_and_one_that_restarts_cuts_the_line(a_world: MakeWorld) -> None:
    world = a_world(a_group())

    def over_a_restart(host: Any) -> list[str]:
        told = []
        host.run("ansible.windows.win_ping", {})
        world.built.world.hosts[FIRST].power.go_down()
        for _time in range(2):
            try:
                host.run("ansible.windows.win_ping", {})
            except Exception as lost:
                told.append(str(lost))
        return told

    cut, refused = asked(world, over_a_restart)
    assert "reset by peer" in cut
    assert "refused" in refused


def test_a_wrong_password_is_a_refused_logon(a_world: MakeWorld) -> None:
    world = a_world(a_group(accounts={"operator": {"given_password": "CANARY-wrong-Jd90"}}))
    assert "the logon of the connection was refused" in world.act("scom_info", FIRST).message


def test_hours_pass_at_once(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 7200}))
    upgraded = world.act("scom_setup", poll_interval_seconds=600)
    assert upgraded.result["step"] == "started"
    (setup,) = world.journal.setups
    assert setup.ended is not None and setup.ended - setup.started == pytest.approx(7200)


def test_a_killed_controller_does_and_learns_nothing_any_more(a_world: MakeWorld) -> None:
    world = a_world(a_group(scom={"servers": 1}, setup={"seconds": 60}))
    begun = world.begin("scom_setup")
    world.wait_for("setup.progress", percent=10)
    begun.kill()
    position = world.position
    world.wait_for("setup.end")
    world.wait(60)
    assert History(world.journal.entries[position:]).requests() == []


@pytest.mark.parametrize("where", ["a result", "a file", "a line"])
def test_a_password_that_stands_anywhere_ends_the_test(tmp_path: Path, where: str) -> None:
    world = World(a_group(), tmp_path)
    secret = world.scenario.accounts["setup"].password

    def tell(action: Any) -> str:
        if where == "a file":
            (tmp_path / "kept.log").write_bytes(secret.encode("utf-16-le"))
        if where == "a line":
            Display().display(f"the password is {secret}")
        return secret if where == "a result" else ""

    world.act("scom_info", task=Task(instead=tell))
    with pytest.raises(AssertionError, match="kept.log" if where == "a file" else "scom_info"):
        world.end()
