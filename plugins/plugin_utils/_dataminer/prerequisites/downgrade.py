# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be done by hand when a DataMiner System goes back to an older version (6 "Downgrade"). It is advice, never carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..versions.ranges import affected, since
from ..versions.versions import Version


@dataclass(frozen=True)
class Caution:
    """One thing to do for certain pairs of versions; ``applies`` is asked with what runs and with what is gone back to."""

    text: str
    applies: Callable[[Version, Version], bool]
    reference: str


def _leaves(text: str) -> Callable[[Version, Version], bool]:
    """Whether a floor is reached by what runs and not by what is gone back to."""
    floor = since(text)
    return lambda source, target: floor.reached_by(source) and not floor.reached_by(target)


_MODULES_KEPT_BACK = affected("10.3.4-10.3.7")
_MODULES_RAISED = since("10.3.8/10.4.0")

CAUTIONS: tuple[Caution, ...] = (
    Caution("else install the full package of every line on the way back, one after the other", lambda *_: True, "6 D"),
    Caution("remove VerifyNatsIsRunning.dll from the older package", _leaves("10.4.0/10.4.3"), "6 D"),
    Caution(
        "replace StorageModule 3.0.3 and UserDefinableApiEndpoint 2.0.0, or later, by the older ones from Tools\\ModuleInstallers",
        lambda source, target: _MODULES_RAISED.reached_by(source) and _MODULES_KEPT_BACK.includes(target),
        "6 D",
    ),
    Caution("restore dashboards and low-code apps from System Cache\\Web\\Backups on every agent", lambda *_: True, "6 D"),
    Caution("install the GQI and Web modules that belong to the older version again", lambda *_: True, "6 D"),
    Caution("there is no way back to NATS managed by SLNet", _leaves("10.6.0/10.6.1"), "6 D"),
)


def cautions(source: Version, target: Version) -> tuple[Caution, ...]:
    """What applies to going back from ``source`` to ``target``."""
    return tuple(one for one in CAUTIONS if one.applies(source, target))
