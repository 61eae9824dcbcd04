"""What tests of decisions about a system share."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Refused

from tests.unit.dataminer.system.sound_system import a_system


def decided(system):
    return next_step(system.observe(), system.wanted)


def refused(system):
    step = decided(system)
    assert isinstance(step, Refused), step.text()
    return step


def a_helper(name, **changes):
    system = a_system()
    system.open_gate(name)
    for node in system.nodes:
        node.say(**changes)
    return system
