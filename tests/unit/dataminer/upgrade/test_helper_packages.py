"""Packages that are no upgrade themselves."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done

from tests.unit.dataminer.system.answers import MIGRATED
from tests.unit.dataminer.upgrade.decisions import a_helper, decided, refused


def test_the_migration_is_started_on_all_nodes_and_done_when_all_are_migrated():
    system = a_helper("NATSMigration")
    step = decided(system)
    assert isinstance(step, Start), step.text()
    assert "DataMiner is not restarted" in step.text()
    assert isinstance(decided(a_helper("NATSMigration", **MIGRATED)), Done)


def test_the_migration_waits_until_every_node_has_been_running_for_a_quarter_of_an_hour():
    system = a_helper("NATSMigration")
    for one in system["dma1b"].data("dm.processes")["processes"]:
        one["started_utc"] = "2031-01-15T21:50:00Z"
    step = refused(system)
    assert step.kind is Kind.BLOCKED
    assert "dataminer.migration.stable" in step.seen


def test_a_check_that_leaves_no_trace_can_always_be_run_again():
    system = a_helper("VerifyGRPCConnection")
    system["dma2"].keep("VerifyGRPCConnection.dmupgrade")
    assert isinstance(decided(system), Start)
