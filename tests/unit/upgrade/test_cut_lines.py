"""A line of a host's file is read as far as it may be one, and what was cut says so; no secret shows at the cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.history import read_history
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.progress_log import ProgressLog
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.settings import (
    read_connection_settings,
    read_soft_launch,
    rewrite_rule_enabled,
    windows_snmp_port,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._installer.msi_log import read_msi_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.bootstrap import read_bootstrap_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.narrator import BootstrapNarrator, Narrator
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.prerequisites import read_prerequisite_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.wizard import read_setup_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.cut_lines import LONGEST_LINE, cut
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = "CANARY pass phrase"
HEAD = "[09:00:00]:\tError:\t:"
# CPU seconds for a text of 128 KB, which is what one look brings: with the square it were minutes.
READ_IN = 2.0
LOOK = 128 * 1024


@given(st.integers(0, 3 * LONGEST_LINE))
def test_a_line_is_whole_or_says_that_it_was_cut(length: int) -> None:
    line = "x" * length
    assert cut(line) == line if length <= LONGEST_LINE else f"{length:,} characters" in cut(line)
    assert len(cut(line)) < LONGEST_LINE + 100


def read_records(data: bytes) -> str:
    return "\n".join("\n".join((one.text, *one.more)) for one in read_setup_log(data, secrets=Secrets([SECRET])))


def read_msi(data: bytes) -> str:
    return repr(read_msi_log(b"Error 1920. " + data, secrets=Secrets([SECRET])))


def narrated(data: bytes) -> str:
    narrator = Narrator(secrets=Secrets([SECRET]))
    return repr([*narrator.feed(data), *narrator.finish()])


def progress(data: bytes) -> str:
    log = ProgressLog(secrets=Secrets([SECRET]))
    return repr([log.feed(b"error|" + data + b"\n"), log.verdict])


READERS: tuple[Callable[[bytes], str], ...] = (
    read_records,
    narrated,
    read_msi,
    progress,
    lambda data: repr(read_bootstrap_log(b"Message Type  1: " + data, secrets=Secrets([SECRET]))),
    lambda data: repr(BootstrapNarrator(secrets=Secrets([SECRET])).feed(b"Message Type  1: Launching EXE: " + data + b"\n")),
)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=25, deadline=None)
@given(st.integers(-len(SECRET) - 40, 40), st.booleans())
def test_a_secret_at_a_cut_shows_neither_its_beginning_nor_its_end(reader: Callable[[bytes], str], shift: int, at_the_end: bool) -> None:
    half = LONGEST_LINE // 2
    before = "Application Started " + "x" * (half + shift)
    line = f"{HEAD}{before}{SECRET}{'y' * half * 3}" if not at_the_end else f"{HEAD}{'y' * half * 3}{SECRET}{'x' * (half + shift)}"
    told = reader(line.encode())
    assert "CANA" not in told
    assert "rase" not in told


@pytest.mark.parametrize("end", ["", "\n"])
def test_an_assignment_at_a_cut_shows_nothing_of_its_value(end: str) -> None:
    """Neither where its name is cut away, nor where its value is."""
    half = LONGEST_LINE // 2
    for shift in range(-60, 60, 3):
        head, tail = "x" * (half + shift), "z" * (half - 30 + shift)
        line = f"{HEAD}{head} DASPASSWORD: CANARY-of-a-name {'y' * (half * 2)} Password=CANARY-too {tail}{end}"
        assert "ANARY" not in read_records(line.encode())


def test_what_is_wrong_behind_a_script_of_megabytes_is_still_read() -> None:
    line = f"{HEAD}Exception running sql string {'x' * 1_000_000}: Threw Exception.Type: X, Exception.Message: the reason"
    (record,) = read_setup_log(line.encode())
    assert record.exception is not None and record.exception.message == "the reason"
    assert "[line cut: " in record.text


def readable(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def tried(data: bytes) -> Any:
        try:
            return read(data)
        except NotReadable:
            return None

    return tried


@pytest.mark.parametrize(
    "read",
    [
        *READERS, lambda data: ProgressLog().feed(data + b"\n"), read_history, read_connection_settings, readable(read_soft_launch),
        rewrite_rule_enabled, windows_snmp_port, read_prerequisite_log,
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "run",
    [
        "PWD", "PASSWORD ", "PASSWORD=\"", "<?", "<rule ", "\n", " ", "snmp ", "a|", "*", "\\", "<Result>", "LaunchMSI: MSI ", "0",
    ],
)  # fmt: skip
def test_one_look_at_a_hostile_log_is_read_at_once(read: Callable[[bytes], Any], run: str) -> None:
    data = (HEAD + run * LOOK)[:LOOK].encode()
    began = time.process_time()
    read(data)
    read(data[len(HEAD) :])
    assert time.process_time() - began < READ_IN
