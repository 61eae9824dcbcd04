"""Versions as they stand in file names, on agents and in the web API (3.1), and the vendor's notation of ranges."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind, read_name
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.ranges import affected, since
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import (
    NotAVersion,
    Order,
    ProgramVersion,
    Track,
    Version,
    parse,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import NotRead
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.integers(min_value=0, max_value=60)
BUILDS = st.integers(min_value=1000, max_value=999_999)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, NUMBERS, cu=st.none() | NUMBERS, build=st.none() | BUILDS)
FULLY_KNOWN = st.builds(Version, st.integers(10, 11), st.integers(0, 2), st.integers(0, 3), st.just(0), build=st.integers(1000, 1010))


@pytest.mark.parametrize(
    ("text", "dotted", "cu", "build"),
    [
        ("10.5.4.0-15588-20250319-release", "10.5.4.0", None, 15588),
        ("10.4.0.0-14772-20240821-release", "10.4.0.0", None, 14772),
        ("10.2.0.0-11897-CU4", "10.2.0.0", 4, 11897),
        ("10.4.0-CU4", "10.4.0.0", 4, None),
        ("10.3.0.0 - 12790", "10.3.0.0", None, 12790),
        ("HF_10.0.7.0(CU0)_20200520-135714", "10.0.7.0", 0, None),
        ("10.5.0 CU11", "10.5.0.0", 11, None),
        ("10.5.12 CU2", "10.5.12.0", 2, None),
        ("10.6.3.0(CU0)-16815", "10.6.3.0", 0, 16815),
        ("DataMiner 10.4.9.0-14794 Full Upgrade.dmupgrade", "10.4.9.0", None, 14794),
        ("DataMiner v10.5.6", "10.5.6.0", None, None),
    ],
)
def test_every_documented_way_of_writing_a_version_is_read(text, dotted, cu, build):
    version = parse(text)
    assert (version.dotted, version.cu, version.build) == (dotted, cu, build)


def test_date_and_channel_of_an_installed_string_are_kept():
    version = parse("10.5.4.0-15588-20250319-release")
    assert (version.date, version.channel, version.is_hotfix) == ("20250319", "release", False)


def test_a_hotfix_is_known_by_its_prefix():
    version = parse("HF_10.0.7.0(CU0)_20200520-135714")
    assert version.is_hotfix
    assert version.date == "20200520"
    assert not parse("10.0.7.0(CU0)").is_hotfix


@pytest.mark.parametrize("text", ["", "Hotfix", "10.5", "release", "10..5.0", "v", "1.2.3.4.5"])
def test_a_text_without_a_version_is_refused(text):
    with pytest.raises(NotAVersion):
        parse(text)


@pytest.mark.parametrize("text", ["10.3.2243.10098", "10.4.2343.27106", "10.3.2317.354"])
def test_version_of_a_program_file_is_never_taken_for_a_release(text):
    with pytest.raises(NotAVersion, match="program file"):
        parse(text)
    assert ProgramVersion.parse(text).line == (10, int(text.split(".")[1]))


def test_a_program_version_is_written_as_it_was():
    assert str(ProgramVersion.parse(" 10.3.2317.354\n")) == "10.3.2317.354"


@pytest.mark.parametrize("text", ["10.5.4.0", "10.5.4", "0.0.1.52414", "x"])
def test_a_release_is_never_taken_for_the_version_of_a_program_file(text):
    with pytest.raises(NotAVersion):
        ProgramVersion.parse(text)


def test_third_number_tells_the_track():
    assert parse("10.5.0.0").track is Track.MAIN
    assert parse("10.5.1.0").track is Track.FEATURE


def test_numbers_count_before_builds_because_builds_rise_across_tracks():
    """10.4.0.0-15634 was built after 10.5.5.0-15596."""
    assert parse("10.4.0.0-15634").compare(parse("10.5.5.0-15596")) is Order.OLDER


def test_inside_one_main_release_the_build_tells_cumulative_updates_apart():
    assert parse("10.5.0.0-15921").compare(parse("10.5.0.0-15500")) is Order.NEWER
    assert parse("10.5.0.0-15921-CU4").compare(parse("10.5.0.0-15921")) is Order.SAME


def test_without_builds_the_cumulative_update_decides():
    assert parse("10.5.0 CU3").compare(parse("10.5.0 CU11")) is Order.OLDER


def test_equal_numbers_without_build_or_cu_are_not_decided():
    assert parse("10.5.0").compare(parse("10.5.0 CU11")) is Order.UNDECIDED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.5.4.0-15588", "10.5.4.0-15588", True),
        ("10.5.4.0-15588", "10.5.4", True),
        ("10.5.4", "10.5.4.0-15588", True),
        ("10.5.4.0-15588", "10.5.4.0-15589", False),
        ("10.5.4", "10.5.5", False),
    ],
)
def test_versions_are_the_same_as_far_as_both_tell(one, other, same):
    assert parse(one).same_numbers(parse(other)) is same


def test_cu_told_by_the_operator_is_taken_where_the_text_has_none():
    assert parse("10.5.0.0-15921").with_cu(4).cu == 4
    assert parse("10.5.0.0-15921-CU5").with_cu(4).cu == 5
    assert parse("10.5.0.0-15921").with_cu(None).cu is None


@given(VERSIONS, VERSIONS)
def test_comparing_the_other_way_round_gives_the_opposite(one, other):
    opposite = {Order.OLDER: Order.NEWER, Order.NEWER: Order.OLDER}
    assert one.compare(other) is opposite.get(other.compare(one), other.compare(one))


@given(FULLY_KNOWN, FULLY_KNOWN, FULLY_KNOWN)
def test_order_of_versions_with_builds_is_transitive(one, two, three):
    if one.compare(two) is Order.OLDER and two.compare(three) is Order.OLDER:
        assert one.compare(three) is Order.OLDER


@given(VERSIONS)
def test_what_is_written_for_an_operator_is_read_back(version):
    assert parse(str(version).replace("(build ", "-").replace(")", "")).numbers == version.numbers


@given(st.text())
def test_any_text_is_a_version_or_refused(text):
    try:
        assert parse(text).numbers >= (0, 0, 0, 0)
    except NotAVersion as error:
        assert str(error)


@given(st.text())
def test_any_file_name_is_read(text):
    assert read_name(text).kind in PackageKind


@pytest.mark.parametrize(
    ("file", "kind", "version", "channel"),
    [
        ("DataMiner 10.4.9.0-14794 Full Upgrade.dmupgrade", "full", "10.4.9 (build 14794)", ""),
        ("DataMiner 10.6.3.0(CU0)-16815 Full Upgrade (internal).dmupgrade", "full", "10.6.3 CU0 (build 16815)", "internal"),
        ("DataMiner 10.4.0.0-15634 Web Upgrade (internal).dmupgrade", "web", "10.4.0 (build 15634)", "internal"),
        ("DataMiner 10.5.0.0-15921 Full Upgrade (rc).dmupgrade", "full", "10.5.0 (build 15921)", "rc"),
        ("DataMiner 10.5.0.0(CU4)-15921 Partial Upgrade.dmupgrade", "delta", "10.5.0 CU4 (build 15921)", ""),
        ("DataMiner 10.5.0.0(CU4)-15921 Full Upgrade.dmupdate", "delta", "10.5.0 CU4 (build 15921)", ""),
        ("C:\\Packages\\DataMiner 10.4.9.0-14794 Full Upgrade GER-1 PS-2.dmupgrade", "full", "10.4.9 (build 14794)", ""),
    ],
)
def test_file_name_tells_kind_version_and_channel(file, kind, version, channel):
    name = read_name(file)
    assert (name.kind.value, str(name.version), name.channel) == (kind, version, channel)


@pytest.mark.parametrize(
    ("file", "helper"),
    [
        ("VerifyClusterPorts.dmupgrade", "VerifyClusterPorts"),
        ("My VerifyClusterPorts 2.dmupgrade", "VerifyClusterPorts"),
        ("VerifyGRPCConnection.dmupgrade", "VerifyGRPCConnection"),
        ("NATSMigration.dmupgrade", "NATSMigration"),
        ("NATSMigration - Prerequisite only.dmupgrade", "NATSMigration-Prerequisite"),
        ("NATSMigration-Prerequisite-only.dmupgrade", "NATSMigration-Prerequisite"),
        ("NATSMigrationRollback.dmupgrade", "NATSMigrationRollback"),
        ("EnableDotNetRemoting.dmupgrade", "EnableDotNetRemoting"),
    ],
)
def test_helper_packages_are_known_by_name_and_have_no_version(file, helper):
    name = read_name(file)
    assert (name.kind, name.helper.name, name.version) == (PackageKind.HELPER, helper, None)


def test_numbers_beyond_reason_in_a_file_name_are_no_version():
    name = read_name("DataMiner 10.999999.0.0-15000 Full Upgrade.dmupgrade")
    assert (name.kind, name.version) == (PackageKind.FULL, None)
    assert read_name("DataMiner 10.3.2317.354-15000 Full Upgrade.dmupgrade").version is None


def test_a_renamed_package_says_nothing():
    assert read_name("upgrade.dmupgrade").kind is PackageKind.UNKNOWN


@pytest.mark.parametrize(
    ("floor", "reached", "not_reached"),
    [
        (
            "10.4.0 CU14/10.5.0 CU2/10.5.5",
            ["10.4.0 CU14", "10.5.0 CU2", "10.5.5", "10.6.0 CU0", "10.6.1"],
            ["10.4.0 CU13", "10.5.0 CU1", "10.5.4"],
        ),
        ("10.6.0/10.6.1", ["10.6.0", "10.6.1", "10.7.0", "10.7.1"], ["10.5.12", "10.5.0 CU20"]),
        ("10.3.0 CU11/10.4.2", ["10.4.0", "10.3.0 CU11", "10.4.2", "10.5.1"], ["10.3.12", "10.4.1", "10.3.0 CU10", "10.2.0"]),
        ("10.5.12/10.6.0", ["10.5.12", "10.6.1", "10.6.0"], ["10.5.11", "10.5.0 CU15"]),
        ("10.5.0 CU11/10.5.12 CU2", ["10.5.12 CU2", "10.5.0 CU11", "10.6.1"], ["10.5.12 CU1", "10.5.11"]),
    ],
)
def test_floor_counts_for_each_track_by_itself(floor, reached, not_reached):
    assert [text for text in reached if not since(floor).reached_by(parse(text))] == []
    assert [text for text in not_reached if since(floor).reached_by(parse(text))] == []


def test_floor_of_a_cumulative_update_is_not_guessed():
    with pytest.raises(NotRead, match="cumulative update"):
        since("10.5.0 CU2").reached_by(parse("10.5.0.0-15921"))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (
            "10.3.0 CU20, 10.4.0 CU8-11, 10.4.11-10.5.2",
            ["10.3.0 CU20", "10.4.0 CU8", "10.4.12", "10.5.1"],
            ["10.4.0 CU12", "10.5.3"],
        ),
        ("10.4.0, 10.4.1-10.4.4", ["10.4.0", "10.4.0 CU19", "10.4.4"], ["10.4.5", "10.5.0"]),
        ("10.6.1+, 10.6.0+, 10.5.0 CU10+", ["10.7.3", "10.6.0", "10.8.0", "10.5.0 CU10"], ["10.5.12", "10.5.0 CU9"]),
    ],
)
def test_affected_versions_are_read_as_the_vendor_writes_them(text, inside, outside):
    assert [one for one in inside if not affected(text).includes(parse(one))] == []
    assert [one for one in outside if affected(text).includes(parse(one))] == []


def test_a_version_that_may_be_affected_is_told_from_one_that_is():
    versions = affected("10.5.0 CU0-3")
    assert versions.may_include(parse("10.5.0.0-15921"))
    with pytest.raises(NotRead):
        versions.includes(parse("10.5.0.0-15921"))


@pytest.mark.parametrize("text", ["", "10.5", "10.5.0 CU", "new", "10.5.1 CU2-3"])
def test_a_slip_in_a_table_is_found_when_it_is_read(text):
    with pytest.raises(ValueError, match="no range"):
        affected(text)
    with pytest.raises(ValueError, match="no list"):
        since(text)
