# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the SNMP service of Windows and that of DataMiner want the same port, which matters when the former is not stopped (4)."""

from __future__ import annotations

from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, file_text
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import Service, fact
from ..files.settings import agent_snmp_port, windows_snmp_port
from ..node.file_answers import file_bytes
from ..node.installation import Installation

WINDOWS_SERVICE = "SNMP"
QUESTIONS: Questions = {"dm.snmp_ports": file_text(r"%SystemRoot%\System32\drivers\etc\services", max_bytes=256 * 1024)}


@dataclass(frozen=True)
class SnmpState:
    """The two of one node. ``stops_windows_snmp``: the option stop_snmp of the upgrade. UDP ports, by the files both read them from."""

    stops_windows_snmp: bool
    windows_service: Fact[Service | None]
    windows_port: Fact[int]
    agent_port: Fact[int]


def read(node: Installation, answers: Answers, *, stops_windows_snmp: bool) -> SnmpState:
    return SnmpState(
        stops_windows_snmp=stops_windows_snmp,
        windows_service=node.services.then(lambda found: found.get(WINDOWS_SERVICE)),
        windows_port=fact("the port of the Windows SNMP service", lambda: windows_snmp_port(file_bytes(answers, "dm.snmp_ports") or b"")),
        agent_port=fact("the port of DataMiner's SNMP agent", lambda: _agent_port(answers)),
    )


def _agent_port(answers: Answers) -> int:
    return agent_snmp_port(file_bytes(answers, "dm.identity") or b"<DataMiner/>")


RULES: RuleBook[SnmpState] = RuleBook()


@RULES.rule("dataminer.snmp.port_conflict", Severity.BLOCKER, reference="4 D", when=lambda seen: not seen.stops_windows_snmp)
def ports_differ_when_windows_snmp_goes_on(seen: SnmpState) -> Finding | None:
    """A Windows SNMP service that is not stopped takes the port of DataMiner's own SNMP agent."""
    service = seen.windows_service.value
    if service is None or not (service.is_running or service.start_mode == "auto"):
        return None
    if seen.windows_port.value != seen.agent_port.value:
        return None
    return finding(
        seen=f"stop_snmp: false, service {WINDOWS_SERVICE} {service.status}, both on UDP {seen.agent_port.value}",
        wanted="different ports, or the Windows service stopped",
        fix="use stop_snmp: true, or change one port: that of Windows in drivers\\etc\\services, that of DataMiner in DataMiner.xml",
    )
