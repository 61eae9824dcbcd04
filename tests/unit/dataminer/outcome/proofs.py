"""What tests of the proof of an upgrade share."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline, proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.proof import ApiAfter
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.readiness import AgentCounts
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.system.sound_system import TARGET, a_system, upgraded

NAMES = ("dma1a", "dma1b", "dma2")
COUNTS = {701: AgentCounts(40, 38, 5), 702: AgentCounts(12, 12, 0)}
API = ApiAfter(Fact.known(True), Fact.known(parse(TARGET)), Fact.known(COUNTS), Fact.known(4))


def before(promised=None):
    return baseline.take(a_system().look(), promised or {701: "dma1a"}, Fact.known(COUNTS), Fact.known(3))


def proved(system, api=API, was=None, **more):
    return proof.of(system.look(), api, system.wanted, NAMES, was or before(), **more)


def disagreeing(system, **more):
    return {(item.host, item.name) for item in proved(system, **more).disagreeing}


def settled(system, api=API, was=None, **more):
    return proved(system, api, was, **more).is_settled


def rebooting(boot="2031-01-15T22:45:00Z"):
    system = upgraded(a_system())
    system.configure(options=UpgradeOptions(reboot=True))
    for node in system.nodes:
        node.data("dm.os")["boot_time_utc"] = boot
    return system
