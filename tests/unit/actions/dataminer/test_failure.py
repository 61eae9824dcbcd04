"""After a failed upgrade: whether the same command begins anew, and how the failure is told."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.failure import Afterwards, afterwards, failure
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.follow import Ended
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import phases
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, a_system

HARMLESS, FAILED = "error|a harmless line\r\n", "error|Upgrade failed: Execute failed: why\r\n"


def fared(log=None):
    """A run of which dma2 wrote a log an hour ago and nothing since, or nothing at all; its utility has ended."""
    system = a_system()
    if log is not None:
        system["dma2"].keep(id=RUN_ID, log=log, names=[FILE], at="2031-01-15T21:00:00Z")
    return phases.look(system.look(), system.wanted, ["dma1a", "dma1b", "dma2"], None, utility_runs=False)


@pytest.mark.parametrize(
    ("log", "nothing_runs", "restart_lost", "then"),
    [
        (FAILED, True, False, Afterwards.BEGINS_ANEW),
        (HARMLESS, True, False, Afterwards.LOOKS_AGAIN),
        (HARMLESS, True, True, Afterwards.BEGINS_ANEW),
        (HARMLESS, False, True, Afterwards.LOOKS_AGAIN),
        (None, True, False, Afterwards.BEGINS_ANEW),
        (None, False, True, Afterwards.LOOKS_AGAIN),
    ],
)
def test_an_upgrade_is_started_again_only_where_nothing_of_it_goes_on_for_certain(log, nothing_runs, restart_lost, then):
    assert afterwards(fared(log), nothing_runs, restart_lost) is then


def test_a_node_that_was_given_up_for_its_silence_is_not_told_to_be_at_rest():
    ended = Ended(fared(HARMLESS), TaskStatus(TaskState.EXITED))
    told = failure("labx", Proof(()), ended, "", Afterwards.LOOKS_AGAIN)
    assert "running  not known: there is an error in the log of dma2" in told
    assert "restart_lost: true" in told
    assert "running  nothing" in failure("labx", Proof(()), Ended(fared(FAILED), ended.status), "", Afterwards.BEGINS_ANEW)
