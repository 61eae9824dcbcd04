"""Whether a setup runs, or may run, in a group: what is told of services that are held still, and of putting them back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.server import ScomServer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.server import Peer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.setups_running import work_of
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.group_lock import Holder, LockHeld

from tests.unit.scom.builders import a_peer, a_setup, an_observation, an_unreachable_peer

TASK = "scom-management-server-2025"


def test_servers_that_do_nothing_leave_no_doubt() -> None:
    assert not work_of([a_peer("ms1"), a_peer("ms2")]).is_possible


def test_a_setup_is_named_with_its_server_and_its_time() -> None:
    work = work_of([a_peer("ms1", setups=[a_setup()]), a_peer("ms2")])
    assert work.running == ("ms1.contoso.lab runs setup since 01:12 UTC (41 min)",)
    assert work.doubts == ()


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (an_unreachable_peer("ms1"), "ms1.contoso.lab could not be asked: connection refused"),
        (a_peer("ms1", setups=None), "whether ms1.contoso.lab runs setup is not known: access is denied"),
        (a_peer("ms1", tasks=None), "whether a setup was started on ms1.contoso.lab is not known: access is denied"),
        (a_peer("ms1", tasks=[TASK]), f"a setup was started on ms1.contoso.lab and never verified: task {TASK}"),
    ],
    ids=["unreachable", "processes unread", "tasks unread", "a task without a process"],
)
def test_what_is_not_certain_is_a_doubt_and_no_setup(server: Peer, words: str) -> None:
    work = work_of([server])
    assert work.running == () and work.doubts == (words,)
    assert work.is_possible


class AServer(ScomServer):
    """One whose services, or whose peers' services, are held still."""

    def __init__(self, lock: Any = None) -> None:
        self.target = Release.R2025
        self.held = SimpleNamespace(mine=True, others=False, release_mine=lambda: True, release_others=lambda: True)
        self._lock = lock

    def lock(self, seen: Any) -> Any:
        raise self._lock


def test_services_are_not_to_be_started_while_a_setup_runs() -> None:
    told = AServer().free_forgotten(an_observation(None, a_peer("ms2", setups=[a_setup()])))
    assert "do not start them" in told and "ms2.contoso.lab runs setup" in told
    assert "scom_services" not in told


def test_services_are_not_to_be_started_while_another_run_has_the_lock() -> None:
    holder = Holder("scom-management-server-2025@ms2.contoso.lab", "upgrade of ms2", "01:00", "01:15")
    told = AServer(LockHeld("ms1", "scom-prod", holder)).free_forgotten(an_observation(None, a_peer("ms2")))
    assert "do not start them" in told and "upgrade of ms2" in told
    assert "scom_services" not in told
