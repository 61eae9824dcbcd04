"""The recipe of the guide for helper packages: preflight, then the playbook of their own, with the package in a file of variables."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import HELPER, PREFLIGHT, SOURCE, UPGRADE, a_system, changes, message, variables, versions
from tests.e2e.plays import Play, play
from tests.lab.client import ServedWorld


@pytest.fixture(scope="module")
def world(serve_for_module: Serve) -> ServedWorld:
    return serve_for_module(a_system(2, further_packages=[{"kind": "VerifyClusterPorts"}]))


def given(world: ServedWorld, package: str) -> tuple[str, ...]:
    return variables(world, dataminer_package=world.variables["lab_packages"][package])


@pytest.fixture(scope="module")
def wrong(world: ServedWorld) -> dict[str, Play]:
    return {
        "a helper as an upgrade": play(world, *UPGRADE, *given(world, "VerifyClusterPorts")),
        "an upgrade as a helper": play(world, *HELPER),
    }


def test_a_package_in_the_wrong_playbook_is_told_the_right_one(wrong: dict[str, Play]) -> None:
    assert "systemcenter.upgrade.dataminer_helper_package" in message(wrong["a helper as an upgrade"])
    assert "systemcenter.upgrade.dataminer_upgrade" in message(wrong["an upgrade as a helper"])
    assert [one for each in wrong.values() for one in changes(each)] == []


def test_a_helper_package_runs_once_on_the_whole_system_by_its_own_playbook(world: ServedWorld) -> None:
    here = given(world, "VerifyClusterPorts")
    checked = play(world, *PREFLIGHT, *here)
    assert checked.completed.code == 0, checked.text
    planned = play(world, *HELPER, *here, "--check")
    assert (planned.completed.code, changes(planned)) == (0, []), planned.text
    done = play(world, *HELPER, *here)
    assert done.completed.code == 0, done.text
    (start,) = world.journal.events("upgrade.start")
    assert len(start.get("nodes")) == 2
    again = play(world, *HELPER, *here)
    assert (again.completed.code, changes(again)) == (0, []), again.text
    assert (versions(world), world.journal.violations) == ({SOURCE}, [])
