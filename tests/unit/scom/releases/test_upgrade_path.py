"""Paths between releases (2.1) and what both sides of a hop must support (6.3, 6.4)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases import platforms
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import (
    OsRole,
    ServerOs,
    SqlVersion,
    minimum,
    server_os,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.upgrade_path import (
    HOPS,
    hops_between,
    next_hop,
    path_advice,
)

ALL = list(Release)


def targets(source, target):
    return [str(hop.target) for hop in hops_between(Release(source), Release(target))]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("2012 R2", "2016"),
        ("2012 R2", "1801"),
        ("2016", "1801"),
        ("1801", "1807"),
        ("2016", "2019"),
        ("1801", "2019"),
        ("1807", "2019"),
        ("2019", "2022"),
        ("2022", "2025"),
    ],
)
def test_documented_paths_take_one_hop(source, target):
    assert targets(source, target) == [target]
    assert "D" in next_hop(Release(source), Release(target)).reference


@pytest.mark.parametrize(
    ("source", "target", "way"),
    [
        ("2019", "2025", ["2022", "2025"]),
        ("2016", "2025", ["2019", "2022", "2025"]),
        ("2016", "2022", ["2019", "2022"]),
        ("2012 R2", "2019", ["2016", "2019"]),
        ("1801", "2022", ["2019", "2022"]),
    ],
)
def test_a_target_more_than_one_release_away_is_reached_hop_by_hop(source, target, way):
    assert targets(source, target) == way


def test_2016_cannot_go_to_2022_at_once():
    """Only a copy of the requirements from before the release lists that path: unsupported."""
    assert not [hop for hop in HOPS if (hop.source, hop.target) == (Release.R2016, Release.R2022)]


def test_2019_to_2025_is_advised_to_stop_at_2022():
    advice = path_advice(Release.R2019, Release.R2025)
    assert advice.seen == "release 2019"
    assert advice.wanted == "2022, the only releases with a supported path to 2025"
    assert advice.fix == "upgrade to 2022 first, then to 2025"
    assert advice.reference == "2.1 D"


@pytest.mark.parametrize(("source", "target"), [(a, b) for a in ALL for b in ALL if a > b])
def test_there_is_no_way_back(source, target):
    assert hops_between(source, target) == ()
    assert "restoring both databases" in path_advice(source, target).fix


@pytest.mark.parametrize("release", ALL)
def test_a_release_at_its_target_needs_no_hop_and_no_advice(release):
    assert hops_between(release, release) == ()
    assert next_hop(release, release) is None
    assert path_advice(release, release) is None


def test_direct_paths_need_no_advice():
    assert path_advice(Release.R2022, Release.R2025) is None


def test_1807_is_a_patch_and_not_installed_from_media():
    assert not next_hop(Release.R1801, Release.R1807).by_media
    assert "patch" in path_advice(Release.R1801, Release.R1807).fix


def test_every_newer_release_is_reached_from_every_older_one_by_some_way():
    without_way = [(a.value, b.value) for a in ALL for b in ALL if a < b and not hops_between(a, b)]
    assert without_way == []


# The vendor's own table of what both sides of a hop support (6.4); of the other hops it does not know one side.
BOTH_SIDES = {
    ("2016", "2019"): ("WS2016", "SQL Server 2016"),
    ("2019", "2022"): ("WS2016 WS2019", "SQL Server 2017, SQL Server 2019 CU8 or later"),
    ("2022", "2025"): ("WS2019 WS2022", "SQL Server 2017, SQL Server 2019 CU8 or later, SQL Server 2022 CU11 or later"),
}


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: f"{hop.source} to {hop.target}")
def test_both_sides_of_a_hop_agree_with_the_minimums_of_both_releases(hop):
    listed = BOTH_SIDES.get((hop.source.value, hop.target.value))
    if listed is None:
        assert (hop.server_os, hop.sql) == (None, None)
        return
    assert " ".join(sorted(one.name for one in hop.server_os)) == listed[0]
    assert ", ".join(sorted(map(str, hop.sql))) == listed[1]


def test_2012_r2_must_be_at_ur12():
    assert {hop.needs_rollup for hop in HOPS if hop.source is Release.R2012R2} == {"UR12"}


def test_2019_is_advised_to_be_at_ur3_before_2022():
    assert next_hop(Release.R2019, Release.R2022).advises_rollup == "UR3"


@pytest.mark.parametrize(
    ("version", "hop", "admitted"),
    [
        ("13.0.6300.2", (Release.R2022, Release.R2025), False),
        ("13.0.6300.2", (Release.R2016, Release.R2019), True),
        ("14.0.1000.169", (Release.R2022, Release.R2025), True),
        ("15.0.2000.5", (Release.R2022, Release.R2025), False),
        ("15.0.4063.15", (Release.R2022, Release.R2025), False),
        ("15.0.4073.23", (Release.R2022, Release.R2025), True),
        ("16.0.4095.4", (Release.R2022, Release.R2025), False),
        ("16.0.4105.2", (Release.R2022, Release.R2025), True),
        ("16.0.4105.2", (Release.R2019, Release.R2022), False),
        ("17.0.1000.7", (Release.R2022, Release.R2025), False),
    ],
)
def test_sql_must_be_supported_by_both_sides(version, hop, admitted):
    assert any(floor.admits(SqlVersion.parse(version)) for floor in next_hop(*hop).sql) is admitted


def test_a_server_on_windows_2016_cannot_go_to_2025():
    assert ServerOs.WS2016 not in next_hop(Release.R2022, Release.R2025).server_os


def test_a_server_on_windows_2025_cannot_have_come_from_2022():
    assert ServerOs.WS2025 not in next_hop(Release.R2022, Release.R2025).server_os


@pytest.mark.parametrize(
    ("build", "release"),
    [(9600, "WS2012R2"), (14393, "WS2016"), (17763, "WS2019"), (20348, "WS2022"), (26100, "WS2025")],
)
def test_windows_server_is_known_by_its_build(build, release):
    assert server_os(build) is ServerOs[release]
    assert server_os(build, "Server Core") is ServerOs[release]


def test_a_client_with_the_build_of_a_server_is_no_server():
    assert server_os(17763, "Client") is None
    assert server_os(1) is None


def test_only_2025_states_a_dotnet_release():
    assert [row.dotnet_release for row in platforms.MINIMUMS] == [None, None, None, 461808]


def test_agents_on_windows_2012_block_2022():
    assert ServerOs.WS2012R2 in minimum(Release.R2019).operating_systems(OsRole.AGENT)
    assert ServerOs.WS2012R2 not in minimum(Release.R2022).operating_systems(OsRole.AGENT)
    assert minimum(Release.R2016).operating_systems(OsRole.AGENT) is None


def test_front_ends_do_not_run_on_server_core():
    assert minimum(Release.R2025).runs_on_core(OsRole.SERVER)
    assert not minimum(Release.R2025).runs_on_core(OsRole.FRONT)
    assert minimum(Release.R2019).runs_on_core(OsRole.CONSOLE)
    assert not minimum(Release.R2022).runs_on_core(OsRole.CONSOLE)


def test_floors_read_as_an_operator_would_say_them():
    assert str(platforms.SQL2019_CU8) == "SQL Server 2019 CU8 or later"
    assert str(platforms.SQL2017) == "SQL Server 2017"
    assert str(ServerOs.WS2022) == "Windows Server 2022"
    assert SqlVersion.parse("9.0.1.0").release is None
