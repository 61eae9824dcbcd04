"""An upload that fails at one node ends the run as failed, and no absence of a word is ever taken for an upgrade that went well (2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.failure import (
    Afterwards,
    afterwards,
    failure,
    while_the_utility_runs,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.follow import Ended
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import phases as run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.external_agents import with_outside
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.phases import Phase
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

from tests.unit.dataminer.system.answers import entries, services, unanswered
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, System, a_cluster, a_system, upgraded

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
    ended = Ended(fared(a_failed_upload()), TaskStatus(TaskState.EXITED))
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
    assert afterwards(seen, nothing_runs=True, restart_lost=False) is Afterwards.LOOKS_AGAIN
    ended = Ended(seen, TaskStatus(TaskState.EXITED))
    told = failure("labx", Proof(()), ended, "", Afterwards.LOOKS_AGAIN)
    assert "nothing on dma1, dma2, dma3 says what became of it" in told
    assert "the run after that begins anew, with fresh_upload: true, since the package folder on dma2 is empty" in told
    assert "progress.log on dma1\n" in told and "progress.log on dma2" not in told, "its folder is empty"


def parts_left(log: str = BEGUN, at: str = AN_HOUR_AGO) -> System:
    """A part of the content lies on dma3, where the upload was broken off, and all of it on the others."""
    system = a_failed_upload(log, at, names=(FILE,))
    system["dma2"].keep(id=RUN_ID, log=None, names=[FILE], at=at)
    system["dma3"].keep(id=RUN_ID, log=None, names=[FILE], at=at)
    return system


@pytest.mark.parametrize("utility_runs", [True, False])
@pytest.mark.parametrize(
    "system",
    [
        pytest.param(lambda: a_failed_upload(BEGUN, AN_HOUR_AGO), id="content pruned"),
        pytest.param(parts_left, id="content left"),
        pytest.param(lambda: parts_left(BEGUN + ERROR), id="error and content left"),
    ],
)
def test_an_upload_that_stands_still_on_all_nodes_is_given_up_whether_or_not_the_utility_shows_its_window(
    system: Callable[[], System], utility_runs: bool
) -> None:
    seen = fared(system(), utility_runs=utility_runs)
    assert seen.is_over and set(phases(seen)) <= {Phase.FAILED, Phase.WAITING}
    assert any(one.is_given_up for one in seen.failed), "only its silence tells of it"
    assert afterwards(seen, nothing_runs=True, restart_lost=False) is Afterwards.LOOKS_AGAIN
    assert while_the_utility_runs(seen) is Afterwards.UTILITY_HANGS


@pytest.mark.parametrize("utility_runs", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_an_upload_that_is_only_slow_is_not_given_up(name: str, utility_runs: bool) -> None:
    """The log, or the content, still grows on one node."""
    system = parts_left()
    system[name].answers[f"dm.package.{FILE}-{RUN_ID}"] = entries(FILE, at=JUST_NOW)
    seen = fared(system, utility_runs=utility_runs)
    assert not seen.is_over and not seen.failed


@pytest.mark.parametrize("later", ["step|Executing action: Lock\r\n", "information|Upload has been completed successfully.\r\n"])
def test_what_is_past_its_upload_is_not_given_up_for_its_silence(later: str) -> None:
    assert not fared(parts_left(BEGUN + later), utility_runs=True).is_over


def test_an_upload_is_not_given_up_while_a_node_cannot_be_asked_or_its_packages_cannot_be_read() -> None:
    system = parts_left()
    system["dma2"].reachable = False
    assert not fared(system, utility_runs=True).is_over
    system = a_failed_upload(BEGUN, AN_HOUR_AGO)
    system["dma3"].say(packages=unanswered())
    assert not fared(system, utility_runs=True).is_over


def test_the_end_of_an_upload_that_stands_still_says_who_has_the_package_and_how_to_end_the_utility() -> None:
    ended = Ended(fared(a_failed_upload(BEGUN, AN_HOUR_AGO), utility_runs=True), TaskStatus(TaskState.RUNNING))
    told = failure("labx", Proof((), ended.run.first_cause), ended, "", while_the_utility_runs(ended.run))
    assert "dma1: its log ends in the upload" in told
    assert "package  arrived on dma1, dma2; not on dma3" in told
    assert "running  the utility still runs; not known: nothing on" in told
    assert "end its process SLTaskbarUtility" in told


def test_agents_from_outside_get_nothing_of_an_upload_that_stands_still() -> None:
    system = a_failed_upload(BEGUN, AN_HOUR_AGO)
    seen = fared(system, utility_runs=True)
    outside = with_outside(seen, ["10.99.0.1"], system.look(), system.wanted, "dma1", None)
    assert outside.is_over and outside.nodes["10.99.0.1"].phase is Phase.FAILED
    assert "its upload stands still" in outside.first_cause


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
