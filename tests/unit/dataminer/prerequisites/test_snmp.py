"""The ports of SNMP."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites

from tests.unit.dataminer.prerequisites.spoils import FAILING, found, judged, say
from tests.unit.dataminer.system.answers import services, text
from tests.unit.dataminer.system.sound_system import a_system


def test_windows_snmp_that_is_stopped_by_the_upgrade_is_no_conflict():
    system = a_system()
    system["dma1b"].say(services=services(SNMP=("running", "auto")))
    assert "dataminer.snmp.port_conflict" in judged(system).skipped


@pytest.mark.parametrize(
    "spoil",
    [
        say(identity=text('<DataMiner id="701"><SNMP port="461"/></DataMiner>')),
        say(snmp_ports=text("snmp 1161/udp\r\n")),
        say(services=services(SNMP=("stopped", "manual"))),
        say(services=services()),
    ],
)
def test_different_ports_or_no_windows_snmp_are_no_conflict(spoil):
    system = a_system()
    FAILING["dataminer.snmp.port_conflict"](system)
    spoil(system)
    assert found(system, "dataminer.snmp.port_conflict") == []


def test_a_waived_conflict_is_reported_and_does_not_count():
    system = a_system()
    FAILING["dataminer.snmp.port_conflict"](system)
    judgement = prerequisites.judge(system.seen(), waived=["dataminer.snmp.port_conflict"])
    assert not judgement.is_blocked
    assert [one.rule for one in judgement.waived] == ["dataminer.snmp.port_conflict"]
