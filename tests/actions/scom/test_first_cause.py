"""A setup that never began: its own log is not there, and the one that is names the cause."""

from __future__ import annotations

from pathlib import Path

from tests.actions.conftest import MakeWorld
from tests.actions.scom.group import upgrade, went_well
from tests.e2e.states import full, left_behind, releases, services
from tests.e2e.worlds import a_group

FIRST = full("ms1")


def test_a_command_line_that_setup_refuses_is_told_in_its_words_with_the_log_that_has_them(a_world: MakeWorld) -> None:
    world = a_world(a_group(hosts={"ms1": {"setup": {"runs": [{"outcome": "command_line_refused"}, {"outcome": "success"}]}}}))
    before = services(world)
    failed = world.act("scom_setup", FIRST)
    message = failed.message
    log = Path(next(line.split()[1] for line in message.splitlines() if line.split()[0] == "log"))
    assert [one.get("reason") for one in failed.history.events("setup.refused")] == ["command_line"]
    assert "Invalid command line switches - no components switch found" in message
    assert "-15: setup refused its command line" in message
    assert log.name == "Setup1.log" and b"Invalid command line" in log.read_bytes()
    assert services(world) == before

    assert went_well(upgrade(world))
    assert world.journal.setups.hosts == [FIRST, full("ms2")]
    assert set(releases(world).values()) == {"2025 RTM"}
    assert world.journal.violations == []
    assert left_behind(world) == []
