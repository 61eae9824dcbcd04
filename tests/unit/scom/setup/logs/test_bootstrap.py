"""Setup<N>.log (log-shapes 2)."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.bootstrap import BootstrapMessage, read_bootstrap_log
from hypothesis import given
from hypothesis import strategies as st

LAUNCHED = b"""\
Message Type  0: Copying Localization Folder
Message Type  0: Launching EXE : E:\\media\\Setup\\AMD64\\SetupChainerUI.exe
Message Type  0: Starting to wait.
"""
REFUSED = b"""\
Message Type  0: Invalid command line switches - no components switch found.. Error : 0x80004005
   Unspecified error
Message Type  0: Invalid command line switches, exiting..
"""


def test_a_start_that_waits_for_setup_was_launched():
    log = read_bootstrap_log(LAUNCHED)
    assert log.refusal is None
    assert len(log.messages) == 3


def test_a_refused_command_line_is_named_with_its_code_and_windows_words():
    log = read_bootstrap_log(REFUSED)
    assert log.refusal == BootstrapMessage(
        0, "Invalid command line switches - no components switch found.", "0x80004005", "Unspecified error"
    )
    assert log.messages[1] == BootstrapMessage(0, "Invalid command line switches, exiting..")


def test_secrets_of_a_command_line_are_masked():
    log = read_bootstrap_log(b"Message Type  0: Command line /silent /DASAccountPassword:canary\n")
    assert "canary" not in repr(log)


def test_utf_16_is_read_as_well():
    assert read_bootstrap_log(LAUNCHED.decode().encode("utf-16")) == read_bootstrap_log(LAUNCHED)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data):
    assert read_bootstrap_log(data).messages is not None


@given(st.lists(st.sampled_from([*LAUNCHED.splitlines(), *REFUSED.splitlines(), b"Message Type  -99999999999: x", b""])))
def test_any_order_of_lines_is_read(lines):
    log = read_bootstrap_log(b"\r\n".join(lines))
    assert len(log.messages) == sum(line.startswith(b"Message") for line in lines)
