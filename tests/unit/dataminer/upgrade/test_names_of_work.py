"""How tasks and the owner of a lock are named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import lock_owner

from tests.unit.dataminer.system.sound_system import a_system


def test_the_owner_of_the_lock_is_the_work_and_not_the_controller():
    assert lock_owner(a_system().wanted, "dma2") == "dataminer-full-10.5.4.0-15588@dma2"


def test_the_same_upgrade_from_another_orchestrator_is_other_work_to_the_lock():
    wanted = a_system().wanted
    assert lock_owner(wanted, "dma1a") != lock_owner(wanted, "dma2")


def test_some_agents_and_the_whole_cluster_are_two_tasks():
    wanted = a_system().wanted
    some = replace(wanted, agents=("dma2", "10.99.0.1"))
    assert len({wanted.task_id, some.task_id, replace(wanted, agents=("dma2",)).task_id}) == 3
    assert replace(some, agents=("10.99.0.1", "DMA2")).task_id == some.task_id
    assert all(len(one.task_id) <= 60 for one in (some, replace(some, goal=replace(wanted.goal, version=None, helper="x" * 80))))


@pytest.mark.parametrize("length", range(40, 52))
def test_names_that_are_cut_do_not_end_in_a_dot(length):
    """Windows drops it: two tasks would share a folder."""
    system, text = a_system(), "x" * length + "." + "y" * 60
    system["dma2"].reachable = False
    wanted = replace(system.wanted, agents=None, goal=replace(system.wanted.goal, version=None, helper=text))
    seen = replace(system.look(), nodes={text: system["dma2"].view()})

    assert not wanted.task_id.endswith(".")
    assert not seen.lock_name.endswith(".")


def test_the_task_is_told_by_the_packages_name_alone():
    """Whoever attaches has to know its id, and may not have the content."""
    wanted = a_system().wanted
    changed = replace(wanted.goal, kind=PackageKind.DELTA, prerequisites=(), size=0)
    assert replace(wanted, goal=changed).task_id == wanted.task_id
