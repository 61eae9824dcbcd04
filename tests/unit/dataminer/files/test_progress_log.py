"""progress.log while it is written (log-shapes 9.1, 9.2), and a stall told from a blind watcher."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.progress_log import LineKind, ProgressLog
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.silence import Movement, Silence, Watch
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.text_lines import GrowingText, decoded
from hypothesis import given
from hypothesis import strategies as st

# The shapes are those of log-shapes 9.1; the names in them are ours.
FAILED = b"""step|Stopping services\r
information|Copying files\r
notice|Executing 'example.exe' failed: file not found\r
step|Executing on-failure steps due to failure...\r
error|Upgrade failed: Execute failed: file not found\r
"""
REFUSED = b"""10.20.0.12|2031-01-15 22:10:01|error|DataMiner Agent: 3 error(s) and 0 notice(s)\r
    - Prerequisite VerifyGRPCConnection.dll failed: 10.20.0.12: No response was received\r
    - Prerequisite VerifyOSVersion.dll failed: Exception: This BPA cannot run on 10.4.0.0\r
- One or more prerequisites failed\r
"""


def read(data):
    log = ProgressLog()
    steps = log.feed(data) + log.finish()
    return steps, log.verdict


def test_each_line_is_one_step():
    steps, _unused = read(b"step|Stopping services\nprogress|Uploading package...\ninformation|Copying files\n")
    assert [step.text for step in steps] == ["Stopping services", "Uploading package...", "Copying files"]


def test_the_collected_view_tells_which_agent_it_is():
    (step,), _unused = read(b"10.20.0.11|2031-01-15 22:10:01|information|Copying files\n")
    assert (step.agent, step.text, step.kind) == ("10.20.0.11", "Copying files", LineKind.INFORMATION)


def test_lines_with_a_time_and_no_agent_are_read():
    (step,), _unused = read(b"2031-01-15 22:10:01|step|Copying files\n")
    assert (step.agent, step.text) == ("", "Copying files")


def test_the_tail_of_a_failure_tells_error_and_cause():
    steps, verdict = read(FAILED)
    assert verdict.failed
    assert verdict.first_error == "Upgrade failed: Execute failed: file not found"
    assert verdict.cause == "Executing 'example.exe' failed: file not found"
    assert [step.bad for step in steps] == [False, False, False, True, True]


def test_notices_are_normal():
    _unused, verdict = read(b"notice|a module installer took long\nstep|Starting\n")
    assert (verdict.failed, verdict.first_error) == (False, "")


def test_failed_prerequisites_are_told_one_by_one():
    _unused, verdict = read(REFUSED)
    assert verdict.failed
    assert [one.check for one in verdict.prerequisites] == ["VerifyGRPCConnection", "VerifyOSVersion"]


def test_the_count_of_the_block_is_not_cross_checked():
    """The vendor's sample states more errors than it lists."""
    _unused, verdict = read(REFUSED)
    assert len(verdict.prerequisites) == 2
    assert verdict.first_error.startswith("DataMiner Agent: 3 error(s)")


def test_a_package_without_executor_is_told():
    _unused, verdict = read(b"error|Failed to verify prerequisites: the BPA executor could not be found\n")
    assert verdict.failed


@pytest.mark.parametrize("slashes", [b"/", b"//"])
def test_a_blind_watcher_is_no_failure(slashes):
    _unused, verdict = read(b"Notice|Failed getting progress from http://10.20.0.12:8004" + slashes + b"UpgradeService: timed out\n")
    assert (verdict.blind, verdict.failed, verdict.first_error) == (1, False, "")


def test_a_blind_watcher_is_no_failure_whatever_kind_its_line_is_of():
    steps, verdict = read(b"error|Failed getting progress from http://10.20.0.12:8004/UpgradeService: timed out\n")
    assert (verdict.blind, verdict.first_error, [step.bad for step in steps]) == (1, "", [False])


def test_lines_about_other_agents_are_told_and_not_judged():
    """The one that started the upgrade relays the progress of all others (6 D)."""
    log = ProgressLog(own=["10.20.0.11", "DMA1"])
    (step,) = log.feed(b"10.20.0.12|2031-01-15 22:10:01|error|Upgrade failed: why\n")
    assert (step.agent, step.bad) == ("10.20.0.12", True)
    assert (log.verdict.failed, log.verdict.first_error, log.verdict.records) == (False, "", 1)
    log.feed(b"dma1|2031-01-15 22:10:01|error|Upgrade failed: here\n")
    assert (log.verdict.failed, log.verdict.first_error) == (True, "Upgrade failed: here")


def test_the_end_of_an_upload_is_told():
    assert read(b"Information|Upload has been completed successfully.\n")[1].uploaded


@pytest.mark.parametrize("word", ["Finished", "Success", "LocalComplete", "UploadComplete", "UpgradeComplete"])
def test_events_are_told_and_prove_nothing(word):
    (step,), verdict = read(f"{word}|done\n".encode())
    assert step.kind is LineKind.EVENT
    assert not verdict.failed


def test_unknown_kinds_are_told_as_they_stand():
    (step,), verdict = read(b"whatever|text\n")
    assert (step.kind, step.text, verdict.failed) == (LineKind.OTHER, "text", False)


def test_output_of_scripts_is_not_told():
    steps, verdict = read(b"At line:1 char:1\nplain output\n")
    assert steps == []
    assert verdict.records == 2


def test_the_same_step_is_not_told_twice_running():
    steps, _unused = read(b"progress|Starting up (40%)\nprogress|Starting up (40%)\nprogress|Starting up (41%)\n")
    assert [step.text for step in steps] == ["Starting up (40%)", "Starting up (41%)"]


def test_a_migration_is_read_with_its_own_dialect():
    steps, verdict = read(
        b"[01/15/31 22:10:01.004]DMA1 - Migrating to BrokerGateway managed nats-server.\n"
        b"SLKill called for example\n"
        b"[01/15/31 22:10:09.004]DMA1 - Migration successful!\n"
    )
    assert [step.agent for step in steps] == ["DMA1", "DMA1"]
    assert "the migration is complete" in steps[-1].text
    assert not verdict.failed


def test_a_node_that_cannot_join_the_new_cluster_is_bad():
    _unused, verdict = read(b"[01/15/31 22:10:01.004]DMA1 - ERROR: DMA1 was not able to remove itself from its current cluster\n")
    assert verdict.first_error.startswith("ERROR: DMA1")


def test_a_line_without_its_end_waits_for_it():
    log = ProgressLog()
    assert log.feed(b"step|Stopp") == []
    assert [step.text for step in log.feed(b"ing services\n")] == ["Stopping services"]
    assert log.offset == len(b"step|Stopping services\n")


def test_reading_goes_on_where_it_ended():
    first = ProgressLog()
    first.feed(b"step|one\nstep|tw")
    second = ProgressLog(start=first.offset)
    assert [step.text for step in second.feed(b"step|two\n")] == ["two"]


@given(st.lists(st.sampled_from([FAILED, REFUSED, b"\xff\xfe", b"\n", b"x|y\n", "ü|ä\n".encode("cp1252")])), st.data())
def test_steps_do_not_depend_on_the_pieces_that_are_fed(parts, draw):
    data = b"".join(parts)
    whole = read(data)
    log, steps, at = ProgressLog(), [], 0
    while at < len(data):
        size = draw.draw(st.integers(1, 400))
        steps += log.feed(data[at : at + size])
        at += size
    assert (steps + log.finish(), log.verdict) == whole


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_log(data):
    steps, verdict = read(data)
    assert len(steps) <= verdict.records


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]))
def test_lines_together_are_the_whole_file(data, mark):
    reader = GrowingText()
    lines = reader.feed(mark + data) + reader.finish()
    starts = [line.start for line in lines]
    assert starts == sorted(starts)
    assert all(before.end == after.start for before, after in itertools.pairwise(lines))
    assert isinstance(decoded(mark + data), str)


def test_a_line_that_never_ends_is_given_in_pieces():
    reader = GrowingText()
    assert len(reader.feed(b"x" * 3_000_000)) == 2
    assert len(reader.finish()) == 1


LIMITS = Silence(quiet=300, blind=120, stalled=2700)


def seen(*looks, now):
    watch = Watch.starting(0, LIMITS)
    for at, length in looks:
        watch = watch.saw(at, length)
    return watch.movement(now)


def test_a_log_that_grows_moves():
    assert seen((10, 100), (60, 200), now=70) is Movement.MOVING


def test_a_log_that_is_silent_for_a_while_is_quiet():
    assert seen((10, 100), (400, 100), now=400) is Movement.QUIET


def test_a_module_installer_of_half_an_hour_is_no_stall():
    assert seen((10, 100), (1810, 100), now=1810) is Movement.QUIET


def test_a_log_that_is_read_and_does_not_move_is_stalled():
    assert seen((10, 100), (2800, 100), now=2800) is Movement.STALLED


def test_a_node_that_cannot_be_read_is_never_called_stalled():
    assert seen((10, 100), now=5000) is Movement.BLIND


def test_a_node_that_can_be_read_again_and_has_moved_was_never_stalled():
    assert seen((10, 100), (5000, 900), now=5000) is Movement.MOVING


def test_a_log_that_was_pruned_has_moved():
    assert seen((10, 100), (2000, None), now=2000) is Movement.WAITING
    assert seen((10, 100), (2000, 5), now=2000) is Movement.MOVING


def test_a_node_without_a_log_is_waited_for_and_then_stalled():
    assert seen((10, None), (400, None), now=400) is Movement.WAITING
    assert seen((10, None), (2800, None), now=2800) is Movement.STALLED
