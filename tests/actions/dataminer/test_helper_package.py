"""The gate before 10.6: the upgrade is refused until the cluster was migrated to BrokerGateway, by the vendor's helper package."""

from __future__ import annotations

from tests.actions.conftest import MakeWorld
from tests.actions.outcome import Outcome
from tests.actions.world import World
from tests.e2e.dataminer.systems import Scenario, a_system, versions

GATE: Scenario = a_system(2, version="10.5.0 CU12", target="10.6.0 CU1", further_packages=[{"kind": "NATSMigration"}])
# No file tells the cumulative update that runs, and the lab's hosts do not show since when SLNet runs.
KNOWN = {"known_source": "10.5.0 CU12", "waive": ["dataminer.migration.stable"]}


def the_helper(world: World, package: str) -> Outcome:
    return world.act("dataminer_helper_package", package=world.variables["lab_packages"][package], **KNOWN)


def test_an_upgrade_to_10_6_waits_for_the_migration_which_runs_on_all_nodes_at_once(a_world: MakeWorld) -> None:
    world = a_world(GATE)
    refused = world.act("dataminer_upgrade", **KNOWN)
    assert "dataminer.path.broker_gateway" in refused.message or "dataminer.messaging.migrated_whole" in refused.message
    assert refused.touches == []
    migrated = the_helper(world, "NATSMigration")
    assert not migrated.failed, migrated.message
    again = the_helper(world, "NATSMigration")
    assert (again.failed, again.touches) == (False, []), again.message
    upgraded = world.act("dataminer_upgrade", **KNOWN)
    assert not upgraded.failed, upgraded.message
    assert (versions(world), world.journal.violations) == ({"10.6.0 CU1"}, [])


def test_a_package_that_installs_software_is_no_helper(a_world: MakeWorld) -> None:
    world = a_world(GATE)
    refused = the_helper(world, "10.6.0 CU1")
    assert "is none of the vendor's helper packages" in refused.message
    assert refused.touches == []
