"""Windows Installer logs (log-shapes 4)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._installer.msi_log import deciding_session, read_msi_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from hypothesis import given
from hypothesis import strategies as st

STARTED = "=== Verbose logging started: 1/15/2031  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: msiexec.exe ==="
GOOD = f"""\
{STARTED}
Property(S): ProductName = System Center Operations Manager Server
MSI (s) (1C:A0) [10:04:11:201]: Product: System Center Operations Manager Server -- Installation completed successfully.
MSI (s) (1C:A0) [10:04:11:202]: MainEngineThread is returning 0
=== Logging stopped: 1/15/2031  10:04:11 ===
"""
BAD = f"""\
{STARTED}
Action start 10:04:00: INSTALL.
Action ended 10:04:05: CostFinalize. Return value 1.
Error 25211.Failed to install performance counters.. Error Code: -2147024809 (The parameter is incorrect.).
CustomAction _ExampleCA returned actual error code 1603 (note this may not be 100% accurate if translation happened inside sandbox)
Action ended 10:04:09: _ExampleCA. Return value 3.
Action ended 10:04:10: INSTALL. Return value 3.
MSI (s) (1C!A0) [10:04:11:201]: Product: System Center Operations Manager Server -- Installation failed.
MSI (s) (1C:A0) [10:04:11:202]: MainEngineThread is returning 1603
MSI (c) (1C:A0) [10:04:11:203]: MainEngineThread is returning 1603
"""


def read(text, **options):
    return read_msi_log(text.encode("utf-16"), **options)


def test_a_good_session_says_what_it_installed():
    (session,) = read(GOOD)
    assert session.succeeded is True
    assert session.first_failure is None
    assert (session.product, session.outcome) == ("System Center Operations Manager Server", "Installation completed successfully.")


def test_the_first_return_value_3_is_the_failing_action_and_not_those_around_it():
    (session,) = read(BAD)
    assert session.succeeded is False
    assert session.first_failure.name == "_ExampleCA"
    assert session.exit_code.name == "ERROR_INSTALL_FAILURE"


def test_the_real_error_stands_before_the_failing_action():
    (session,) = read(BAD)
    assert session.first_failure.messages[0].startswith("Error 25211.Failed to install performance counters")


def test_a_launch_condition_gives_its_own_words():
    log = (
        "MSI (s) (10:58) [11:00:00:001]: Product: Microsoft Monitoring Agent -- The .NET Framework 4.7.2 is required to install this "
        "application.\n\nAction ended 11:00:00: LaunchConditions. Return value 3.\nAction ended 11:00:00: INSTALL. Return value 3.\n"
    )
    failure = read(log)[0].first_failure
    assert (failure.name, failure.cause) == ("LaunchConditions", "The .NET Framework 4.7.2 is required to install this application.")


def test_a_failure_without_a_message_names_its_action():
    assert read("Action ended 1:00:00: X. Return value 3.")[0].first_failure.cause == "action X failed"


def test_sessions_appended_to_one_file_are_kept_apart():
    first, second = read(BAD + GOOD)
    assert (first.succeeded, second.succeeded) == (False, True)
    assert deciding_session((first, second)) is second


def test_the_server_side_decides_even_when_the_client_ended_later():
    sessions = read(f"{GOOD}{STARTED}\nMSI (c) (1C:A0) [10:04:11:203]: MainEngineThread is returning 1603\n")
    assert deciding_session(sessions).succeeded is True


def test_a_client_without_a_server_side_decides_alone():
    assert deciding_session(read("MSI (c) (1C:A0) [10:04:11:203]: MainEngineThread is returning 1602\n")).return_code == 1602
    assert deciding_session(()) is None


def test_within_a_session_the_server_side_decides():
    server = "MSI (s) (1C:A0) [10:04:11:202]: MainEngineThread is returning 3010"
    client = "MSI (c) (1C:A0) [10:04:11:203]: MainEngineThread is returning 0"
    (session,) = read(f"{server}\n{client}\n")
    assert session.return_code == 3010
    assert session.exit_code.reboot


def test_a_log_cut_before_its_end_has_no_result():
    (session,) = read(f"{STARTED}\nAction start 10:04:00: INSTALL.\n")
    assert (session.return_code, session.succeeded, session.exit_code) == (None, None, None)


def test_wizard_lines_within_the_file_are_passed_over():
    """One published OMReporting.log has them; the other reader takes them (log-shapes 1.1)."""
    assert read(f"{STARTED}\n[09:16:03]:\tError:\t:FATAL ACTION: X\n{GOOD}")[-1].succeeded is True


@pytest.mark.parametrize(
    "line",
    [
        "Property(S): DASACCOUNTPASSWORD = canary with blanks",
        "MSI (s) (1C:A0) [10:04:11:201]: Command Line: DASPASSWORD=canary REBOOT=ReallySuppress",
        "Error 1920. Something with canary",
        "Product: X -- said canary",
    ],
)
def test_no_secret_is_kept(line):
    log = read(f"{line}\nAction ended 1:00:00: X. Return value 3.\n", secrets=Secrets(["canary"]))
    assert "canary" not in repr(log)


def test_an_empty_log_has_no_session():
    assert read_msi_log(b"") == ()


@given(st.lists(st.sampled_from([*GOOD.splitlines(), *BAD.splitlines()]) | st.text(max_size=20), max_size=20))
def test_any_order_of_lines_is_read(lines):
    sessions = read_msi_log("\r\n".join(lines).encode("utf-8", "surrogatepass"))
    assert len(sessions) <= lines.count(STARTED) + 1


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data):
    assert read_msi_log(data) is not None
