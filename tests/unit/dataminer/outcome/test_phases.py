"""How far an upgrade is on each node."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.phases import Phase
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions

from tests.unit.dataminer.outcome.runs import AT_WORK, a_helper, after_an_error, phases, taken
from tests.unit.dataminer.system.answers import MIGRATED, RUNNING, entries, services, unanswered
from tests.unit.dataminer.system.sound_system import FILE, RUN_ID, a_system, upgraded

RESULT = "PreRequisite-Result-VerifyOSVersion.dll.json"
FAILED = "\r\n".join(
    [
        "notice|Executing 'dcomConfig.exe' failed: gone",
        "step|Executing on-failure steps due to failure...",
        "error|Upgrade failed: Execute failed: gone",
        "",
    ]
)


def test_an_upgrade_is_followed_through_its_phases():
    system = a_system()
    before = taken(system)
    assert phases(system, before)[1]["dma2"] is Phase.WAITING
    system["dma2"].keep(log="step|Executing action: Kill\r\n", **AT_WORK)
    assert phases(system, before)[1]["dma2"] is Phase.RUNNING
    upgraded(system, "dma2")
    system["dma2"].say(services=services(("SLNet",)))
    assert phases(system, before)[1]["dma2"] is Phase.STARTING
    system["dma2"].say(services=services(RUNNING))
    assert phases(system, before)[1]["dma2"] is Phase.DONE


def test_a_node_that_is_to_be_started_by_hand_is_done_without_running():
    system = upgraded(a_system())
    system.configure(options=UpgradeOptions(automatic_start=False))
    system["dma2"].say(services=services(("SLNet",)))
    assert phases(system)[1]["dma2"] is Phase.DONE


def test_an_entry_of_an_earlier_run_is_not_that_of_this_one():
    system = a_system()
    system["dma2"].keep(log=FAILED, names=[RESULT])
    assert phases(system, taken(system))[1]["dma2"] is Phase.WAITING
    assert phases(system)[1]["dma2"] is Phase.FAILED, "without a baseline the newest entry counts"


def test_one_failed_agent_is_told_with_its_first_error_while_the_rest_goes_on():
    system = a_system()
    system["dma2"].keep(id=RUN_ID, log=FAILED, names=[RESULT], at="2031-01-15T21:58:00Z")
    system["dma1a"].keep(log="step|Executing action: Kill\r\n", **AT_WORK)
    seen, _unused = phases(system, utility_runs=False)
    assert not seen.is_over
    assert seen.first_cause.startswith("dma2: ")
    assert "dcomConfig.exe" in seen.first_cause


def test_it_is_over_when_all_others_are_done():
    system = upgraded(a_system(), "dma1a", "dma1b")
    system["dma2"].keep(id=RUN_ID, log=FAILED, names=[RESULT], at="2031-01-15T21:58:00Z")
    assert phases(system, utility_runs=False)[0].is_over


def test_a_refused_package_ends_the_run_for_those_that_never_began():
    system = a_system()
    lines = ["error|DataMiner Agent: 2 error(s) and 0 notice(s)", "    - Prerequisite VerifyOSVersion.dll failed: too old"]
    log = "\r\n".join([*lines, "- One or more prerequisites failed", ""])
    system["dma1b"].keep(id=RUN_ID, log=log, names=[RESULT], at="2031-01-15T21:58:00Z")
    for name in ("dma1a", "dma2"):
        system[name].keep(log="progress|Uploading package...\r\n", **AT_WORK)
    assert not phases(system, utility_runs=True)[0].is_over
    seen, found = phases(system, utility_runs=False)
    assert found == {"dma1a": Phase.WAITING, "dma1b": Phase.FAILED, "dma2": Phase.WAITING}
    assert seen.is_over
    assert "VerifyOSVersion failed: too old" in seen.first_cause


def test_a_system_that_refused_a_package_is_free_at_once_for_the_next_try():
    system = a_system()
    log = "    - Prerequisite VerifyOSVersion.dll failed: too old\r\n- One or more prerequisites failed\r\n"
    system["dma1b"].keep(id=RUN_ID, log=log, names=[RESULT, FILE], at="2031-01-15T21:58:00Z")
    system["dma2"].keep(log="progress|Uploading package...\r\n", **AT_WORK)
    seen = system.look()
    assert seen.nodes["dma2"].runs().value, "by itself it could be at work"
    assert not any(what.value for what in seen.upgrades_running.values())


def test_a_utility_that_refused_leaves_no_trace_anywhere():
    system = a_system()
    assert phases(system, utility_runs=False)[0].never_began
    assert not phases(system, utility_runs=True)[0].never_began


def test_a_node_that_cannot_be_asked_is_waited_for():
    system = upgraded(a_system())
    system["dma1b"].reachable = False
    seen, found = phases(system)
    assert found["dma1b"] is Phase.UNSEEN
    assert not seen.is_over


def test_an_error_is_an_end_only_after_a_silence_longer_than_any_step_when_nobody_writes_any_more():
    """Module installers say nothing for half an hour (9 D), and that the utility ends meanwhile is expected (1.1 I)."""
    half_an_hour, an_hour = after_an_error("2031-01-15T21:28:00Z"), after_an_error("2031-01-15T21:00:00Z")
    assert phases(half_an_hour, utility_runs=False)[1]["dma2"] is Phase.RUNNING
    assert half_an_hour["dma2"].view().runs().value, "so that nothing else is started"
    assert phases(an_hour, utility_runs=True)[1]["dma2"] is Phase.RUNNING
    seen, found = phases(an_hour, utility_runs=False)
    assert found["dma2"] is Phase.FAILED
    assert seen.nodes["dma2"].is_given_up, "nothing says that it failed"


def test_a_failure_that_the_log_tells_of_is_an_end_at_once_and_certain():
    seen, found = phases(after_an_error("2031-01-15T21:59:59Z", FAILED), utility_runs=True)
    assert found["dma2"] is Phase.FAILED
    assert not seen.nodes["dma2"].is_given_up


def test_an_error_in_a_log_whose_content_is_gone_is_no_failure_while_dataminer_comes_up():
    system = after_an_error("2031-01-15T21:50:00Z", names=())
    assert phases(system, utility_runs=False)[1]["dma2"] is Phase.FAILED, "DataMiner runs, and runs the old version"
    system["dma2"].say(services=services(("SLNet",)))
    assert phases(system, utility_runs=False)[1]["dma2"] is Phase.RUNNING
    assert phases(upgraded(system), utility_runs=False)[1]["dma2"] is not Phase.FAILED


@pytest.mark.parametrize(
    "line",
    [
        "10.20.0.12|2031-01-15 21:40:00|error|Upgrade failed: Execute failed: on another node",
        "error|Failed getting progress from http://10.20.0.12:8004/UpgradeService: timed out",
    ],
)
def test_what_a_log_tells_of_another_agent_does_not_fail_its_own_node(line):
    system = after_an_error("2031-01-15T21:00:00Z", f"{line}\r\n")
    (entry,) = system["dma2"].view().packages.value
    assert (entry.status, entry.verdict.first_error) == (PackageStatus.UPLOADING, "")
    assert phases(system, utility_runs=False, names=("dma2",))[1]["dma2"] is Phase.RUNNING


@pytest.mark.parametrize("own", ["10.20.0.11", "10.20.0.10", "DMA1A", "dma1a.example.lab"])
def test_a_line_with_any_name_of_the_node_is_its_own(own):
    """Whether a log has the node's address or what its pair shares is not published (9.1 U)."""
    system = a_system()
    system["dma1a"].keep(id=RUN_ID, log=f"{own}|2031-01-15 21:40:00|error|Upgrade failed: why\r\n", names=[FILE])
    assert phases(system)[1]["dma1a"] is Phase.FAILED


def test_where_the_addresses_of_a_node_cannot_be_read_every_line_is_taken_for_its_own():
    system = after_an_error("2031-01-15T21:00:00Z", "10.20.0.12|error|Upgrade failed: why\r\n")
    system["dma2"].say(addresses=unanswered())
    assert phases(system)[1]["dma2"] is Phase.FAILED


def test_a_migration_is_not_done_by_its_flag_but_by_its_own_entry():
    """The flag is set before the cluster is made anew, which may be rolled back ten minutes later (9 D, log-shapes 9.2)."""
    system = a_helper("NATSMigration")
    before = taken(system)
    log = "[01/15/31 21:58:00.000]DMA2 - BrokerGateway maintenance flag is set to True.\r\n"
    system["dma2"].keep("NATSMigration.dmupgrade", RUN_ID, log=log, names=["Update.zip"], at="2031-01-15T21:58:00Z")
    system["dma2"].say(**MIGRATED)
    assert phases(system, before)[1]["dma2"] is Phase.RUNNING
    system["dma2"].answers[f"dm.package.NATSMigration.dmupgrade-{RUN_ID}"] = entries("progress.log")
    assert phases(system, before)[1]["dma2"] is Phase.DONE


def test_a_node_that_was_migrated_by_an_earlier_run_is_done_without_an_entry_of_this_one():
    system = a_helper("NATSMigration")
    system["dma2"].say(**MIGRATED)
    assert phases(system, taken(system))[1]["dma2"] is Phase.DONE
    system["dma2"].say(packages=unanswered())
    assert phases(system, taken(system))[1]["dma2"] is Phase.UNSEEN


def test_a_check_without_a_trace_is_done_when_its_entry_is_completed():
    name = "VerifyGRPCConnection"
    system = a_helper(name)
    before = taken(system)
    assert phases(system, before)[1]["dma2"] is Phase.WAITING
    system["dma2"].keep(f"{name}.dmupgrade", RUN_ID)
    assert phases(system, before)[1]["dma2"] is Phase.DONE
