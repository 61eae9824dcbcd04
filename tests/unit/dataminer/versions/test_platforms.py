"""What versions of DataMiner need of their servers (7, 9)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions import platforms
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.platforms import (
    GIB,
    disk_space_needed,
    dotnet_need,
    fits_upload_limit,
    ports_between_agents,
    runtime_need,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import NotRead


@pytest.mark.parametrize(
    ("versions", "framework", "hosting"),
    [
        ("10.6.1 10.7.2 10.6.0_CU0 10.7.0_CU3 10.5.0_CU10", "4.8", (8, 10)),
        ("10.4.10 10.5.12 10.5.0_CU0 10.5.0_CU9 10.4.0_CU7 10.3.0_CU19", "4.8", (8,)),
        ("10.4.3 10.4.9 10.4.0_CU0 10.4.0_CU6 10.3.0_CU12 10.3.0_CU18", "4.8", (6, 8)),
        ("10.3.9 10.4.2", "4.8", (6,)),
        ("10.3.3 10.3.8 10.3.0_CU3 10.3.0_CU11", "4.8", (5, 6)),
        ("10.1.12 10.3.2 10.3.0_CU2", "4.8", (5,)),
        ("10.1.11", "4.8", ()),
        ("10.1.10 10.0.3", "4.6.2", ()),
    ],
)
def test_dotnet_is_needed_as_the_vendor_lists_it(versions, framework, hosting):
    for text in versions.split():
        need = dotnet_need(parse(text.replace("_", " ")))
        assert (need.framework_title, need.hosting) == (framework, hosting), text


def test_a_version_the_table_has_not_needs_nothing_known():
    assert dotnet_need(parse("10.2.0 CU3")) is None


def test_dotnet_of_a_main_release_is_not_guessed_without_its_cumulative_update():
    with pytest.raises(NotRead):
        dotnet_need(parse("10.5.0.0-15921"))


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("10.4.12", None),
        ("10.5.1", None),
        ("10.5.2", "14.40.33816"),
        ("10.5.0 CU0", "14.40.33816"),
        ("10.5.0 CU11", "14.44.35211"),
        ("10.6.2", "14.44.35211"),
        ("10.6.0 CU0", "14.40.33816"),
        ("10.6.0 CU1", "14.44.35211"),
    ],
)
def test_visual_cpp_runtime_is_needed_from_the_documented_versions_on(version, wanted):
    need = runtime_need(parse(version))
    assert (need.title if need else None) == wanted


def test_a_runtime_is_compared_by_the_numbers_the_vendor_names():
    need = runtime_need(parse("10.6.2"))
    assert need.is_met_by((14, 44, 35211, 0))
    assert need.is_met_by((14, 50, 1))
    assert not need.is_met_by((14, 40, 33816, 0))


def numbers(version, nodes, broker_gateway=False):
    return [port.number for port in ports_between_agents(parse(version), nodes, broker_gateway=broker_gateway)]


def test_remoting_is_between_agents_before_grpc_became_the_default():
    assert 8004 in numbers("10.5.9", 3)
    assert 8004 not in numbers("10.5.10", 3)
    assert 443 in numbers("10.6.1", 3)


def test_6222_counts_with_three_nodes_or_more():
    assert 6222 not in numbers("10.5.9", 2)
    assert 6222 in numbers("10.5.9", 3)


def test_9090_belongs_to_nats_that_slnet_manages():
    assert 9090 in numbers("10.5.9", 3)
    assert 9090 not in numbers("10.5.9", 3, broker_gateway=True)


def test_a_single_agent_needs_no_port_between_agents():
    assert numbers("10.5.9", 1) == []


def test_disk_space_is_for_operation_and_three_times_the_package():
    assert disk_space_needed(2 * GIB) == 21 * GIB
    assert disk_space_needed(2 * GIB, backup_size=GIB) == 22 * GIB


def test_upload_limit_is_4000_mb_where_none_is_set():
    assert fits_upload_limit(3_999_999_999, None)
    assert not fits_upload_limit(4_000_000_000, None)
    assert not fits_upload_limit(600_000_000, 500)


def test_every_row_has_its_source():
    rows = [*platforms.DOTNET, *platforms.RUNTIMES, *platforms.PORTS]
    assert all(row.source.split()[-1] in {"D", "I", "U"} for row in rows)
    assert len({(port.number, port.protocol) for port in platforms.PORTS}) == len(platforms.PORTS)
