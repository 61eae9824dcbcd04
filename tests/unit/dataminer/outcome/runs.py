"""What tests of a running upgrade share."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import phases as run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, a_system

AT_WORK = {"id": RUN_ID, "names": [FILE, "Update.zip"], "at": "2031-01-15T21:58:00Z"}


def phases(system, before=None, utility_runs=True, names=("dma1a", "dma1b", "dma2")):
    seen = run.look(system.look(), system.wanted, names, before, utility_runs=utility_runs)
    return seen, {name: one.phase for name, one in seen.nodes.items()}


def taken(system):
    return baseline.take(system.look(), {701: "dma1a"}, Fact.known({}), Fact.known(3))


def after_an_error(at, log="error|a harmless line\r\n", names=(FILE,)):
    system = a_system()
    system["dma2"].keep(id=RUN_ID, log=log, names=names, at=at)
    return system


def a_helper(name):
    system = a_system()
    system.take_helper(name)
    return system
