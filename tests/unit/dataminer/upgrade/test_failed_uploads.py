"""An upload that fails at one node ends the run as failed, and no absence of a word is ever taken for an upgrade that went well (2)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.failure import Afterwards, afterwards, failure
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.follow import Ended
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import phases as run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.phases import Phase
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, System, a_cluster, a_system, services, upgraded

BEGUN = "information|Starting upgrade thread for agent 10.20.0.11. Execute Parts: Upload, Upgrade\r\nprogress|Uploading package...\r\n"
ERROR = "error|Upload failed: 10.20.0.13: No response was received\r\n"
NAMES = ("dma1", "dma2", "dma3")
JUST_NOW, AN_HOUR_AGO = "2031-01-15T21:59:30Z", "2031-01-15T21:00:00Z"


def a_failed_upload(log: str = BEGUN + ERROR, at: str = JUST_NOW, names: tuple[str, ...] = ()) -> System:
    """dma1 started it, dma2 has got the package, of which only its folder is left, and dma3 has not."""
    system = a_cluster(3)
    system["dma1"].keep(id=RUN_ID, log=log, names=names, at=at)
    system["dma2"].keep(id=RUN_ID, log=None, at=at)
    return system


def fared(system: System, **changes: Any) -> run.Run:
    return run.look(system.look(), system.wanted, NAMES, None, **{"utility_runs": False, **changes})


def phases(seen: run.Run) -> list[Phase]:
    return [one.phase for one in seen.nodes.values()]


def test_an_empty_folder_is_no_completed_package() -> None:
    system = a_failed_upload()
    assert [one.status for one in system["dma2"].view().packages.value] == [PackageStatus.UNKNOWN]


@pytest.mark.parametrize("at", [JUST_NOW, AN_HOUR_AGO])
def test_an_upload_that_failed_at_one_of_three_nodes_is_over_at_once_and_has_failed(at: str) -> None:
    """Where an agent does not get the package, the upgrade is launched on none (RN 30511 D)."""
    seen = fared(a_failed_upload(at=at))
    assert phases(seen) == [Phase.FAILED, Phase.WAITING, Phase.FAILED]
    assert not any(one.is_given_up for one in seen.failed), "it is certain"
    assert seen.is_over
    assert "No response was received" in seen.first_cause
    assert (seen.arrived, seen.not_arrived) == (("dma1", "dma2"), ("dma3",))


def test_it_is_over_too_where_the_utility_waits_for_somebody_to_close_its_window() -> None:
    assert not fared(a_failed_upload(), utility_runs=True).is_over, "it may go on writing"
    seen = fared(a_failed_upload(at="2031-01-15T21:50:00Z"), utility_runs=True)
    assert seen.is_over and seen.failed


def test_who_started_it_tells_of_the_upload_although_it_takes_no_part() -> None:
    system = a_failed_upload()
    seen = run.look(system.look(), system.wanted, ("dma2", "dma3"), None, utility_runs=False)
    assert phases(seen) == [Phase.WAITING, Phase.FAILED]
    assert seen.is_over


def test_a_failed_upload_leaves_the_system_free_for_the_next_try() -> None:
    """Its content may still lie on a node that has got it."""
    system = a_failed_upload()
    system["dma2"].keep(id=RUN_ID, log=None, names=[FILE], at=JUST_NOW)
    assert not any(what.value for what in system.look().upgrades_running.values())
    assert afterwards(fared(system), nothing_runs=True, restart_lost=False) is Afterwards.BEGINS_ANEW


def test_the_failure_says_who_has_the_package_who_has_not_and_what_to_check_there() -> None:
    ended = Ended(fared(a_failed_upload()), TaskStatus(TaskState.EXITED), {})
    told = failure("labx", Proof((), ended.run.first_cause), ended, "", Afterwards.BEGINS_ANEW)
    assert "cause    dma1: Upload failed: 10.20.0.13: No response was received" in told
    assert "package  arrived on dma1, dma2; not on dma3" in told
    assert "next     check on dma3 that SLNet runs" in told
    assert "running  nothing" in told


@pytest.mark.parametrize(
    "later", ["step|Executing action: Lock", "information|something of which nobody has written", "output without a kind"]
)
def test_an_error_in_a_log_that_tells_of_more_than_an_upload_is_no_failed_upload(later: str) -> None:
    """The texts of a failed upload are not published: what is not certain is waited for."""
    assert phases(fared(a_failed_upload(f"{BEGUN}{later}\r\n{ERROR}")))[0] is Phase.RUNNING


def test_an_error_in_an_upload_that_goes_on_is_no_end() -> None:
    """Its content is still there."""
    assert not fared(a_failed_upload(names=(FILE,))).is_over


def test_a_package_that_never_arrived_on_one_node_is_told_when_no_log_has_a_word_of_it() -> None:
    """Absence of a sign is never success, and is not waited for until the whole time is over."""
    assert not fared(a_failed_upload(BEGUN)).is_over, "the others may still be at work"
    seen = fared(a_failed_upload(BEGUN, AN_HOUR_AGO))
    assert seen.is_over and seen.failed
    assert seen.not_arrived == ("dma3",)
    assert not fared(a_failed_upload(BEGUN, AN_HOUR_AGO), utility_runs=True).is_over
    assert afterwards(seen, nothing_runs=True, restart_lost=False) is Afterwards.LOOKS_AGAIN
    ended = Ended(seen, TaskStatus(TaskState.EXITED), {})
    assert "nothing on dma2 says what became of it" in failure("labx", Proof(()), ended, "", Afterwards.LOOKS_AGAIN)


def test_a_node_without_the_package_beside_others_that_have_been_upgraded_has_failed() -> None:
    system = upgraded(a_cluster(3), "dma1", "dma2")
    for name in ("dma1", "dma2"):
        system[name].keep(id=RUN_ID, at=JUST_NOW)
    assert not fared(system).is_over
    for name in ("dma1", "dma2"):
        system[name].keep(id=RUN_ID, at=AN_HOUR_AGO)
        system[name].answers["dm.packages"]["data"]["entries"] = system[name].answers["dm.packages"]["data"]["entries"][-1:]
    seen = fared(system)
    assert phases(seen) == [Phase.DONE, Phase.DONE, Phase.FAILED]
    assert seen.is_over and "did not arrive" in seen.first_cause


def test_an_empty_folder_is_waited_for_as_long_as_any_step_takes_and_done_when_the_node_runs_the_target() -> None:
    """Some keep nothing after an upgrade that went well (log-shapes 11 U)."""
    system = a_system()
    system["dma2"].keep(id=RUN_ID, log=None, at=JUST_NOW)
    system["dma2"].say(services=services(("SLNet",)))

    def phase(system: System) -> Phase:
        return run.look(system.look(), system.wanted, ["dma2"], None, utility_runs=False).nodes["dma2"].phase

    assert phase(system) is Phase.UNKNOWN
    assert phase(upgraded(system, "dma2")) is Phase.STARTING
