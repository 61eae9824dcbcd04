"""The simulated system, written without this knowledge, is read by it: packages, options, state files, checks and versions."""

from __future__ import annotations

import io

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.check_results import Outcome, read_results
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.dms_xml import (
    DmsFailover,
    read_dms,
    read_endpoints,
    read_identity,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package import package
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import (
    UpgradeInfo,
    UpgradeOptions,
    write_upgrade_info,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions import platforms, ranges
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import Order, ProgramVersion, parse

from tests.lab.products.dataminer import package as lab_package
from tests.lab.products.dataminer import state_files, upgrade_info
from tests.lab.products.dataminer.plan import PackageSpec
from tests.lab.products.dataminer.prerequisites import CheckResult
from tests.lab.products.dataminer.versions import is_at_least, version_of

TITLES = [f"10.{line}.{month}" for line in range(3, 7) for month in range(1, 13)]
TITLES += [f"10.{line}.0 CU{cu}" for line in range(3, 7) for cu in (0, 1, 2, 7, 11, 14, 19)]


@pytest.mark.parametrize("title", TITLES)
def test_every_spelling_of_a_simulated_version_is_read(title):
    version = version_of(title)
    assert parse(version.installed).dotted == version.four
    assert parse(version.installed).build == version.build
    assert parse(title).compare(parse(version.title)) in (Order.SAME, Order.UNDECIDED)
    assert ProgramVersion.parse(version.module).line == version.line


@pytest.mark.parametrize("floor", ["10.3.0 CU11/10.4.2", "10.5.0 CU14/10.6.0 CU2/10.6.5", "10.6.0/10.6.1", "10.5.12/10.6.0"])
def test_floors_are_understood_alike(floor):
    ours = [title for title in TITLES if ranges.since(floor).reached_by(parse(title))]
    assert ours == [title for title in TITLES if is_at_least(version_of(title), floor)]


@pytest.mark.parametrize(
    ("kind", "found", "restarts"),
    [("full", PackageKind.FULL, True), ("web", PackageKind.WEB, False), ("VerifyClusterPorts", PackageKind.HELPER, False)],
)
def test_simulated_packages_are_read(kind, found, restarts):
    built = lab_package.build(PackageSpec(kind=kind), "10.5.0 CU12")
    read = package.read_package(io.BytesIO(built.content), built.file_name)
    assert (read.kind, read.restarts_dataminer, len(read.actions)) == (found, restarts, len(built.actions))
    assert set(read.prerequisites) == set(built.checks)
    assert not [action for action in read.actions if action.verb is None]
    assert (read.version.build if read.version else None) == (built.installs.build if built.installs else None)


def test_a_simulated_package_without_executor_is_refused():
    built = lab_package.build(PackageSpec(executor=False), "10.5.0 CU12")
    assert package.read_package(io.BytesIO(built.content), built.file_name).lacks_executor


@pytest.mark.parametrize("policy", [policy for policy in Policy if policy is not Policy.DEFAULT])
def test_our_upgrade_info_is_understood_by_the_simulated_utility(policy):
    options = UpgradeOptions(delayed_start=False, reboot=True)
    read = upgrade_info.read(write_upgrade_info(UpgradeInfo(("10.20.0.11", "10.20.0.12"), True, options, policy)))
    assert read.agents == ("10.20.0.11", "10.20.0.12")
    assert (read.is_cluster, read.delayed_start, read.stop_snmp, read.reboot) == (True, False, True, True)
    assert read.policy == policy.row.word
    assert len(read.given) == 8


@pytest.mark.parametrize("namespace", [True, False])
def test_simulated_state_files_are_read(namespace):
    members = [("10.20.0.11", 701, True), ("10.20.0.12", 702, False)]
    text = state_files.dms("labx", members, ["https://10.20.0.12/APIGateway"], state_files.failover_element("Online"), namespace=namespace)
    dms = read_dms(text.encode())
    assert (dms.cluster, dms.addresses) == ("labx", {"10.20.0.11", "10.20.0.12"})
    assert dms.failover == DmsFailover("Online")
    assert read_identity(state_files.data_miner(701, "dma1", None).encode()).id == 701
    endpoints = read_endpoints(state_files.cluster_endpoints([("10.20.0.11", "10.20.0.10"), ("10.20.0.12", None)]).encode())
    assert [endpoint.additional for endpoint in endpoints] == [("10.20.0.10",), ()]


@pytest.mark.parametrize("shape", ["object", "array", "nested"])
@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (CheckResult("VerifyX.dll"), Outcome.PASSED),
        (CheckResult("VerifyX.dll", "too old"), Outcome.FAILED),
        (CheckResult("VerifyX.dll", "Exception during test execution: x", executed=False), Outcome.NOT_EXECUTED),
    ],
)
def test_simulated_check_results_are_read_in_every_shape(shape, result, outcome):
    (read,) = read_results(result.as_json(shape).encode(), "VerifyX")
    assert (read.check, read.outcome) == ("VerifyX", outcome)


@pytest.mark.parametrize("title", ["10.4.0 CU7", "10.5.0 CU10", "10.6.1", "10.5.9"])
def test_every_simulated_version_has_known_needs(title):
    assert platforms.dotnet_need(parse(title)) is not None
