"""Agents that nobody can look at are followed by what started their upgrade; who was overtaken by another upgrade is not waited for."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.external_agents import with_outside
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.phases import NodeRun, Phase, Run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.superseded import with_superseded
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, SOURCE, TARGET, a_cluster

OUTSIDE = "10.99.0.1"
SENT = "progress|Uploading package...\r\ninformation|Upload has been completed successfully.\r\n"


def followed(system, own=None, *, utility_runs=False, exit_code=0):
    """How far the agent from outside is. ``own``: phase of the starting node, which takes no part without."""
    run = Run({"dma1": NodeRun("dma1", own)} if own else {}, utility_runs)
    return with_outside(run, [OUTSIDE], system.look(), system.wanted, "dma1", None, exit_code=exit_code)


def phase(system, own=None, **facts):
    return followed(system, own, **facts).nodes[OUTSIDE].phase


def sent(log=SENT, **changes):
    system = a_cluster(1)
    system["dma1"].keep(id=RUN_ID, log=log, **changes)
    return system


def test_it_goes_on_as_long_as_the_utility_runs():
    assert phase(sent(), utility_runs=True) is Phase.RUNNING
    assert not followed(sent(), utility_runs=True).is_over


def test_it_is_done_when_the_utility_has_ended_without_an_error_and_somebody_is_asked_to_look():
    one = followed(sent()).nodes[OUTSIDE]
    assert one.phase is Phase.DONE
    assert "this agent cannot be asked from here" in one.cause


def test_it_never_began_when_the_utility_has_ended_without_a_trace():
    assert followed(a_cluster(1)).never_began


def test_an_error_in_the_log_of_the_starting_node_is_a_failure():
    failed = followed(sent("progress|Uploading package...\r\nerror|Upload failed: 10.99.0.1: No response was received\r\n"))
    assert failed.nodes[OUTSIDE].phase is Phase.FAILED
    assert "No response was received" in failed.first_cause


def test_another_exit_code_than_0_is_a_failure_where_nothing_else_tells():
    failed = followed(sent(), exit_code=1)
    assert "the utility on dma1 ended with exit code 1" in failed.first_cause


def test_it_is_unseen_while_the_starting_node_is():
    system = sent()
    system["dma1"].reachable = False
    assert phase(system) is Phase.UNSEEN


@pytest.mark.parametrize("own", [Phase.RUNNING, Phase.STARTING])
def test_the_end_of_a_utility_that_was_replaced_is_no_end(own):
    assert phase(sent(), own) is Phase.RUNNING


def test_after_its_own_end_the_starting_node_tells_of_the_others_until_it_is_quiet():
    assert phase(sent(at="2031-01-15T21:59:00Z"), Phase.DONE) is Phase.RUNNING
    assert phase(sent(at="2031-01-15T21:50:00Z"), Phase.DONE) is Phase.DONE


def test_nothing_is_added_where_nobody_from_outside_was_asked_for():
    run = Run({"dma1": NodeRun("dma1", Phase.DONE)}, False)
    system = a_cluster(1)
    assert with_outside(run, [], system.look(), system.wanted, "dma1", None) is run


def overtaken(*versions, of=Phase.STARTING, known=True):
    system = a_cluster(1)
    system["dma1"].run("10.3.0.0-12790-20230301-release", SOURCE)
    before = baseline.take(system.look(), {}, Fact.known({}), Fact.known(0))
    system["dma1"].run("10.3.0.0-12790-20230301-release", SOURCE, *versions)
    system["dma1"].keep(FILE, RUN_ID)
    run = Run({"dma1": NodeRun("dma1", of)}, False)
    return with_superseded(run, system.look(), system.wanted, before if known else None).nodes["dma1"]


@pytest.mark.parametrize("of", [Phase.STARTING, Phase.WAITING])
def test_a_node_that_was_upgraded_further_by_hand_is_not_waited_for(of):
    one = overtaken(TARGET, "10.5.5.0-15700-20250419-release", of=of)
    assert one.phase is Phase.FAILED
    assert "it has started on 10.5.5 (build 15700) since then" in one.cause


def test_a_node_that_has_not_started_yet_is_waited_for():
    assert overtaken().phase is Phase.STARTING


def test_a_line_without_a_version_tells_of_no_other_upgrade():
    assert overtaken("Hotfix").phase is Phase.STARTING


def test_without_what_was_before_nothing_is_taken_for_overtaken():
    assert overtaken("10.5.5.0-15700-20250419-release", known=False).phase is Phase.STARTING


def test_a_node_that_is_being_upgraded_is_not_overtaken():
    assert overtaken("10.5.5.0-15700-20250419-release", of=Phase.RUNNING).phase is Phase.RUNNING


def test_a_log_of_before_is_no_trace_of_this_run():
    system = sent()
    before = baseline.take(system.look(), {}, Fact.known({}), Fact.known(0))
    run = Run({}, False)
    assert with_outside(run, [OUTSIDE], system.look(), system.wanted, "dma1", before).never_began
