"""Failover: roles by two independent signs (5.2), the four policies (5.3), and what a pair must look like (5.7)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover import policy as failover_policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import (
    POLICIES,
    Policy,
    PolicyFacts,
    PolicyUnresolved,
    resolve,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import (
    RULES,
    Pair,
    Role,
    RoleSign,
    SignKind,
    dms_sign,
    failover_log_sign,
    online_afterwards,
    rewrite_rule_sign,
    tell_role,
    virtual_address_sign,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact, NotRead
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import judge
from hypothesis import given
from hypothesis import strategies as st

LOG = b"2031/01/15 22:10:01.004|SLNet.exe|UpdateFailoverSwitchStatus|CRU|0|41|Failover Status => %s\r\n"
SIGNS = [RoleSign(kind, role) for kind in SignKind for role in Role]


def role(*signs):
    return tell_role(signs).role


def test_two_signs_that_agree_tell_the_role():
    assert role(virtual_address_sign(["10.20.0.11", "10.20.0.10"], ["10.20.0.10"]), failover_log_sign(LOG % b"Online")) is Role.ONLINE
    assert role(rewrite_rule_sign(True), dms_sign("Offline")) is Role.OFFLINE


def test_one_sign_is_not_enough():
    told = tell_role([RoleSign(SignKind.VIRTUAL_ADDRESS, Role.ONLINE)])
    assert (told.role, told.doubt) == (None, "one sign is not enough")


def test_the_same_sign_twice_is_one_sign():
    assert role(RoleSign(SignKind.FAILOVER_LOG, Role.ONLINE), RoleSign(SignKind.FAILOVER_LOG, Role.ONLINE)) is None


def test_signs_that_contradict_each_other_tell_nothing():
    assert role(RoleSign(SignKind.VIRTUAL_ADDRESS, Role.ONLINE), RoleSign(SignKind.FAILOVER_LOG, Role.OFFLINE)) is None


def test_dms_xml_may_be_stale_and_does_not_stand_against_two_others():
    strong = (RoleSign(SignKind.VIRTUAL_ADDRESS, Role.ONLINE), RoleSign(SignKind.FAILOVER_LOG, Role.ONLINE))
    assert role(*strong, RoleSign(SignKind.DMS_XML, Role.OFFLINE)) is Role.ONLINE
    assert role(strong[0], RoleSign(SignKind.DMS_XML, Role.OFFLINE)) is None


def test_dms_xml_alone_tells_nothing():
    assert role(RoleSign(SignKind.DMS_XML, Role.ONLINE)) is None


@given(st.lists(st.sampled_from(SIGNS), max_size=5))
def test_a_role_always_has_two_kinds_of_signs_behind_it(signs):
    told = tell_role(signs)
    assert told.role is None or len({sign.kind for sign in signs if sign.role is told.role}) >= 2
    assert (told.role is None) == bool(told.doubt)


@given(st.lists(st.sampled_from(SIGNS), max_size=4))
def test_the_order_of_signs_does_not_matter(signs):
    assert len({tell_role(order).role for order in itertools.permutations(signs)}) <= 1


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (b"Online", Role.ONLINE),
        (b"Offline", Role.OFFLINE),
        (b"Preparing to go online", Role.SWITCHING),
        (b"Going Online", Role.SWITCHING),
    ],
)
def test_the_last_state_in_the_failover_log_counts(state, told):
    assert failover_log_sign(LOG % b"Offline" + b"other line\r\n" + LOG % state).role is told


def test_a_log_without_a_known_state_is_no_sign():
    assert failover_log_sign(b"") is None
    assert failover_log_sign(LOG % b"Something new") is None


def test_a_node_with_all_of_its_virtual_addresses_is_online():
    assert virtual_address_sign(["10.20.0.11", "10.20.0.10", "10.30.0.10"], ["10.20.0.10", "10.30.0.10"]).role is Role.ONLINE
    assert virtual_address_sign(["10.20.0.10"], ["10.20.0.10"]).role is Role.ONLINE


def test_a_node_with_some_of_its_virtual_addresses_gives_no_sign():
    assert virtual_address_sign(["10.20.0.10"], ["10.20.0.10", "10.30.0.10"]) is None
    assert virtual_address_sign(["10.20.0.11"], []) is None
    assert virtual_address_sign(["10.20.0.11"], ["10.20.0.10"]).role is Role.OFFLINE


def test_the_rewrite_rule_is_enabled_on_the_offline_node():
    assert rewrite_rule_sign(True).role is Role.OFFLINE
    assert rewrite_rule_sign(False).role is Role.ONLINE
    assert rewrite_rule_sign(None) is None


@given(st.binary(max_size=300))
def test_any_log_is_judged(data):
    failover_log_sign(data)
    assert failover_log_sign(data + b"\r\n" + LOG % b"Online").role is Role.ONLINE


def told(of):
    return Fact.known(tell_role([RoleSign(SignKind.VIRTUAL_ADDRESS, of), RoleSign(SignKind.FAILOVER_LOG, of)]))


UNCLEAR = Fact.known(tell_role([]))


def pair(first, second):
    return Pair(701, {"dma1a": first, "dma1b": second})


def found(seen):
    return [one.rule.removeprefix("dataminer.failover.") for one in judge(RULES, seen).blockers]


def test_one_online_and_one_offline_is_a_sound_pair():
    seen = pair(told(Role.ONLINE), told(Role.OFFLINE))
    assert found(seen) == []
    assert seen.online == "dma1a"


@pytest.mark.parametrize("roles", [(Role.OFFLINE, Role.OFFLINE), (Role.ONLINE, Role.ONLINE), (Role.ONLINE, Role.SWITCHING)])
def test_anything_else_is_refused(roles):
    seen = pair(*(told(one) for one in roles))
    assert found(seen) == ["one_is_online"]
    assert seen.online is None


def test_a_role_that_is_not_clear_is_refused_with_its_signs():
    (finding,) = judge(RULES, pair(told(Role.ONLINE), UNCLEAR)).blockers
    assert (finding.rule, finding.subject) == ("dataminer.failover.roles_are_clear", "dma1b")


def test_a_node_that_could_not_be_looked_at_is_no_offline_node():
    seen = pair(told(Role.ONLINE), Fact.unread("dma1b", "unreachable"))
    assert seen.online is None
    assert judge(RULES, seen).is_blocked


@pytest.mark.parametrize(
    ("policy", "online"),
    [(Policy.SIMULTANEOUSLY, "dma1a"), (Policy.BACKUP_FIRST, "dma1b"), (Policy.BACKUP_FIRST_WITH_SWITCHBACK, "dma1a")],
)
def test_each_policy_promises_who_is_online_afterwards(policy, online):
    assert online_afterwards(pair(told(Role.ONLINE), told(Role.OFFLINE)), policy) == online
    assert online_afterwards(pair(UNCLEAR, UNCLEAR), policy) is None


def test_the_four_policies_have_the_words_of_the_command_line():
    assert [row.word for row in POLICIES] == ["Simultaneously", "BackupFirst", "BackupFirstWithSwitchback", "UseDefault"]
    assert [row.policy for row in POLICIES if row.legacy] == [Policy.BACKUP_FIRST, Policy.BACKUP_FIRST_WITH_SWITCHBACK]


def test_a_policy_asked_for_is_taken_without_looking_at_the_system():
    unread = Fact.unread("MaintenanceSettings.xml", "denied")
    for policy in (Policy.SIMULTANEOUSLY, Policy.BACKUP_FIRST, Policy.BACKUP_FIRST_WITH_SWITCHBACK):
        assert resolve(policy, unread).policy is policy


@pytest.mark.parametrize(
    ("content", "policy"),
    [
        ("<FailoverPolicy>BackupFirst</FailoverPolicy>", Policy.BACKUP_FIRST),
        ('{"FailoverUpgradePolicy":"BackupFirstWithSwitchback"}', Policy.BACKUP_FIRST_WITH_SWITCHBACK),
        ("simultaneously;true;false", Policy.SIMULTANEOUSLY),
    ],
)
def test_default_is_what_the_systems_own_setting_says(content, policy):
    resolved = resolve(Policy.DEFAULT, Fact.known(content))
    assert (resolved.policy, resolved.origin) == (policy, "the default set in this system")


def test_default_of_a_system_without_a_setting_is_the_vendors_advice_and_says_so():
    resolved = resolve(Policy.DEFAULT, Fact.known(None))
    assert resolved.policy is Policy.SIMULTANEOUSLY
    assert "no default was ever set" in str(resolved)


@pytest.mark.parametrize("content", ["", "3", "UseDefault", "BackupFirst Simultaneously", "NotBackupFirst"])
def test_default_that_cannot_be_told_is_refused(content):
    with pytest.raises(PolicyUnresolved, match="name the policy yourself"):
        resolve(Policy.DEFAULT, Fact.known(content))


def test_default_that_could_not_be_read_is_not_guessed():
    with pytest.raises(NotRead):
        resolve(Policy.DEFAULT, Fact.unread("MaintenanceSettings.xml", "denied"))


MINOR = PolicyFacts(Policy.BACKUP_FIRST, Fact.known(True), Fact.known(parse("10.5.0 CU1")), parse("10.5.0 CU3"), True, Fact.known(False))


def policy_findings(**changes):
    judgement = judge(failover_policy.RULES, replace(MINOR, **changes))
    return [one.rule.removeprefix("dataminer.failover.") for one in judgement.blockers]


def test_a_legacy_policy_needs_an_acknowledgement():
    assert policy_findings(acknowledged=False) == ["legacy_policy"]
    assert policy_findings() == []


@pytest.mark.parametrize("policy", [Policy.BACKUP_FIRST, Policy.BACKUP_FIRST_WITH_SWITCHBACK])
def test_a_legacy_policy_is_refused_for_a_major_upgrade_even_when_acknowledged(policy):
    assert policy_findings(policy=policy, target=parse("10.6.0 CU1")) == ["legacy_policy_major"]


def test_simultaneously_is_never_questioned():
    assert policy_findings(policy=Policy.SIMULTANEOUSLY, acknowledged=False, target=parse("10.6.1")) == []


def test_a_system_without_pairs_needs_no_policy():
    assert policy_findings(has_failover=Fact.known(False), acknowledged=False, target=parse("10.6.1")) == []


def test_a_system_of_which_it_is_not_known_is_judged_as_one_with_pairs():
    assert policy_findings(has_failover=Fact.unread("the web API", "503"), acknowledged=False) == ["legacy_policy"]


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("10.5.0 CU3", False),
        ("10.5.0 CU4", True),
        ("10.5.7", True),
        ("10.6.7", True),
        ("10.6.0 CU4", True),
        ("10.6.0 CU5", False),
        ("10.6.8", False),
    ],
)
def test_automatic_pairs_on_broker_gateway_must_go_simultaneously(source, refused):
    version = parse(source)
    seen = policy_findings(source=Fact.known(version), target=version, automatic_pairs_on_broker_gateway=Fact.known(True))
    assert ("broker_gateway_policy" in seen) is refused
    assert policy_findings(source=Fact.known(version), target=version) == []


def test_a_cluster_that_was_never_migrated_needs_no_cumulative_update_for_a_legacy_policy():
    """The version history of a main release does not hold it."""
    version = parse("10.5.0.0-16806")
    assert policy_findings(source=Fact.known(version), target=parse("10.5.0 CU12")) == []


def test_where_the_cumulative_update_counts_the_operator_is_told_how_to_say_it():
    facts = replace(MINOR, source=Fact.known(parse("10.5.0.0-16806")), automatic_pairs_on_broker_gateway=Fact.known(True))
    (unknown,) = failover_policy.RULES["dataminer.failover.broker_gateway_policy"](facts)
    assert unknown.unknown
    assert "dataminer_known_source" in unknown.fix
    assert "waive" not in unknown.fix, "decide refuses a bad policy whatever is waived"
