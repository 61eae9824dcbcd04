# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether every node reaches every other on the ports they talk over; asked on each about all others, in a second round trip (7, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, tcp
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import fact
from ..versions.platforms import Port


@dataclass(frozen=True)
class Reach:
    """What one node reaches: by address and port, whether a connection opened."""

    connected: Fact[Mapping[tuple[str, int], bool]]


def questions(addresses: Iterable[str], ports: Iterable[Port]) -> Questions:
    """What is asked on one node: a connection to each address on each port. Names sort by address and port."""
    numbers = sorted(port.number for port in ports)
    return {f"dm.mesh.{address}.{number}": tcp(address, number) for address in sorted(addresses) for number in numbers}


def read(answers: Answers) -> Reach:
    return Reach(fact("the connections to other nodes", lambda: _connected(answers)))


def _connected(answers: Answers) -> dict[tuple[str, int], bool]:
    names = [name for name in answers if name.startswith("dm.mesh.")]
    found = {}
    for name in names:
        address, _unused, port = name.removeprefix("dm.mesh.").rpartition(".")
        found[address, int(port)] = bool(answers.data(name).get("connected"))
    return found


RULES: RuleBook[Reach] = RuleBook()


@RULES.rule("dataminer.mesh.ports", Severity.BLOCKER, reference="7, 8 D")
def node_reaches_the_others(seen: Reach) -> list[Finding]:
    """A port between two agents that is closed makes the package's checks fail, and loses uploads and progress."""
    closed: dict[str, list[int]] = {}
    for (address, port), is_open in seen.connected.value.items():
        if not is_open:
            closed.setdefault(address, []).append(port)
    return [
        finding(
            seen=f"no connection to {address} on TCP {', '.join(str(port) for port in ports)}",
            wanted="open ports between all agents",
            fix="open them in the firewalls, and look whether the services behind them run there",
        )
        for address, ports in closed.items()
    ]
