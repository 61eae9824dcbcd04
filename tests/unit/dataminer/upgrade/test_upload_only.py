"""Uploading a package without installing it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Upload
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.upload import next_upload
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Refused

from tests.unit.dataminer.system.answers import entries
from tests.unit.dataminer.system.sound_system import ATask, a_cluster, a_system


def uploading(system, has_copy=()):
    return next_upload(system.observe(), system.wanted, has_copy)


def test_upload_only_copies_to_the_nodes_that_lack_the_package_and_checks_all():
    step = uploading(a_system(), ["dma2"])
    assert isinstance(step, Upload), step.text()
    assert step.copies_to == ("dma1a", "dma1b")
    assert "run its checks on dma1a, dma1b, dma2" in step.text(), "offline nodes too"
    assert "nothing is installed" in step.text()


def test_upload_only_is_done_where_everything_is_there_and_nothing_to_check():
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, prerequisites=()))
    assert isinstance(uploading(system, ["dma1a", "dma1b", "dma2"]), Done)


def test_findings_of_a_node_do_not_keep_the_package_from_being_uploaded():
    system = a_system()
    system["dma1b"].say(asp_net=entries("6.0.36", folder=True))
    assert isinstance(uploading(system), Upload)


@pytest.mark.parametrize("size", [4_500_000_000, 3_999_000_000])
def test_a_package_that_does_not_fit_is_not_uploaded(size):
    system = a_system()
    system.configure(goal=replace(system.wanted.goal, size=size))
    for node in system.nodes:
        node.data("dm.disks")["disks"]["C:"]["free"] = 20 * 1024**3
    step = uploading(system)
    assert isinstance(step, Refused)
    assert "dataminer.package." in step.seen


@pytest.mark.parametrize(
    "spoil",
    [
        lambda system: setattr(system["dma1b"], "reachable", False),
        lambda system: system.nodes.pop(),
        lambda system: system["dma2"].keep(),
        lambda system: setattr(system["dma2"], "task", ATask()),
    ],
)
def test_upload_only_has_the_same_law_as_an_upgrade(spoil):
    system = a_system()
    spoil(system)
    assert isinstance(uploading(system), Refused)


def test_a_large_cluster_is_decided_about_as_a_small_one():
    step = uploading(a_cluster(9))
    assert isinstance(step, Upload), step.text()
    assert len(step.copies_to) == 9
