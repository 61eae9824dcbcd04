"""Upgrades of a management group, server by server as the play does it."""

from __future__ import annotations

from typing import Any

from tests.actions.outcome import Outcome
from tests.actions.task import Task
from tests.actions.world import World


def upgrade(world: World, *names: str, task: Task | None = None, **options: Any) -> dict[str, Outcome]:
    """Upgrades the servers of those names (all of the inventory), one after the other; like the play, it ends with the first that fails."""
    ended: dict[str, Outcome] = {}
    for name in names or world.names:
        outcome = world.act("scom_setup", name, task=task, **options)
        ended[outcome.host] = outcome
        if outcome.failed:
            break
    return ended


def went_well(outcomes: dict[str, Outcome]) -> bool:
    """Whether every server was upgraded; what went wrong is printed for whoever reads the failed test."""
    for outcome in outcomes.values():
        if outcome.failed:
            print(outcome.message)
    return not any(outcome.failed for outcome in outcomes.values())
