"""A play that is limited to some of the nodes."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import UPGRADE, a_system
from tests.e2e.plays import play
from tests.e2e.states import full


def test_a_limited_play_looks_at_the_whole_system_and_upgrades_it(serve: Serve) -> None:
    """--limit with one node is no way to a rolling upgrade."""
    world = serve(a_system(2))
    limited = play(world, *UPGRADE, "--limit", full("dma2"))
    assert limited.completed.code == 0, limited.text
    (start,) = world.journal.events("upgrade.start")
    assert start.get("nodes") == [full("dma1"), full("dma2")]
    assert world.journal.violations == []
