"""Questions that tests ask a world's state and journal over and over."""

from __future__ import annotations

from tests.lab.client import Steered
from tests.lab.history import History
from tests.lab.journal import Entry

SERVICES = ("OMSDK", "cshost", "HealthService")
RTM_2025 = "10.25.10132.0"


def full(name: str) -> str:
    """The full name of a host of the lab."""
    return f"{name}.contoso.lab"


def services(world: Steered) -> dict[str, dict[str, tuple[str, str]]]:
    """Status and start mode of the product's services, by host."""
    return {
        name: {service: (facts["status"], facts["start_mode"]) for service, facts in host["services"].items() if service in SERVICES}
        for name, host in world.world["hosts"].items()
    }


def releases(world: Steered) -> dict[str, str]:
    """What every management server is at."""
    return {name: server["build"] for name, server in world.world["scom"]["servers"].items()}


def left_behind(world: Steered) -> list[str]:
    """Tasks, held locks, notes about services and marks of setups not proved that are still on the hosts."""
    hosts = world.world["hosts"].values()
    tasks = [f"{host['name']}: task {name}" for host in hosts for name in host["tasks"]]
    locks = [f"{host['name']}: lock {name} of {lock['owner']}" for host in hosts for name, lock in host["locks"].items() if lock["owner"]]
    noted = [*world.find("quiesced"), *(found for found in world.find("scom-management-server-") if found["where"] == "registry")]
    return [*tasks, *locks, *(f"{found['host']}: {found['where']}" for found in noted)]


def services_of_others(history: History, first: str) -> list[Entry]:
    """Starts and stops of the product's services on all hosts but the first."""
    moves = [*history.events("service.stop"), *history.events("service.start")]
    return sorted((one for one in moves if one.host != first and one.get("service") in SERVICES), key=lambda one: one.t)
