"""Upload only refuses what System Center would refuse, and nothing is taken away while an upgrade needs it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import checks
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.upload import next_upload, refusing, removal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Refused

from tests.unit.dataminer.system.answers import entries
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, ATask, System, a_system

FROM_THE_UPDATE_CENTER = {"kind": PackageKind.DELTA, "lacks_executor": True, "has_executor": False}


def test_a_package_of_the_update_center_is_not_uploaded() -> None:
    """K10: every agent would refuse it in the window."""
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, **FROM_THE_UPDATE_CENTER))
    step = next_upload(system.observe(), system.wanted, ())
    assert isinstance(step, Refused)
    assert "dataminer.known.package_without_executor" in step.seen


def test_a_package_whose_size_is_known_only_after_the_first_copy_is_judged_by_it_then() -> None:
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, size=0))
    assert not isinstance(next_upload(system.observe(), system.wanted, ()), Refused)
    system.configure(goal=replace(system.wanted.goal, size=4_500_000_000))
    step = next_upload(system.observe(), system.wanted, ())
    assert isinstance(step, Refused)
    assert "dataminer.package.upload_limit" in step.seen


def test_after_the_copy_findings_of_the_package_refuse_as_those_of_its_checks_do_and_those_of_a_node_do_not() -> None:
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, size=4_500_000_000, **FROM_THE_UPDATE_CENTER))
    system["dma1b"].say(asp_net=entries("6.0.36", folder=True))
    system.checks["dma2"] = checks.of_executor(system.wanted.goal.prerequisites, None)
    judgement = prerequisites.judge(system.seen())
    rules = {one.rule for one in refusing(judgement)}
    assert {"dataminer.package.upload_limit", "dataminer.known.package_without_executor"} < rules
    assert {one for one in rules if one.startswith("dataminer.checks.")}
    assert "dataminer.software.hosting_bundles" in {one.rule for one in judgement.blockers} - rules


UPLOADED = "progress|Uploading package...\r\ninformation|Upload report\r\ninformation|Upload has been completed successfully.\r\n"


def test_an_uploaded_package_that_a_start_of_dataminer_pruned_was_never_executed() -> None:
    """RN 37033: the folder is pruned at each start; an entry without content is no proof that it was used."""
    system = a_system()
    system["dma2"].keep(log=UPLOADED)
    assert [one.status for one in system["dma2"].view().packages.value] == [PackageStatus.PRUNED]
    assert not isinstance(next_upload(system.observe(), system.wanted, ()), Refused)


def test_what_was_executed_after_its_upload_stays_used() -> None:
    system = a_system()
    system["dma2"].keep(log=f"{UPLOADED}step|Executing action: Start\r\n")
    assert [one.status for one in system["dma2"].view().packages.value] == [PackageStatus.COMPLETED]
    assert isinstance(next_upload(system.observe(), system.wanted, ()), Refused)


def a_running_task(system: System) -> None:
    system["dma2"].task = ATask()


def an_ended_task(system: System) -> None:
    system["dma2"].task = ATask("exited", 0)


def an_upgrade_of_somebody_else(system: System) -> None:
    system["dma1b"].keep("DataMiner 10.5.3.0-15400 Full Upgrade.dmupgrade", RUN_ID, names=[FILE, "Update.zip"], at="2031-01-15T21:58:00Z")


def a_node_that_cannot_be_asked(system: System) -> None:
    system["dma1b"].reachable = False


@pytest.mark.parametrize("spoil", [a_running_task, an_ended_task, an_upgrade_of_somebody_else, a_node_that_cannot_be_asked])
def test_a_package_is_not_taken_away_while_an_upgrade_may_need_what_lies_beside_it(spoil) -> None:
    system = a_system()
    spoil(system)
    assert isinstance(removal(system.observe(), system.wanted), Refused)


def test_a_package_that_nothing_runs_with_can_be_taken_away() -> None:
    system = a_system()
    assert removal(system.observe(), system.wanted) is None
