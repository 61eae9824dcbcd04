"""Known issues K1 to K10 (7): each with a system that is concerned and one that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites.known_issues import (
    RULES,
    IssueFacts,
    NodeFacts,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import judge

SOUND_NODE = NodeFacts(
    expired_users=Fact.known(()),
    default_upgrade_options=Fact.known(False),
    antivirus=Fact.known(()),
    antivirus_excludes=Fact.known(False),
    snmpv3_elements=Fact.known(0),
    directory_answers_empty=Fact.known(False),
)


def situation(source="10.4.0 CU10", target="10.5.0 CU12", web=None, node=None, failover=False, several=False, lacks_executor=False):
    return IssueFacts(
        source=Fact.known(parse(source)),
        source_web=Fact.known(parse(web or source)),
        target=parse(target),
        has_failover=Fact.known(failover),
        several_failover_addresses=Fact.known(several),
        nodes={"dma1": SOUND_NODE, "dma2": replace(SOUND_NODE, **{name: Fact.known(value) for name, value in (node or {}).items()})},
        package_lacks_executor=lacks_executor,
    )


def found(**seen):
    return [one.rule.removeprefix("dataminer.known.") for one in judge(RULES, situation(**seen)).findings]


@pytest.mark.parametrize("target", ["10.5.0 CU3", "10.5.6", "10.5.7"])
@pytest.mark.parametrize("source", ["10.4.0 CU4", "10.4.0 CU19", "10.4.1", "10.4.4"])
def test_k1_prerequisites_of_these_targets_do_not_load_on_10_4_0_to_10_4_4(source, target):
    assert found(source=source, target=target) == ["prerequisites_cannot_load"]


@pytest.mark.parametrize(("source", "target"), [("10.4.5", "10.5.6"), ("10.4.0 CU4", "10.5.0 CU2"), ("10.4.1", "10.5.8")])
def test_k1_other_pairs_are_not_concerned(source, target):
    assert found(source=source, target=target) == []


@pytest.mark.parametrize("target", ["10.5.1", "10.5.2"])
def test_k2_expired_users_make_the_upgrade_hang(target):
    (finding,) = judge(RULES, situation(source="10.4.12", target=target, node={"expired_users": ("alice", "bob")})).findings
    assert (finding.rule, finding.subject) == ("dataminer.known.expired_users", "dma2")
    assert "alice, bob" in finding.seen
    assert found(source="10.4.12", target="10.5.3", node={"expired_users": ("alice",)}) == []


@pytest.mark.parametrize(
    ("source", "target", "concerned"),
    [("10.4.0 CU6", "10.4.9", True), ("10.4.0 CU10", "10.4.12", True), ("10.4.0 CU5", "10.4.9", False), ("10.4.0 CU6", "10.4.8", False)],
)
def test_k3_snmpv3_elements_after_a_change_of_track(source, target, concerned):
    assert (found(source=source, target=target, node={"snmpv3_elements": 3}) == ["snmpv3"]) is concerned
    assert found(source=source, target=target) == []


@pytest.mark.parametrize("target", ["10.4.0 CU14", "10.5.0 CU2", "10.5.5"])
def test_k4_antivirus_must_leave_dataminer_alone(target):
    assert found(target=target, source="10.4.0 CU10", node={"antivirus": ("Example AV",)}) == ["antivirus"]
    assert found(target=target, source="10.4.0 CU10", node={"antivirus": ("Example AV",), "antivirus_excludes": True}) == []


@pytest.mark.parametrize(
    ("target", "concerned"),
    [("10.4.0 CU15", True), ("10.4.0 CU16", False), ("10.5.0 CU3", True), ("10.5.0 CU4", False), ("10.5.5", True), ("10.5.7", False)],
)
def test_k5_changed_defaults_keep_slnet_from_starting(target, concerned):
    seen = found(source="10.3.0 CU20", target=target, node={"default_upgrade_options": True})
    assert ("default_upgrade_options" in seen) is concerned


@pytest.mark.parametrize(
    ("source", "concerned"), [("10.4.0 CU13", True), ("10.4.0 CU16", False), ("10.5.0 CU3", True), ("10.5.0 CU4", False)]
)
def test_k5_a_source_in_that_range_is_concerned_as_a_target_is(source, concerned):
    """The vendor's guard is for the target or the source: with the element, SLNet of the source does not come up again."""
    seen = found(source=source, target="10.5.0 CU12", node={"default_upgrade_options": True})
    assert seen == (["default_upgrade_options"] if concerned else [])


@pytest.mark.parametrize("target", ["10.3.0 CU9", "10.3.0 CU10", "10.3.12", "10.4.1"])
def test_k6_failover_pairs_stay_offline(target):
    assert found(source="10.3.0 CU8", target=target, failover=True) == ["failover_stays_offline"]
    assert found(source="10.3.0 CU8", target=target) == []


@pytest.mark.parametrize("target", ["10.3.0 CU20", "10.4.0 CU8", "10.4.0 CU11", "10.4.11", "10.5.2"])
def test_k7_several_virtual_addresses_are_not_taken(target):
    assert "virtual_address_not_taken" in found(source="10.3.0 CU8", target=target, several=True, failover=True)
    assert found(source="10.3.0 CU8", target=target, failover=True) == []


@pytest.mark.parametrize("target", ["10.4.0 CU4", "10.4.0 CU11", "10.4.7", "10.5.1"])
def test_k8_domain_users_are_locked_out_without_a_netbios_name(target):
    assert found(source="10.4.0 CU3", target=target, node={"directory_answers_empty": True}) == ["domain_users_locked_out"]


@pytest.mark.parametrize("web", ["10.5.0 CU0", "10.5.2", "10.5.3"])
def test_k9_gqi_loses_its_library_on_the_way_to_later_web_versions(web):
    (finding,) = judge(RULES, situation(source="10.5.4", web=web, target="10.5.9")).findings
    assert (finding.rule, finding.severity) == ("dataminer.known.gqi_library", Severity.WARNING)


@pytest.mark.parametrize(
    ("web", "target"), [("10.5.4", "10.5.9"), ("10.5.3", "10.6.6"), ("10.5.3", "10.6.0 CU3"), ("10.5.0 CU0", "10.5.0 CU15")]
)
def test_k9_other_pairs_are_not_concerned(web, target):
    assert found(source="10.5.4", web=web, target=target) == []


def test_k10_a_package_without_executor_is_refused():
    (finding,) = judge(RULES, situation(lacks_executor=True)).findings
    assert finding.rule == "dataminer.known.package_without_executor"
    assert finding.severity is Severity.BLOCKER


def test_a_sound_system_has_no_finding():
    assert found() == []


def test_what_could_not_be_read_of_a_node_blocks_where_it_matters():
    seen = situation(source="10.4.12", target="10.5.1")
    seen = replace(seen, nodes={**seen.nodes, "dma3": replace(SOUND_NODE, expired_users=Fact.unread("Security.xml", "denied"))})
    (finding,) = judge(RULES, seen).findings
    assert (finding.subject, finding.unknown, finding.rule) == ("dma3", True, "dataminer.known.expired_users")


def test_a_target_whose_cumulative_update_is_not_known_is_no_matter_for_a_system_that_is_not_concerned():
    assert found(source="10.4.5", target="10.5.0.0-15921") == []
    assert found(source="10.4.0.0-14772", target="10.4.9") == []


def test_a_target_whose_cumulative_update_is_not_known_counts_where_the_system_is_concerned():
    """An upgrade file of a main release need not name its CU; the operator can."""
    assert found(target="10.5.0.0-15921", source="10.4.0 CU10", node={"default_upgrade_options": True}) != []
    judgement = judge(RULES, situation(target="10.5.0.0-15921", source="10.4.0 CU10", node={"default_upgrade_options": True}))
    unknown = [one.rule for one in judgement.findings if one.unknown]
    assert "dataminer.known.default_upgrade_options" in unknown


def test_each_of_the_ten_issues_has_its_rule():
    assert [rule.reference.split()[1].rstrip(",") for rule in RULES] == [f"K{number}" for number in range(1, 11)]
