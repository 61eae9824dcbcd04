"""A compressed file read as if one could jump about in it: the same bytes as from memory, with a bounded memory."""

from __future__ import annotations

import io

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.inner_stream import (
    BoundedStream,
    InnerStream,
    ReadTooLarge,
)
from hypothesis import given
from hypothesis import strategies as st

DATA = bytes(range(256)) * 40
JUMPS = st.tuples(st.integers(0, len(DATA) + 50), st.integers(0, 700))


class Passes:
    """Counts how often the source was opened."""

    def __init__(self, data=DATA):
        self._data = data
        self.count = 0

    def __call__(self):
        self.count += 1
        return io.BytesIO(self._data)


@given(st.lists(JUMPS, max_size=20))
def test_every_jump_gives_the_bytes_that_are_there(jumps):
    stream, memory = InnerStream(Passes(), len(DATA), 1000), io.BytesIO(DATA)
    for position, length in jumps:
        assert stream.seek(position) == memory.seek(position)
        assert stream.read(length) == memory.read(length)
        assert stream.tell() == memory.tell() or position > len(DATA)


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(-200, 200), st.integers(0, 100)), max_size=20))
def test_jumps_are_counted_from_beginning_place_and_end(jumps):
    stream, memory = InnerStream(Passes(), len(DATA), 20_000), io.BytesIO(DATA)
    for whence, offset, length in jumps:
        base = (0, stream.tell(), len(DATA))[whence]
        if base + offset < 0:
            with pytest.raises(OSError, match="before the beginning"):
                stream.seek(offset, whence)
            continue
        memory.seek(stream.seek(offset, whence))
        assert stream.read(length) == memory.read(length)


def test_jumps_within_the_window_cost_no_pass():
    passes = Passes()
    stream = InnerStream(passes, len(DATA), 1000)
    for back in (1, 900, 30, 500):
        stream.seek(-back, 2)
        stream.read(1)
    assert passes.count == 1


def test_a_jump_behind_the_window_costs_one_pass():
    passes = Passes()
    stream = InnerStream(passes, len(DATA), 1000)
    stream.seek(-1, 2)
    stream.read(1)
    stream.seek(0)
    assert stream.read(4) == DATA[:4]
    assert passes.count == 2


def test_more_than_the_window_is_refused():
    with pytest.raises(ReadTooLarge):
        InnerStream(Passes(), len(DATA), 1000).read()
    with pytest.raises(ReadTooLarge):
        BoundedStream(io.BytesIO(DATA), 1000).read(1001)
    assert len(BoundedStream(io.BytesIO(DATA), 1000).read()) == 1000


def test_a_source_that_ends_early_is_told():
    stream = InnerStream(Passes(DATA[:100]), len(DATA), 1000)
    stream.seek(90)
    with pytest.raises(EOFError, match="ends at 100"):
        stream.read(50)


def test_an_end_is_an_end():
    stream = InnerStream(Passes(b"abc"), 3, 1000)
    assert (stream.read(), stream.read(), stream.read(5)) == (b"abc", b"", b"")
    assert stream.seekable()
