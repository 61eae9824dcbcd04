"""A server that restarts because setup asks for it, by win_reboot over the wire; other restarts stand in tests/actions."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full, releases
from tests.e2e.worlds import a_group

FIRST = full("ms1")


def test_a_server_whose_setup_asks_for_it_is_restarted_before_the_next_one_begins(serve: Serve) -> None:
    world = serve(a_group(hosts={"ms1": {"setup": {"outcome": "reboot"}}}))
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    history = world.journal
    (down,), (up,) = history.events("reboot.start"), history.events("reboot.end")
    first, second = history.setups
    assert first.exit_code == 3010
    assert down.host == FIRST
    assert first.ended is not None and first.ended < down.t < up.t < second.started
    assert history.violations == []
    assert set(releases(world).values()) == {"2025 RTM"}
