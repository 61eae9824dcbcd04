"""What of a proof it is worth waiting for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import phases
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.readiness import AgentCounts
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.outcome.proofs import API, COUNTS, NAMES, before, proved, settled
from tests.unit.dataminer.outcome.runs import a_helper
from tests.unit.dataminer.system.answers import RUNNING, answer, entries, services, unanswered
from tests.unit.dataminer.system.sound_system import BOOT, RUN_ID, a_system, upgraded


def test_it_is_worth_waiting_for_a_helper_only_while_something_is_written():
    system = a_helper("VerifyGRPCConnection")
    was = before()
    for node in system.nodes:
        node.keep("VerifyGRPCConnection.dmupgrade", RUN_ID, names=["Update.zip"], at="2031-01-15T21:58:00Z")
    assert not proved(system, was=was).is_settled
    system["dma2"].answers[f"dm.package.VerifyGRPCConnection.dmupgrade-{RUN_ID}"] = entries("progress.log", "Update.zip", at=BOOT)
    assert proved(system, was=was).is_settled


def test_it_is_worth_waiting_while_agents_come_up():
    system = upgraded(a_system())
    assert settled(system)
    system.rename_agent(702, status="Starting")
    assert not settled(system)
    assert not settled(upgraded(a_system()), replace(API, logged_in=Fact.unread("x", "HTTP status 503")))


def test_it_is_worth_waiting_for_the_role_the_policy_promises():
    """The second switch of BackupFirstWithSwitchback comes after both nodes run their new code (5.3 D)."""
    assert not settled(upgraded(a_system()), was=before({701: "dma1b"}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda system: system["dma2"].say(services=services(RUNNING[:-1])),
        lambda system: system["dma2"].say(gateway=unanswered("broken"), gateway_named=unanswered("broken")),
        lambda system: system["dma2"].say(ports=answer(listening=[{"port": 80, "address": "0.0.0.0"}])),
        lambda system: system["dma2"].say(history=unanswered("broken", "in use")),
    ],
)
def test_it_is_worth_waiting_for_what_starts_late(spoil):
    system = upgraded(a_system())
    spoil(system)
    assert not settled(system)


def test_it_is_worth_waiting_for_elements_that_are_still_to_be_loaded():
    assert not settled(upgraded(a_system()), replace(API, counts=Fact.known({**COUNTS, 702: AgentCounts(3, 3, 0)})))


def test_it_is_not_worth_waiting_for_a_node_that_was_left_behind():
    system = upgraded(a_system(), "dma1a")
    assert not proved(system).proven
    assert settled(system)


def test_it_is_not_worth_waiting_after_a_failure():
    system = upgraded(a_system())
    fared = phases.look(a_system().look(), system.wanted, NAMES, before(), utility_runs=False)
    assert settled(system, run=fared)
    assert not proved(system, run=fared).proven


def test_it_is_worth_waiting_for_a_node_that_restarts():
    system = upgraded(a_system())
    system["dma1b"].reachable = False
    assert not settled(system)
