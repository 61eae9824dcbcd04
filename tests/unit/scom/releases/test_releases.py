"""Releases and builds: every row of the table in section 2.2 of the product reference, and its traps."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import (
    AGENT_BUILDS,
    SERVER_BUILDS,
    AgentVersion,
    Release,
    ServerVersion,
    UnknownRelease,
    agent_build,
    agent_release,
    gateway_version,
    release_of,
    rtm_agent_version,
    rtm_server_version,
    server_build,
    server_release,
    update_rollup,
)

# Written as the documented table writes it: version, rollup -> server build, agent build ('-' where none was published).
PUBLISHED = """
2012 R2 RTM   7.1.10226.0     7.1.10184
2012 R2 UR12  7.1.10226.1304  7.1.10292
2012 R2 UR13  7.1.10226.1360  7.1.10302
2012 R2 UR14  7.1.10226.1387  7.1.10305
2016 RTM      7.2.11719.0     8.0.10918.0
2016 UR1      7.2.11759       -
2016 UR2      7.2.11822       8.0.10949
2016 UR3      7.2.11878       8.0.10970
2016 UR4      7.2.11938       8.0.10977
2016 UR5      7.2.12016       8.0.10990
2016 UR6      7.2.12066       8.0.11004
2016 UR7      7.2.12150       8.0.11025
2016 UR8      7.2.12213       8.0.11037
2016 UR9      7.2.12265       8.0.11049
2016 UR10     7.2.12324       8.0.11057
1801 RTM      7.3.13142.0     8.0.13053.0
1807 RTM      7.3.13261.0     8.0.13067.0
2019 RTM      10.19.10050.0   10.19.10014.0
2019 UR1      10.19.10311     10.19.10140
2019 UR2      10.19.10407     10.19.10153
2019 UR3      10.19.10505     10.19.10177
2019 UR4      10.19.10569     10.19.10200
2019 UR5      10.19.10606     10.19.10211
2019 UR6      10.19.10649     10.19.10253
2022 RTM      10.22.10118.0   10.22.10056.0
2022 UR1      10.22.10337     10.22.10110
2022 UR2      10.22.10610     10.22.10208
2022 UR3      10.22.11642.0   10.22.10870.0
2025 RTM      10.25.10132.0   10.25.10079.0
2025 UR1      10.25.10324.0   10.25.10994.0
"""
ROWS = [line.rsplit(maxsplit=3) for line in PUBLISHED.strip().splitlines()]
SERVER_HOTFIXES = [
    ("2016", "UR10", "7.2.12335"),
    ("2016", "UR10", "7.2.12345"),
    ("2019", "UR1", "10.19.10349"),
    ("2019", "UR2", "10.19.10475"),
    ("2019", "UR3", "10.19.10550"),
    ("2019", "UR3", "10.19.10552"),
    ("2019", "UR4", "10.19.10576"),
    ("2019", "UR5", "10.19.10615"),
    ("2019", "UR5", "10.19.10616"),
    ("2019", "UR5", "10.19.10618"),
    ("2019", "UR6", "10.19.10652"),
    ("2022", "UR1", "10.22.10448"),
    ("2022", "UR1", "10.22.10560"),
    ("2022", "UR1", "10.22.10565"),
    ("2022", "UR1", "10.22.10575"),
    ("2022", "UR2", "10.22.10618"),
    ("2022", "UR2", "10.22.10684"),
]
AGENT_HOTFIXES = [("2019", "UR3", "10.19.10185"), ("2022", "UR2", "10.22.10215")]


@pytest.mark.parametrize(("release", "rollup", "server", "agent"), ROWS)
def test_every_published_server_build_is_known(release, rollup, server, agent):
    version = ServerVersion.parse(server)
    assert server_release(version) is Release(release)
    assert update_rollup(version) == rollup


@pytest.mark.parametrize(("release", "rollup", "agent"), [(row[0], row[1], row[3]) for row in ROWS if row[3] != "-"])
def test_every_published_agent_build_is_known(release, rollup, agent):
    version = AgentVersion.parse(agent)
    assert agent_release(version) is Release(release)
    assert update_rollup(version) == rollup


@pytest.mark.parametrize(("release", "rollup", "text"), SERVER_HOTFIXES)
def test_every_published_server_hotfix_is_named_with_its_rollup(release, rollup, text):
    version = ServerVersion.parse(text)
    assert server_release(version) is Release(release)
    assert update_rollup(version) == f"{rollup} + hotfix"


@pytest.mark.parametrize(("release", "rollup", "text"), AGENT_HOTFIXES)
def test_every_published_agent_hotfix_is_named_with_its_rollup(release, rollup, text):
    version = AgentVersion.parse(text)
    assert agent_release(version) is Release(release)
    assert update_rollup(version) == f"{rollup} + hotfix"


def test_the_tables_hold_the_published_builds_and_nothing_else():
    assert {str(build.version) for build in SERVER_BUILDS} == {
        str(ServerVersion.parse(text)) for text in [row[2] for row in ROWS] + [text for *_unused, text in SERVER_HOTFIXES]
    }
    assert {str(build.version) for build in AGENT_BUILDS} == {
        str(AgentVersion.parse(text)) for text in [row[3] for row in ROWS if row[3] != "-"] + [text for *_unused, text in AGENT_HOTFIXES]
    }


@pytest.mark.parametrize("builds", [SERVER_BUILDS, AGENT_BUILDS])
def test_builds_stand_in_the_order_of_their_publication_with_a_source_each(builds):
    assert all(older.version < newer.version for older, newer in itertools.pairwise(builds) if older.release is newer.release)
    assert [build.release for build in builds] == sorted(build.release for build in builds)
    assert all(build.source.startswith("2.2 ") for build in builds)


@pytest.mark.parametrize(
    ("text", "kb"),
    [("10.19.10311.0", "KB4533415"), ("10.19.10552.0", "KB5005527"), ("10.22.11642.0", "KB5059070"), ("10.25.10324.0", "KB5068304")],
)
def test_a_build_names_its_knowledge_base_article(text, kb):
    build = server_build(ServerVersion.parse(text))
    assert build is not None
    assert build.kb == kb


def test_1801_and_1807_share_a_family_and_are_told_apart_by_the_build():
    assert server_release(ServerVersion.parse("7.3.13142.0")) is Release.R1801
    assert server_release(ServerVersion.parse("7.3.13260.0")) is Release.R1801
    assert server_release(ServerVersion.parse("7.3.13261.0")) is Release.R1807
    assert agent_release(AgentVersion.parse("8.0.13053.0")) is Release.R1801
    assert agent_release(AgentVersion.parse("8.0.13067.0")) is Release.R1807


def test_an_agent_build_may_be_above_the_server_build_of_the_same_rollup_or_below_it():
    """2025 UR1: agent 10994 above server 10324; 2022 RTM: agent 10056 below server 10118."""
    assert rtm_agent_version(Release.R2022).build < rtm_server_version(Release.R2022).build
    assert update_rollup(AgentVersion.parse("10.25.10994.0")) == update_rollup(ServerVersion.parse("10.25.10324.0")) == "UR1"


@pytest.mark.parametrize("text", ["10.19.10050.0", "10.22.10118.0"])
def test_a_server_build_in_the_agent_column_is_no_published_agent_build(text):
    """One page tells readers to expect the server build there; the build tables contradict it."""
    assert "unknown build" in update_rollup(AgentVersion.parse(text))


@pytest.mark.parametrize("text", ["10.19.10006.0", "10.19.13515.0", "10.20.18018.0", "8.0.11103.0", "8.0.11081.0", "8.0.11030.0"])
def test_log_analytics_agents_are_no_release(text):
    version = AgentVersion.parse(text)
    assert agent_release(version) is None
    assert agent_build(version) is None
    assert update_rollup(version) == f"unknown build {version}"


def test_the_number_shared_by_2016_ur9_and_a_log_analytics_agent_reads_as_2016():
    assert agent_release(AgentVersion.parse("8.0.11049.0")) is Release.R2016


def test_a_build_between_two_rows_is_at_least_the_lower_one():
    version = ServerVersion.parse("10.22.11000.0")
    build = server_build(version)
    assert build is not None
    assert (build.rollup, build.version == version) == ("UR2", False)
    assert update_rollup(version) == "UR2 or later (unknown build 10.22.11000.0)"


@pytest.mark.parametrize("text", ["10.25.10000.0", "7.0.9538.0", "10.99.1.0"])
def test_previews_and_foreign_families_are_unknown_builds(text):
    version = ServerVersion.parse(text)
    assert server_build(version) is None
    assert update_rollup(version) == f"unknown build {version}"


def test_media_install_the_rtm_build():
    assert [str(rtm_server_version(release)) for release in Release] == [
        "7.1.10226.0",
        "7.2.11719.0",
        "7.3.13142.0",
        "7.3.13261.0",
        "10.19.10050.0",
        "10.22.10118.0",
        "10.25.10132.0",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.25.10079.0", AgentVersion),
        ("10.25.10132.0", ServerVersion),
        ("7.2.11719.0", ServerVersion),
        ("8.0.10918.0", AgentVersion),
        ("10.25.10999.0", AgentVersion),
    ],
)
def test_a_gateway_may_carry_a_number_of_either_table(text, kind):
    version = gateway_version(text)
    assert version.__class__ is kind
    assert release_of(version) is not None


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("2025", Release.R2025),
        (2022, Release.R2022),
        (" 2012 R2 ", Release.R2012R2),
        ("2012r2", Release.R2012R2),
        ("SCOM 2019", Release.R2019),
        ("1807", Release.R1807),
    ],
)
def test_operators_may_write_a_release_in_the_usual_ways(text, release):
    assert Release.from_text(text) is release


@pytest.mark.parametrize("text", ["2024", "", "2012", "2022 UR3", "latest"])
def test_an_unknown_release_lists_the_known_ones(text):
    with pytest.raises(UnknownRelease, match="2012 R2, 2016, 1801, 1807, 2019, 2022, 2025"):
        Release.from_text(text)


def test_releases_are_ordered_by_age_and_not_as_text():
    newest_first = [*Release][::-1]
    assert sorted(newest_first) == list(Release)
    assert Release.R2016 < Release.R1801 < Release.R1807 < Release.R2019
    assert Release.R2025 >= Release.R2025 > Release.R2022
    assert Release.R2012R2 <= Release.R2012R2
    assert f"{Release.R2012R2}" == "2012 R2"
    with pytest.raises(TypeError):
        assert Release.R2016 < "2019"
