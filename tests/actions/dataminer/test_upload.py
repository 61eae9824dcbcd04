"""Upload only accepts nothing that would be refused in the window, says what was not checked, and takes nothing away that is needed."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from tests.actions.conftest import MakeWorld
from tests.actions.dataminer.system import nodes_seen
from tests.actions.world import World
from tests.e2e.dataminer.systems import SOURCE, TARGET, a_system, versions
from tests.e2e.states import full

STAGING = r"C:\ProgramData\systemcenter.upgrade\dataminer"


def staged(world: World) -> set[str]:
    """Names of the files that lie in the staging folders of all nodes."""
    hosts = world.world["hosts"].values()
    return {PureWindowsPath(one).name for host in hosts for one in host["files"] if one.casefold().startswith(STAGING.casefold())}


@pytest.mark.parametrize("place", ["controller", "url"])
def test_a_package_of_the_update_center_is_refused_by_the_upload_and_not_only_in_the_window(a_world: MakeWorld, place: str) -> None:
    """K10; from a URL nobody knows what it is before the first node has it, and the second does not get it."""
    world = a_world(a_system(2, package={"executor": False, "place": place}))
    refused = world.act("dataminer_package", package_cache=str(world.directory / "cache"))
    assert refused.failed
    assert "dataminer.known.package_without_executor" in refused.message
    assert (refused.installs, versions(world)) == ([], {SOURCE})
    assert refused.text.count("bringing") == (1 if place == "url" else 0)


def test_a_package_from_a_url_is_held_against_the_upload_limit_once_its_size_is_known(a_world: MakeWorld) -> None:
    small = {"dma2": {"maintenance": {"MaxUploadSize": 1}}}
    world = a_world(a_system(2, nodes=small, package={"place": "url", "padding_kb": 2048}))
    refused = world.act("dataminer_package", package_cache=str(world.directory / "cache"))
    assert "dataminer.package.upload_limit" in refused.message
    assert refused.text.count("bringing") == 1
    assert refused.installs == []


def test_a_preflight_that_could_not_run_the_checks_says_so_and_one_after_the_upload_runs_them(a_world: MakeWorld) -> None:
    world = a_world(a_system(package={"place": "url"}))
    here = {"package_cache": str(world.directory / "cache")}
    before = world.act("dataminer_prerequisites", **here)
    assert not before.failed, before.message
    assert "The package's own checks were not run" in before.text
    assert before.history.events("prerequisite.run") == []
    uploaded = world.act("dataminer_package", **here)
    assert not uploaded.failed, uploaded.message
    after = world.act("dataminer_prerequisites", **here)
    assert not after.failed, after.message
    assert "were not run" not in after.text
    assert len(after.history.events("prerequisite.run")) == 1


def test_what_still_keeps_an_upgrade_from_starting_is_told_with_the_upload(a_world: MakeWorld) -> None:
    """A pending finding about a node does not refuse the package; a count of blockers alone tells nobody what to fix."""
    world = a_world(a_system(nodes={"dma1": {"backup_hours_ago": 100}}))
    uploaded = world.act("dataminer_package")
    assert not uploaded.failed, uploaded.message
    assert "1 blocker" in uploaded.text
    assert "dataminer.backup.age" in uploaded.text


def test_nothing_is_taken_away_in_the_middle_of_an_upgrade_and_all_of_it_afterwards(a_world: MakeWorld) -> None:
    world = a_world(a_system(upgrade={"seconds": 8}))
    upgrade = world.begin("dataminer_upgrade")
    world.wait_for("upgrade.start")
    lying = staged(world)
    refused = world.act("dataminer_package", state="absent")
    assert "not removed from any node" in refused.message
    assert {"UpgradeInfo.xml", "before.json"} <= lying == staged(world)
    upgraded = upgrade.end()
    assert not upgraded.failed, upgraded.message
    assert (versions(world), world.journal.violations) == ({TARGET}, [])
    removed = world.act("dataminer_package", state="absent")
    assert not removed.failed, removed.message
    assert staged(world) == set()


def test_what_a_restart_between_upload_and_window_pruned_is_no_used_package(a_world: MakeWorld) -> None:
    """Whether an upload of System Center survives a start of DataMiner is uncertain: here it does not (2 U, RN 37033)."""
    world = a_world(a_system(stored=[{"state": "Uploaded"}], uncertain={"uploaded_survives_restart": False}))
    before = world.position
    world.fault("reboot", machine="dma1", down_seconds=0.2)
    world.wait_for("dataminer.state", state="Running", after=before)
    assert [one["status"] for one in nodes_seen(world)[full("dma1")]["packages"]] == ["Pruned"]
    upgraded = world.act("dataminer_upgrade")
    assert not upgraded.failed, upgraded.message
    assert (versions(world), world.journal.violations) == ({TARGET}, [])
