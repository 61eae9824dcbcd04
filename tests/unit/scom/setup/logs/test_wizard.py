"""Records of OpsMgrSetupWizard.log in every dialect (log-shapes 1.2, 1.3)."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.wizard import (
    LONGEST_RECORD,
    Level,
    RecordReader,
    read_setup_log,
    thrown,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scom.setup.logs.setup_runs import BAD, GOOD


def only(text):
    (record,) = read_setup_log(text.encode())
    return record


@pytest.mark.parametrize(
    ("line", "level", "clock", "text"),
    [
        ("[09:00:02]:\tAlways:\t:Application Started", Level.ALWAYS, "09:00:02", "Application Started"),
        ("[09:00:02]: Error: :FATAL ACTION: X", Level.ERROR, "09:00:02", "FATAL ACTION: X"),
        ("[9:00:02]:\tInfo:\t:Info:Creating db path: \\\\s\\e$", Level.INFO, "9:00:02", "Creating db path: \\\\s\\e$"),
        ("[09:14:21]:\tError:\t:: Verification failed with 1 errors:", Level.ERROR, "09:14:21", "Verification failed with 1 errors:"),
        ("[09:14:21]:\tError:\t:Error:Publishing failed", Level.ERROR, "09:14:21", "Publishing failed"),
        ("[09:14:21]:\tWarn:\t:odd", Level.WARNING, "09:14:21", "odd"),
        ("[09:14:21]:\tVerbose:\t:odd", Level.OTHER, "09:14:21", "odd"),
        ("[09:14:21]:\tDebug:\t:odd", Level.DEBUG, "09:14:21", "odd"),
        ("Error: :RunAdminScripts failed", Level.ERROR, "", "RunAdminScripts failed"),
        ("Always:Application Ended: Failed", Level.ALWAYS, "", "Application Ended: Failed"),
        ("11:00:06:Main : Current directory = C:\\x", Level.INFO, "11:00:06", "Main : Current directory = C:\\x"),
        ("11:00:06:***ERROR*** it failed", Level.ERROR, "11:00:06", "it failed"),
        ("01/15/2031 11:00:06:text", Level.INFO, "01/15/2031 11:00:06", "text"),
        ("2031-01-15T11:00:06.1234567Z\tError:\tbad", Level.ERROR, "2031-01-15T11:00:06.1234567Z", "bad"),
        ("[1/15/2031 11:00:06 AM] Info : text", Level.INFO, "1/15/2031 11:00:06 AM", "text"),
        ("[15.01.2031 11:00:06] Exception : msg => stack", Level.EXCEPTION, "15.01.2031 11:00:06", "msg => stack"),
        ("[15.01.2031 11:00:06] Data : Name = value", Level.DATA, "15.01.2031 11:00:06", "Name = value"),
    ],
)
def test_every_dialect_gives_level_clock_and_text(line, level, clock, text):
    record = only(line)
    assert (record.level, record.clock, record.text, record.more) == (level, clock, text, ())


def test_lines_without_prefix_belong_to_the_record_before():
    record = only("[09:00:02]:\tError:\t:StackTrace:   at A.B()\r\n   at C.D()\r\n\r\nError 1:\r\n-----\r\n")
    assert record.more == ("   at C.D()", "", "Error 1:", "-----")


def test_a_continuation_may_begin_like_a_record_without_time():
    """Where the log writes times, only a time begins a record."""
    assert only("[09:00:02]:\tError:\t:one\nError: still one\n").more == ("Error: still one",)


def test_lines_before_the_first_record_are_no_record():
    assert [record.text for record in read_setup_log(b"cut in the middle\n[09:00:02]:\tInfo:\t:first\n")] == ["first"]


def test_a_record_without_end_is_cut():
    record = only("[09:00:02]:\tError:\t:sql\n" + "line\n" * (LONGEST_RECORD + 7))
    assert len(record.more) == LONGEST_RECORD


def test_records_keep_the_order_of_lines_whatever_the_clock_says():
    """The clock may have 12 hours and no date: it goes back at one o'clock."""
    log = b"[12:59:59]:\tInfo:\t:one\n[01:00:01]:\tInfo:\t:two\n[12:00:01]:\tInfo:\t:three\n"
    assert [record.text for record in read_setup_log(log)] == ["one", "two", "three"]


def test_a_record_knows_where_in_the_file_it_begins():
    assert [record.offset for record in read_setup_log(b"[09:00:02]:\tInfo:\t:one\n[09:00:02]:\tInfo:\t:two\n")] == [0, 23]


@pytest.mark.parametrize(
    ("text", "doing", "kind", "code", "message"),
    [
        (
            "Exception running sql string EXEC dbo.x: Threw Exception.Type: System.Data.SqlClient.SqlException, "
            "Exception Error Code: 0x80131904, Exception.Message: no",
            "Exception running sql string EXEC dbo.x",
            "System.Data.SqlClient.SqlException",
            "0x80131904",
            "no",
        ),
        (
            "RunAdminScripts failed with the following exception: : Threw Exception.Type: System.Reflection.TargetInvocationException, "
            "Exception Error Code: 0x80131604, Exception.Message: a\nb",
            "RunAdminScripts failed with the following exception",
            "System.Reflection.TargetInvocationException",
            "0x80131604",
            "a\nb",
        ),
        ("VMM: Threw Exception.Type: A.B`1+C, Exception.Message: m", "VMM", "A.B`1+C", "", "m"),
    ],
)
def test_exceptions_give_what_was_being_done(text, doing, kind, code, message):
    exception = thrown(text)
    assert (exception.doing, exception.type, exception.code, exception.message) == (doing, kind, code, message)


def test_an_exception_message_may_span_lines():
    record = only("[09:16:02]:\tAlways:\t:Do: Threw Exception.Type: X, Exception.Message: one\ntwo\n")
    assert record.exception.message == "one\ntwo"
    assert record.is_failure


def test_a_text_without_exception_has_none():
    assert only("[09:00:02]:\tError:\t:plain").exception is None
    assert thrown("Threw Exception.Type: ???") is None


def test_the_property_dump_is_an_echo_of_the_switches_without_secrets():
    log = (
        "[09:31:55]:\tInfo:\t:Before = no\n"
        "[09:31:55]:\tDebug:\t:Property Bag Values:\n"
        "[09:31:55]:\tDebug:\t:DASAccountUser = CONTOSO\\das\n"
        "[09:31:55]:\tDebug:\t:DASAccountPassword = canary one\n"
        "canary two\n"
        "[09:31:55]:\tDebug:\t:DataReaderPassword = Due to data security, we will not print the value of the property bag key x\n"
        "[09:31:55]:\tDebug:\t:InstallPath = C:\\Program Files\n"
    )
    records = read_setup_log(log.encode())
    assert "canary" not in repr(records)
    assert [record.text for record in records][2:] == [
        "DASAccountUser = CONTOSO\\das",
        "DASAccountPassword = ********",
        "DataReaderPassword = Due to data security, we will not print the value of the property bag key x",
        "InstallPath = C:\\Program Files",
    ]


def test_a_dump_in_continuation_lines_holds_no_secrets_either():
    records = read_setup_log(b"[09:31:55]:\tDebug:\t:Property Bag Values:\nDasPassword = canary x\nUser = y\n")
    assert "canary" not in repr(records)
    assert records[0].more == ("DasPassword = ********", "User = y")


def test_known_secrets_are_masked_in_heads_and_continuations():
    log = b"[09:31:55]:\tInfo:\t:arguments canary-1\nmore canary-1\n"
    assert "canary" not in repr(read_setup_log(log, secrets=Secrets(["canary-1"])))


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, b""])
def test_a_log_in_utf_16_reads_like_one_in_utf_8(mark):
    texts = [record.text for record in read_setup_log(mark + GOOD.encode("utf-16-le"))]
    assert texts == [record.text for record in read_setup_log(GOOD.encode())]


def in_pieces(data, sizes):
    reader, records, position = RecordReader(), [], 0
    for size in sizes:
        records += reader.feed(data[position : position + size])
        position += size
    return (*records, *reader.feed(data[position:]), *reader.finish())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("log", [GOOD, BAD])
def test_splitting_the_bytes_at_any_point_gives_the_same_records(log, encoding):
    data = log.encode(encoding)
    whole = read_setup_log(data)
    assert all(in_pieces(data, [cut]) == whole for cut in range(0, len(data), 7))


PIECES = st.lists(st.integers(min_value=1, max_value=40), max_size=20)
LINES = st.lists(
    st.sampled_from([*GOOD.splitlines(), *BAD.splitlines(), "", "x = y", "[", "Password = p q"]) | st.text(max_size=30), max_size=12
)


@given(LINES, PIECES)
def test_mixed_lines_in_any_pieces_give_the_same_records(lines, sizes):
    data = "\r\n".join(lines).encode("utf-8", "surrogatepass")
    assert in_pieces(data, sizes) == read_setup_log(data)


@given(st.binary(max_size=400), PIECES)
def test_no_bytes_make_the_reader_fail(data, sizes):
    assert in_pieces(data, sizes) == read_setup_log(data)


def test_the_reader_knows_no_clock():
    source = Path(__file__).parents[5] / "plugins/plugin_utils/_scom/setup/logs/wizard.py"
    assert "datetime" not in source.read_text(encoding="utf-8")
