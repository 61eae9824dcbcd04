"""Upload only accepts nothing that would be refused in the window, says what was not checked, and takes nothing away that is needed."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest
import yaml

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import (
    PREFLIGHT,
    SOURCE,
    TARGET,
    UPGRADE,
    UPLOAD,
    a_system,
    installs,
    message,
    nodes_seen,
    variables,
    versions,
)
from tests.e2e.plays import PLAYBOOK, begin, play
from tests.e2e.states import full
from tests.lab.client import ServedWorld

STAGING = r"C:\ProgramData\systemcenter.upgrade\dataminer"


def staged(world: ServedWorld) -> set[str]:
    """Names of the files that lie in the staging folders of all nodes."""
    hosts = world.world["hosts"].values()
    return {PureWindowsPath(one).name for host in hosts for one in host["files"] if one.casefold().startswith(STAGING.casefold())}


def taken_away(world: ServedWorld) -> tuple[str, ...]:
    """The command for a play of somebody's own that takes the package away."""
    urls = "{{ dict(groups['dataminer_agents'] | zip(groups['dataminer_agents'] | map('extract', hostvars, 'dataminer_api_url'))) }}"
    options = {
        "nodes": "{{ groups['dataminer_agents'] }}",
        "package": "{{ dataminer_package }}",
        "upgrade_account": "{{ dataminer_accounts.upgrade }}",
        "api_account": "{{ dataminer_accounts.api }}",
        "api_urls": urls,
        "api_validate_certs": False,
        "state": "absent",
    }
    task = {"name": "Take the package away", "systemcenter.upgrade.dataminer_package": options, "run_once": True}
    book = {"name": "All at once", "hosts": "dataminer_agents", "gather_facts": False, "tasks": [task]}
    (world.directory / "absent.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    return (PLAYBOOK, "absent.yml")


@pytest.mark.parametrize("place", ["controller", "url"])
def test_a_package_of_the_update_center_is_refused_by_the_upload_and_not_only_in_the_window(serve: Serve, place: str) -> None:
    """K10; from a URL nobody knows what it is before the first node has it, and the second does not get it."""
    world = serve(a_system(2, package={"executor": False, "place": place}))
    refused = play(world, *UPLOAD, *variables(world, dataminer_package_cache=str(world.directory / "cache")))
    assert refused.completed.code != 0
    assert "dataminer.known.package_without_executor" in message(refused)
    assert (installs(refused), versions(world)) == ([], {SOURCE})
    assert refused.text.count("bringing") == (1 if place == "url" else 0)


def test_a_package_from_a_url_is_held_against_the_upload_limit_once_its_size_is_known(serve: Serve) -> None:
    small = {"dma2": {"maintenance": {"MaxUploadSize": 1}}}
    world = serve(a_system(2, nodes=small, package={"place": "url", "padding_kb": 2048}))
    refused = play(world, *UPLOAD, *variables(world, dataminer_package_cache=str(world.directory / "cache")))
    assert "dataminer.package.upload_limit" in message(refused)
    assert refused.text.count("bringing") == 1
    assert installs(refused) == []


def test_a_preflight_that_could_not_run_the_checks_says_so_and_one_after_the_upload_runs_them(serve: Serve) -> None:
    world = serve(a_system(package={"place": "url"}))
    here = variables(world, dataminer_package_cache=str(world.directory / "cache"))
    before = play(world, *PREFLIGHT, *here)
    assert before.completed.code == 0, before.text
    assert "The package's own checks were not run" in before.text
    assert before.history.events("prerequisite.run") == []
    uploaded = play(world, *UPLOAD, *here)
    assert uploaded.completed.code == 0, uploaded.text
    after = play(world, *PREFLIGHT, *here)
    assert after.completed.code == 0, after.text
    assert "were not run" not in after.text
    assert len(after.history.events("prerequisite.run")) == 1


def test_what_still_keeps_an_upgrade_from_starting_is_told_with_the_upload(serve: Serve) -> None:
    """A pending finding about a node does not refuse the package; a count of blockers alone tells nobody what to mend."""
    world = serve(a_system(nodes={"dma1": {"backup_hours_ago": 100}}))
    uploaded = play(world, *UPLOAD)
    assert uploaded.completed.code == 0, uploaded.text
    assert "1 blocker" in uploaded.text
    assert "dataminer.backup.age" in uploaded.text


def test_nothing_is_taken_away_in_the_middle_of_an_upgrade_and_all_of_it_afterwards(serve: Serve) -> None:
    world = serve(a_system(upgrade={"seconds": 8}))
    upgrade = begin(world, *UPGRADE)
    world.wait_for("upgrade.start")
    lying = staged(world)
    refused = play(world, *taken_away(world))
    assert "not removed from any node" in message(refused)
    assert {"UpgradeInfo.xml", "before.json"} <= lying == staged(world)
    upgraded = upgrade.end()
    assert upgraded.completed.code == 0, upgraded.text
    assert (versions(world), world.journal.violations) == ({TARGET}, [])
    removed = play(world, *taken_away(world))
    assert removed.completed.code == 0, removed.text
    assert staged(world) == set()


def test_what_a_restart_between_upload_and_window_pruned_is_no_used_package(serve: Serve) -> None:
    """Whether an upload of System Center survives a start of DataMiner is uncertain: here it does not (2 U, RN 37033)."""
    world = serve(a_system(stored=[{"state": "Uploaded"}], uncertain={"uploaded_survives_restart": False}))
    before = world.position
    world.fault("reboot", machine="dma1", down_seconds=0.2)
    world.wait_for("dataminer.state", state="Running", after=before)
    assert [one["status"] for one in nodes_seen(world)[full("dma1")]["packages"]] == ["Pruned"]
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert (versions(world), world.journal.violations) == ({TARGET}, [])
