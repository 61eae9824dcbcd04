"""The same upgrade over every way into a Windows server that Ansible has."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import left_behind, releases
from tests.e2e.worlds import a_group


@pytest.mark.parametrize(
    ("connection", "protocol", "auth", "servers"),
    [("winrm", "http", "basic", 2), ("winrm", "https", "ntlm", 1), ("psrp", "https", "ntlm", 2)],
)
def test_a_group_is_upgraded_over(serve: Serve, connection: str, protocol: str, auth: str, servers: int) -> None:
    world = serve(a_group(scom={"servers": servers}), connection=connection, protocol=protocol, auth=auth)
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    history = world.journal
    assert {one.get("connection") for one in history.requests()} == {connection}
    assert history.violations == []
    assert len(history.setups) == servers
    assert set(releases(world).values()) == {"2025 RTM"}
    assert left_behind(world) == []
