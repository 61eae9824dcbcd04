# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator says about an upgrade before it is judged, and the limits that can be moved."""

from __future__ import annotations

from dataclasses import dataclass

from ..system.observation import Wanted


@dataclass(frozen=True)
class Attestation:
    """Who says, and when, that every server can be restored: snapshots of all of them (11). ``at_utc`` is ISO-8601 UTC."""

    who: str
    at_utc: str
    what: str = "snapshots of all servers"


@dataclass(frozen=True)
class Options:
    """Everything an operator can say.

    ``attestation``: None when the age of the last .dmbackup is relied on instead. ``staged``: path of the package's copy on the nodes, ''
    before there is one. ``antivirus``: names of third-party antivirus programs on the nodes, ``antivirus_excludes``: whether they leave
    DataMiner alone; ``snmpv3_elements``: how many elements use SNMPv3; None where the operator did not say, which counts only where a
    known issue asks. ``several_failover_addresses``: whether a pair has more than two virtual addresses or several network cards.
    """

    wanted: Wanted
    attestation: Attestation | None = None
    backup_max_age_hours: float = 24
    stable_minutes: float = 15
    staged: str = ""
    antivirus: tuple[str, ...] | None = None
    antivirus_excludes: bool | None = None
    snmpv3_elements: int | None = None
    several_failover_addresses: bool | None = None
