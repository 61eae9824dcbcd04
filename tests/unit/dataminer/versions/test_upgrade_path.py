"""The rules of the upgrade path, P1 to P14 (7), and the way that is advised instead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites.downgrade import cautions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites.path_rules import PATH_RULES, RULES, PathFacts
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.upgrade_path import (
    HopKind,
    StepKind,
    hop_kind,
    in_words,
    route,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import Version, parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact, NotRead
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import judge
from hypothesis import given
from hypothesis import strategies as st


def facts(source, target, kind=PackageKind.FULL, ports=False, migrated=False):
    return PathFacts(Fact.known(parse(source)), parse(target), kind, Fact.known(ports), Fact.known(migrated))


def blockers(source, target, **more):
    return [finding.rule.removeprefix("dataminer.path.") for finding in judge(RULES, facts(source, target, **more)).blockers]


def way(source, target, migrated=None):
    return in_words(route(parse(source), parse(target), migrated=migrated))


@pytest.mark.parametrize(
    ("source", "target", "kind", "rule"),
    [
        ("10.5.0 CU3", "10.5.0 CU11", HopKind.LATER_CU, "P1"),
        ("10.4.3", "10.4.12", HopKind.LATER_FEATURE, "P2"),
        ("10.4.12", "10.4.0 CU14", HopKind.OLDER_MAIN, "P3"),
        ("10.4.0 CU14", "10.4.12", HopKind.FEATURE_OF_MAIN, "P4"),
        ("10.4.12", "10.5.0 CU0", HopKind.NEXT_LINE, "P5"),
        ("10.4.0 CU3", "10.5.6", HopKind.NEXT_LINE, "P5"),
        ("10.3.0 CU3", "10.5.6", HopKind.SKIPPING, "P6"),
        ("10.5.6", "10.5.3", HopKind.BACK, "P14"),
        ("10.5.0 CU4", "10.4.0 CU20", HopKind.BACK, "P14"),
        ("10.5.0 CU4", "10.5.0 CU4", HopKind.SAME, ""),
        ("9.6.0 CU3", "10.0.0 CU19", HopKind.NEXT_LINE, "P5"),
    ],
)
def test_every_hop_is_of_the_documented_kind(source, target, kind, rule):
    assert hop_kind(parse(source), parse(target)) is kind
    assert kind.rule == rule


@pytest.mark.parametrize(
    ("source", "target"),
    [("10.5.0 CU3", "10.5.0 CU11"), ("10.4.3", "10.4.12"), ("10.4.12", "10.5.0 CU0"), ("10.4.0 CU9", "10.5.8"), ("10.6.1", "10.7.1")],
)
def test_p1_p2_p5_direct_hops_are_allowed(source, target):
    assert blockers(source, target) == []
    assert way(source, target) == f"install {parse(target)}"


def test_p3_feature_release_does_not_go_to_its_own_main_release():
    assert blockers("10.4.12", "10.4.0 CU14") == ["older_main"]
    assert way("10.4.12", "10.4.0 CU14") == "install the latest CU of 10.5.0"


def test_p3_the_way_out_of_10_5_needs_the_migration_too():
    assert way("10.5.6", "10.5.0 CU12") == (
        "install 10.5.12 CU2 or a later CU first, then migrate to BrokerGateway, then install the latest CU of 10.6.0"
    )


def test_p4_change_to_the_feature_track_is_allowed_and_remarked():
    judgement = judge(RULES, facts("10.4.0 CU14", "10.4.12"))
    assert not judgement.is_blocked
    assert [(one.rule, one.severity) for one in judgement.findings] == [("dataminer.path.main_to_feature", Severity.INFO)]


def test_p6_a_skipped_line_is_put_in_between():
    assert blockers("10.2.0 CU3", "10.4.0 CU10") == ["skipped_lines"]
    assert way("10.2.0 CU3", "10.4.0 CU10") == "install the latest CU of 10.3.0 first, then install 10.4.0 CU10"


def test_p7_10_6_needs_broker_gateway():
    assert blockers("10.5.0 CU12", "10.6.0 CU1") == ["broker_gateway"]
    assert way("10.5.0 CU12", "10.6.0 CU1") == "migrate to BrokerGateway first, then install 10.6.0 CU1"
    assert blockers("10.5.0 CU12", "10.6.0 CU1", migrated=True) == []


def test_p7_migration_is_advised_from_10_5_0_cu11_on():
    assert way("10.5.0 CU3", "10.6.1") == "install 10.5.0 CU11 or a later CU first, then migrate to BrokerGateway, then install 10.6.1"


def test_p7_a_cumulative_update_that_is_not_known_is_taken_for_an_early_one():
    assert way("10.5.0.0-15921", "10.6.1").startswith("install 10.5.0 CU11 or a later CU first")


def test_p7_a_cluster_migrated_on_an_early_version_need_not_go_back():
    assert blockers("10.5.0 CU3", "10.6.1", migrated=True) == []
    assert way("10.5.0 CU3", "10.6.1", migrated=True) == "install 10.6.1"


def test_p7_10_5_0_before_cu2_is_too_old_even_when_migrated():
    assert blockers("10.5.0 CU1", "10.6.1", migrated=True) == ["broker_gateway"]


def test_p7_whether_the_cluster_is_migrated_is_never_guessed():
    seen = replace(facts("10.5.0 CU12", "10.6.1"), migrated=Fact.unread("BrokerGateway on node 2", "denied"))
    (finding,) = judge(RULES, seen).blockers
    assert finding.rule == "dataminer.path.broker_gateway"
    assert finding.unknown


def test_p6_and_p7_two_hops_with_the_migration_between():
    assert blockers("10.4.0 CU4", "10.6.0 CU1") == ["skipped_lines", "broker_gateway"]
    assert way("10.4.0 CU4", "10.6.0 CU1") == (
        "install 10.5.0 CU11 or a later CU first, then migrate to BrokerGateway, then install 10.6.0 CU1"
    )


def test_p7_the_migration_comes_before_the_first_10_6():
    steps = route(parse("10.5.0 CU11"), parse("10.7.1"))
    assert [step.kind for step in steps] == [StepKind.MIGRATE, StepKind.INSTALL, StepKind.INSTALL]


def test_p8_10_1_is_no_stop_on_the_way_from_10_0():
    assert "10.1" not in way("10.0.0 CU19", "10.3.0 CU3")
    assert "the latest CU of 10.2.0" in way("10.0.0 CU19", "10.3.0 CU3")


@pytest.mark.parametrize("source", ["9.6.5", "9.6.0 CU10", "10.0.0 CU18"])
def test_p9_old_versions_go_to_10_0_0_cu19_first(source):
    assert "before_10_1" in blockers(source, "10.2.0 CU3", ports=True)
    assert way(source, "10.2.0 CU3").startswith("install 10.0.0 CU19 first, then run VerifyClusterPorts.dmupgrade")
    assert "before_10_1" not in blockers(source, "10.0.0 CU19")


def test_p9_versions_before_9_6_are_left_to_the_vendor():
    finding = next(one for one in judge(RULES, facts("9.5.3", "10.0.0 CU19")).blockers if one.rule.endswith("before_10_1"))
    assert "ask the vendor" in finding.fix


def test_p10_from_10_0_to_10_2_the_ports_are_verified_first():
    assert blockers("10.0.0 CU19", "10.2.0 CU3") == ["cluster_ports"]
    assert blockers("10.0.0 CU19", "10.2.0 CU3", ports=True) == []


@pytest.mark.parametrize(("source", "refused"), [("10.1.0 CU11", True), ("10.1.0 CU12", False), ("10.2.2", True), ("10.2.3", False)])
def test_p11_10_2_7_needs_10_1_0_cu12_or_10_2_3(source, refused):
    assert ("feature_10_2_7" in blockers(source, "10.2.7")) is refused
    assert "feature_10_2_7" not in blockers(source, "10.2.8")


@pytest.mark.parametrize(
    ("source", "target", "rule"),
    [
        ("10.3.0 CU9", "10.5.4", ["web_10_5"]),
        ("10.4.0 CU9", "10.5.4", []),
        ("10.4.0 CU9", "10.6.1", ["web_10_6"]),
        ("10.4.0 CU9", "10.7.1", ["web_10_6"]),
        ("10.5.0 CU9", "10.6.1", []),
    ],
)
def test_p12_p13_web_packages_need_a_server_of_a_certain_age(source, target, rule):
    assert blockers(source, target, kind=PackageKind.WEB) == rule


def test_web_packages_are_judged_by_no_other_rule():
    judgement = judge(RULES, facts("10.3.0 CU1", "10.5.4", kind=PackageKind.WEB))
    assert set(judgement.skipped) == {rule.name for rule in RULES} - {"dataminer.path.web_10_5", "dataminer.path.web_10_6"}


def test_p14_a_downgrade_is_refused_with_what_it_would_take():
    assert blockers("10.5.6", "10.5.3") == ["downgrade"]
    (finding,) = judge(RULES, facts("10.4.6", "10.3.5")).blockers
    assert "snapshots" in finding.fix
    assert "VerifyNatsIsRunning.dll" in finding.fix
    assert "StorageModule 3.0.3" in finding.fix
    assert route(parse("10.5.6"), parse("10.5.3")) == ()


def test_cautions_of_a_downgrade_depend_on_the_pair_of_versions():
    texts = " ".join(one.text for one in cautions(parse("10.6.1"), parse("10.5.0 CU4")))
    assert "NATS managed by SLNet" in texts
    assert "VerifyNatsIsRunning" not in texts


@pytest.mark.parametrize(
    ("source", "target", "told"), [("10.3.8", "10.3.7", True), ("10.3.6", "10.3.4", False), ("10.4.3", "10.3.8", False)]
)
def test_modules_are_replaced_only_between_the_documented_versions(source, target, told):
    assert any("StorageModule" in one.text for one in cautions(parse(source), parse(target))) is told


def test_two_cumulative_updates_that_are_not_known_are_not_compared():
    with pytest.raises(NotRead, match="newer"):
        hop_kind(parse("10.5.0"), parse("10.5.0 CU3"))
    judgement = judge(RULES, facts("10.5.0", "10.5.0 CU3"))
    assert [(one.rule, one.unknown) for one in judgement.blockers] == [("dataminer.path.downgrade", True)]


def test_a_source_that_could_not_be_read_blocks():
    seen = PathFacts(Fact.unread("the version", "denied"), parse("10.5.4"), PackageKind.FULL, Fact.known(True), Fact.known(True))
    assert judge(RULES, seen).is_blocked


def test_the_table_has_all_fourteen_rows_and_every_rule_stands_in_it():
    assert [row.number for row in PATH_RULES] == [f"P{number}" for number in range(1, 15)]
    assert {row.rule for row in PATH_RULES if row.rule} == set(RULES.names)
    assert all(row.number in row.reference for row in PATH_RULES)
    assert all(RULES[row.rule].reference.startswith(row.reference.split(",")[0][:4]) for row in PATH_RULES if row.rule)


RELEASES = st.builds(Version, st.just(10), st.integers(0, 8), st.integers(0, 12), cu=st.integers(0, 25))


@given(RELEASES, RELEASES)
def test_every_way_forward_ends_at_the_target_and_only_goes_forward(source, target):
    steps = route(source, target)
    kind = hop_kind(source, target)
    if kind in (HopKind.SAME, HopKind.BACK):
        assert steps == ()
    elif kind is not HopKind.OLDER_MAIN:
        assert steps[-1].what == str(target)
    assert len([step for step in steps if step.kind is StepKind.MIGRATE]) <= 1


@given(RELEASES, RELEASES)
def test_every_pair_of_versions_is_judged(source, target):
    seen = PathFacts(Fact.known(source), target, PackageKind.FULL, Fact.known(False), Fact.known(False))
    judgement = judge(RULES, seen)
    assert all(finding.fix for finding in judgement.findings)
    # What the rules let pass needs no stop on the way.
    if not judgement.is_blocked and source != target:
        assert len(route(source, target, migrated=False)) == 1
