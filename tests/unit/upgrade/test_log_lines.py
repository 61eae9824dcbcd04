"""Lines out of bytes: encodings with and without mark, pieces of any size, offsets (log-shapes 1.1, windows-tasks 5)."""

from __future__ import annotations

import codecs
import itertools

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.log_lines import LineReader, decoded
from hypothesis import given
from hypothesis import strategies as st

TEXT = "[09:00:02]:\tAlways:\t:Stra\u00dfe\r\nzwei\n\r\n\u65e5\u672c \u040a\u0a0a\r\nlast"
LINES = ["[09:00:02]:\tAlways:\t:Stra\u00dfe", "zwei", "", "\u65e5\u672c \u040a\u0a0a", "last"]


def read(data, ansi=1252, sizes=()):
    reader, lines, position = LineReader(ansi=ansi), [], 0
    for size in sizes:
        lines += reader.feed(data[position : position + size])
        position += size
    return [*lines, *reader.feed(data[position:]), *reader.finish()]


def texts(*arguments, **options):
    return [line.text for line in read(*arguments, **options)]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-le", b""),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_every_encoding_gives_the_same_lines(encoding, mark):
    data = mark + TEXT.encode(encoding)
    assert texts(data) == LINES
    assert all(texts(data, sizes=[1] * cut) == LINES for cut in (1, 2, 3, 5, len(data)))
    assert decoded(data) == TEXT


def test_bytes_that_are_no_utf_8_are_of_the_hosts_code_page():
    assert texts("Stra\u00dfe\r\n".encode("cp1252")) == ["Stra\u00dfe"]
    assert texts("\u0416\u0423\r\n".encode("cp1251"), ansi=1251) == ["\u0416\u0423"]
    assert decoded("Stra\u00dfe".encode("cp1252")) == "Stra\u00dfe"


def test_an_unknown_code_page_is_read_as_western():
    assert texts(b"Stra\xdfe\n", ansi=99999) == ["Stra\u00dfe"]


def test_a_line_is_given_once_its_end_is_there():
    reader = LineReader()
    assert reader.feed(b"begin of a li") == []
    assert [line.text for line in reader.feed(b"ne\r")] == []
    assert [line.text for line in reader.feed(b"\nnext")] == ["begin of a line"]
    assert [line.text for line in reader.finish()] == ["next"]


def test_offsets_are_bytes_of_the_file():
    lines = read(codecs.BOM_UTF16_LE + "ab\r\nc".encode("utf-16-le"))
    assert [(line.start, line.end) for line in lines] == [(2, 10), (10, 12)]


def test_reading_goes_on_at_an_offset():
    reader = LineReader(start=1000)
    assert [(line.start, line.end) for line in reader.feed(b"one\ntwo")] == [(1000, 1004)]
    assert reader.offset == 1004


def test_a_newline_byte_within_a_utf_16_character_ends_no_line():
    assert texts(codecs.BOM_UTF16_LE + "\u0a0a\u000a".encode("utf-16-le")) == ["\u0a0a"]


@given(st.binary(max_size=200), st.lists(st.integers(min_value=1, max_value=20), max_size=20))
def test_any_bytes_in_any_pieces_give_the_same_lines(data, sizes):
    assert read(data, sizes=sizes) == read(data)


@given(st.binary(max_size=200))
def test_lines_cover_the_file_without_gaps(data):
    lines = read(data)
    assert all(one.end == other.start for one, other in itertools.pairwise(lines))
    assert not lines or lines[-1].end == len(data)


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20), min_size=1, max_size=8))
def test_whatever_was_written_in_utf_16_is_read(lines):
    data = codecs.BOM_UTF16_LE + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")
    assert texts(data) == lines
