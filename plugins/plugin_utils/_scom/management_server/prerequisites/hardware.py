# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the machine is large enough (6.3). The figures are the vendor's minimum for each role, the same for every release."""

from __future__ import annotations

from dataclasses import dataclass

from ...._upgrade.facts import Fact
from ...._upgrade.findings import Finding, Severity, finding, for_each
from ...._upgrade.questions import Answers, Questions, disks, hardware
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import fact
from .options import Options

QUESTIONS: Questions = {"pre.hardware": hardware(), "pre.disks": disks()}

_GB = 1024**3
# Firmware and hypervisor keep some of the memory that was given: a server with 8 GB shows a little less.
_MEMORY_TOLERANCE_GB = 0.5


@dataclass(frozen=True)
class Machine:
    """Memory and free space in bytes; the drives that setup writes to, with the free space of each."""

    memory: Fact[int]
    cores: Fact[int]
    free: Fact[dict[str, int]]
    drives: tuple[str, ...]
    minimum_memory_gb: float
    minimum_cores: int
    minimum_disk_gb: float


def read(answers: Answers, install_directory: str, options: Options) -> Machine:
    """The system drive always takes part: setup unpacks and logs there."""
    drives = dict.fromkeys(["C:", *([install_directory[:2].upper()] if install_directory[1:2] == ":" else [])])
    return Machine(
        memory=fact("the size of the memory", lambda: int(answers.data("pre.hardware")["memory_bytes"])),
        cores=fact("the number of cores", lambda: _cores(answers)),
        free=fact("the free space of the disks", lambda: _free(answers)),
        drives=tuple(drives),
        minimum_memory_gb=options.minimum_memory_gb,
        minimum_cores=options.minimum_cores,
        minimum_disk_gb=options.minimum_disk_gb,
    )


def _cores(answers: Answers) -> int:
    # A virtual processor counts as a core, whatever topology its hypervisor shows.
    data = answers.data("pre.hardware")
    return max(int(data["cores"]), int(data["logical_processors"]))


def _free(answers: Answers) -> dict[str, int]:
    return {name.upper(): int(disk["free"]) for name, disk in answers.data("pre.disks")["disks"].items()}


RULES: RuleBook[Machine] = RuleBook()


@RULES.rule("scom.hardware.memory", Severity.BLOCKER, reference="6.3 D")
def memory_suffices(seen: Machine) -> Finding | None:
    """A management server needs a minimum of memory."""
    gb = seen.memory.value / _GB
    if gb + _MEMORY_TOLERANCE_GB >= seen.minimum_memory_gb:
        return None
    return finding(seen=f"{gb:.1f} GB", wanted=f"{seen.minimum_memory_gb:g} GB or more", fix="give the server more memory")


@RULES.rule("scom.hardware.cores", Severity.WARNING, reference="6.3 D")
def cores_suffice(seen: Machine) -> Finding | None:
    """A management server needs a minimum of processor cores."""
    if seen.cores.value >= seen.minimum_cores:
        return None
    return finding(seen=f"{seen.cores.value} cores", wanted=f"{seen.minimum_cores} cores or more", fix="give the server more processors")


@RULES.rule("scom.hardware.disk", Severity.BLOCKER, reference="6.3 D")
def disks_have_room(seen: Machine) -> list[Finding]:
    """Setup needs room on the system drive and on the drive of the product."""
    free = seen.free.value

    def has_room(drive: str) -> Finding | None:
        gb = free[drive] / _GB if drive in free else None
        if gb is not None and gb >= seen.minimum_disk_gb:
            return None
        saw = f"{gb:.1f} GB free" if gb is not None else "no such fixed disk"
        return finding(seen=saw, wanted=f"{seen.minimum_disk_gb:g} GB free or more", fix=f"make room on {drive}")

    return for_each({drive: drive for drive in seen.drives}, has_room)
