"""The gate before 10.6: the upgrade is refused until the cluster was migrated to BrokerGateway, by the vendor's helper package."""

from __future__ import annotations

import yaml

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import UPGRADE, Scenario, a_system, changes, message, variables, versions
from tests.e2e.plays import PLAYBOOK, play
from tests.lab.client import ServedWorld

GATE: Scenario = a_system(2, version="10.5.0 CU12", target="10.6.0 CU1", further_packages=[{"kind": "NATSMigration"}])
# No file tells the cumulative update that runs, and the lab's hosts do not show since when SLNet runs.
KNOWN = {"dataminer_known_source": "10.5.0 CU12", "dataminer_waive": ["dataminer.migration.stable"]}


def the_helper_alone(world: ServedWorld, package: str) -> tuple[str, ...]:
    nodes = "{{ groups['dataminer_agents'] }}"
    urls = "{{ dict(groups['dataminer_agents'] | zip(groups['dataminer_agents'] | map('extract', hostvars, 'dataminer_api_url'))) }}"
    options = {
        "nodes": nodes,
        "package": f"{{{{ lab_packages['{package}'] }}}}",
        "upgrade_account": "{{ dataminer_accounts.upgrade }}",
        "api_account": "{{ dataminer_accounts.api }}",
        "api_urls": urls,
        "api_validate_certs": False,
        "known_source": KNOWN["dataminer_known_source"],
        "waive": KNOWN["dataminer_waive"],
        "poll_interval_seconds": "{{ dataminer_poll_interval }}",
        "evidence_directory": "{{ dataminer_evidence_directory }}",
    }
    task = {"name": "Run the helper package", "systemcenter.upgrade.dataminer_helper_package": options, "run_once": True}
    book = {"name": "All at once", "hosts": "dataminer_agents", "gather_facts": False, "tasks": [task]}
    (world.directory / "helper.yml").write_text(yaml.safe_dump([book]), encoding="utf-8")
    return (PLAYBOOK, "helper.yml")


def test_an_upgrade_to_10_6_waits_for_the_migration_which_runs_on_all_nodes_at_once(serve: Serve) -> None:
    world = serve(GATE)
    known = variables(world, **KNOWN)
    refused = play(world, *UPGRADE, *known)
    assert "dataminer.path.broker_gateway" in message(refused) or "dataminer.messaging.migrated_whole" in message(refused)
    assert changes(refused) == []
    migrated = play(world, *the_helper_alone(world, "NATSMigration"))
    assert migrated.completed.code == 0, migrated.text
    again = play(world, *the_helper_alone(world, "NATSMigration"))
    assert (again.completed.code, changes(again)) == (0, []), again.text
    upgraded = play(world, *UPGRADE, *known)
    assert upgraded.completed.code == 0, upgraded.text
    assert (versions(world), world.journal.violations) == ({"10.6.0 CU1"}, [])


def test_a_package_that_installs_software_is_no_helper(serve: Serve) -> None:
    world = serve(GATE)
    refused = play(world, *the_helper_alone(world, "10.6.0 CU1"))
    assert "is none of the vendor's helper packages" in message(refused)
    assert changes(refused) == []
