# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the evidence of an upgrade of a DataMiner System says besides its proof: how it was started, and what was waived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._dataminer.prerequisites.backup import latest
from ..._dataminer.system.goal import Goal
from ..._dataminer.system.reasons import Start
from .system import Seen

BEFORE = "before.json"


def started_with(goal: Goal, step: Start, seen: Seen, backup: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an upgrade is started with, as plain data: it is kept beside the upgrade, so that whoever ends it has it in the evidence."""
    return {
        "package": package(goal),
        "upgrade_info": step.upgrade_info.as_result(),
        "policy": step.policy,
        "orchestrator": step.orchestrator,
        "backup": {"attested": dict(backup)} if backup else {"last_dmbackup": _backups(seen)},
        "waived": waived(seen),
    }


def package(goal: Goal) -> dict[str, Any]:
    """Which file it is, to the byte."""
    return {"file": goal.file, "sha256": goal.sha256, "size": goal.size}


def waived(seen: Seen) -> list[dict[str, Any]]:
    """Findings that would block and were waived by name."""
    return [finding.as_result() for finding in seen.observation.judgement.waived]


def _backups(seen: Seen) -> dict[str, str | None]:
    found = {name: latest(answers) for name, answers in seen.answers.items()}
    return {name: (at.value or None) if at.is_known else None for name, at in found.items()}
