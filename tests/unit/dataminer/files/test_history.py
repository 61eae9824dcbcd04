"""VersionHistory.txt (0.9, log-shapes 9.3): the new last line is the proof."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.history import Start, read_history, started
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from hypothesis import given
from hypothesis import strategies as st

BEFORE = b"2030-05-01 21:00:00;10.3.0.0-12790-20230301-release\r\n2030-11-02 22:10:00;10.4.0.0-14772-20240821-release\r\n"
NEW = b"2031-01-15 22:40:11;10.5.4.0-15588-20250319-release\r\n"
TARGET = parse("10.5.4.0-15588")


def history(*parts):
    return read_history(b"".join(parts))


def test_the_last_line_is_what_runs():
    read = history(BEFORE)
    assert str(read.version) == "10.4.0 (build 14772)"
    assert [entry.time for entry in read.entries] == ["2030-05-01 21:00:00", "2030-11-02 22:10:00"]


def test_a_new_last_line_with_the_target_is_the_proof():
    assert started(history(BEFORE), history(BEFORE, NEW), TARGET) is Start.ON_TARGET


def test_no_new_line_is_no_proof():
    assert started(history(BEFORE), history(BEFORE), TARGET) is Start.NOT_YET
    assert started(history(BEFORE, NEW), history(BEFORE, NEW), TARGET) is Start.NOT_YET


def test_a_new_line_with_another_version_is_told():
    assert started(history(BEFORE), history(BEFORE, NEW), parse("10.5.5.0-15700")) is Start.ELSEWHERE


def test_another_build_of_the_same_numbers_is_another_version():
    """The cumulative updates of a main release differ in their builds only."""
    after = history(BEFORE, b"2031-01-15 22:40:11;10.5.0.0-15500-20250301-release\n")
    assert started(history(BEFORE), after, parse("10.5.0.0-15921")) is Start.ELSEWHERE
    assert started(history(BEFORE), after, parse("10.5.0 CU3")) is Start.ON_TARGET


def test_a_wrong_clock_changes_nothing():
    after = history(BEFORE, NEW.replace(b"2031", b"1999"))
    assert started(history(BEFORE), after, TARGET) is Start.ON_TARGET


def test_the_first_line_ever_is_a_proof():
    assert started(history(), history(NEW), TARGET) is Start.ON_TARGET


def test_a_history_that_was_rewritten_proves_nothing():
    assert started(history(BEFORE), history(NEW), TARGET) is Start.REWRITTEN


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        (b"10.2.0.0-11897-CU4", "10.2.0 CU4 (build 11897)"),
        (b"HF_10.0.7.0(CU0)_20200520-135714", "10.0.7 CU0 hotfix"),
        (b"Hotfix", "None"),
    ],
)
def test_other_ways_of_writing_a_line_are_tolerated(raw, version):
    read = history(b"2031-01-15 22:40:11;" + raw + b"\n")
    assert (len(read.entries), str(read.version)) == (1, version)


def test_lines_that_are_none_are_counted_and_left_out():
    read = history(b"rubbish\n", BEFORE, b"2031-01-15;10.5.4.0\n")
    assert (len(read.entries), read.unreadable) == (2, 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encoding_changes_nothing(encoding):
    assert read_history(BEFORE.decode().encode(encoding)) == history(BEFORE)


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_any_bytes_are_a_history(one, other):
    history_of_one = read_history(one)
    assert started(history_of_one, read_history(other), TARGET) in Start
    assert len(history_of_one.as_result()) == len(history_of_one.entries)
