"""What tests of decisions about a system share."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
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
    for node in system.nodes:
        node.run("10.5.0.0-16300-20251119-release")
        node.say(**changes)
    goal = replace(
        system.wanted.goal,
        kind=PackageKind.HELPER,
        version=None,
        file=f"{name}.dmupgrade",
        helper=name,
        restarts_dataminer=False,
        prerequisites=(),
    )
    system.configure(goal=goal, known_source=parse("10.5.0 CU11"))
    return system
