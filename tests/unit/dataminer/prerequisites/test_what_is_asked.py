"""What every node is asked, and what only the operator can say."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import mesh

from tests.unit.dataminer.prerequisites.spoils import found, from_version, judged
from tests.unit.dataminer.system.answers import entries, text
from tests.unit.dataminer.system.sound_system import OPTIONS, a_cluster, a_system


def test_every_node_is_asked_for_every_other():
    system = a_system()
    asked = prerequisites.mesh_questions(system.look(), "dma1b", system.options)
    assert set(asked) == {f"dm.mesh.{address}.{port}" for address in ("10.20.0.11", "10.20.0.21") for port in (4222, 6222, 8004, 9090)}
    assert mesh.read.__module__


def test_a_single_agent_has_nobody_to_reach():
    system = a_cluster(1)
    assert prerequisites.mesh_questions(system.look(), "dma1", system.options) == {}


def test_backups_of_offline_nodes_are_not_asked_for():
    system = a_system()
    system.configure(attestation=None)
    system["dma1b"].say(**{"backup.0": entries()})
    assert found(system, "dataminer.backup.age") == []


def test_expired_users_are_looked_for_only_where_the_issue_can_strike():
    system = a_system()
    assert "dm.security" in prerequisites.questions(system.options)
    system.aim("10.5.0.0-15300")
    assert "dm.security" not in prerequisites.questions(system.options)


def test_known_issues_see_every_node():
    system = a_system()
    system.aim("10.5.1.0-15001")
    system["dma1b"].say(security=text('<Security><Users><User name="bob" expired="true"/></Users></Security>'))
    findings = found(system, "dataminer.known.expired_users")
    assert [one.subject for one in findings] == ["dma1b"]
    assert "bob" in findings[0].seen


def test_what_only_the_operator_knows_can_be_said():
    system = a_system()
    system.aim("10.5.5.0-15600")
    assert any(one.unknown for one in found(system, "dataminer.known.antivirus"))
    system.configure(antivirus=(), antivirus_excludes=True)
    assert found(system, "dataminer.known.antivirus") == []


@pytest.mark.parametrize(
    ("target", "rule", "options"),
    [
        ("10.5.5.0-15600", "antivirus", {}),
        ("10.5.5.0-15600", "antivirus_excludes_dataminer", {"antivirus": ("Example AV",)}),
        ("10.5.1.0-15001", "several_failover_addresses", {}),
    ],
)
def test_what_only_the_operator_knows_is_asked_for_by_the_name_of_its_option(target, rule, options):
    system = a_system()
    system.aim(target)
    system.configure(**options)
    assert any(f"dataminer_facts.{rule} " in one.fix for one in judged(system).findings if one.unknown)


VERIFIED = text("<VerifyResult><Timestamp>2031-01-12T22:00:00Z</Timestamp><Success>true</Success></VerifyResult>")


@pytest.mark.parametrize(("nodes", "passes"), [(("dma1a", "dma1b", "dma2"), True), (("dma1a", "dma2"), False), (("dma1b",), False)])
def test_cluster_ports_are_verified_when_every_node_has_done_it(nodes, passes):
    """P10; a result on one node says nothing about the ports of another."""
    system = a_system()
    from_version("10.0.0.0-9118-CU21")(system)
    system.aim("10.2.0.0-11517")
    for name in nodes:
        system[name].say(port_check=VERIFIED)
    assert (found(system, "dataminer.path.cluster_ports") == []) is passes


def test_questions_have_one_spelling_each():
    asked = {**detect.questions("dma1"), **prerequisites.questions(OPTIONS, "2031-01-10T00:00:00Z")}
    assert all(name.startswith("dm.") and question["kind"] for name, question in asked.items())
